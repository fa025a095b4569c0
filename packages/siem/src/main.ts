/** Starts the program `defender-mssp-siem`. */
import { runProcess } from "@defender-mssp/terminal/runProgram";
import { run } from "./run";
import { processClock } from "./processClock";

runProcess(run, processClock);
