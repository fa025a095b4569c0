export { compareDumps, type Dump, type DumpDifference } from "./cloud/compareDumps";
export { dump, type DumpOptions } from "./cloud/dump";
export { detectionIntervalFor } from "./defender/detections";
export { SandboxProject, type Finished, type PreviewStep, type SandboxProjectOptions } from "./sandboxProject";
export * from "./server/index";
export { CommandNotStarted, endLike, runCommand, type CommandEnd } from "./server/command";
