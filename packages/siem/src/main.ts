/** Starts the program `defender-mssp-siem`. */
import { runProcess } from "@defender-mssp/terminal/runProgram";
import { run } from "./run";
import { sandboxClock } from "./sandboxClock";

runProcess(run, sandboxClock);
