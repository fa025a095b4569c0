/** Starts the `mssp` command. */
import { runProcess } from "@defender-mssp/terminal/runProgram";
import { processClock } from "@defender-mssp/siem/processClock";
import { run } from "./run";

runProcess(run, processClock);
