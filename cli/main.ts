/** Starts the `mssp` command. */
import { runProcess } from "@defender-mssp/terminal/runProgram";
import { run } from "./run";

runProcess(run);
