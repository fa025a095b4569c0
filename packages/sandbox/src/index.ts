export { switches } from "./cloud/switches";
export { compareDumps, normalisedFacts, type Dump, type DumpDifference } from "./cloud/compareDumps";
export { dump, type DumpOptions } from "./cloud/dump";
export * from "./server/index";
export { CommandNotStarted, endLike, runCommand, type CommandEnd } from "./server/command";
