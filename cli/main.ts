/** Starts the `mssp` command. */
import { runProcess } from "@defender-mssp/terminal/runProgram";
import { sandboxClock } from "@defender-mssp/siem/sandboxClock";
import { run } from "./run";

runProcess(run, sandboxClock);
