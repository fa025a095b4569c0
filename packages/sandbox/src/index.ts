export { switches } from "./cloud/switches";
export { compareDumps, normalisedFacts, type Dump, type DumpDifference } from "./cloud/compareDumps";
export { dump, type DumpOptions } from "./cloud/dump";
export * from "./server/index";
export { CommandNotStarted, endLike, runCommand, type CommandEnd } from "./server/command";
export type { AnswerDifference } from "./rehearsal/compareAnswers";
export {
  largestRehearsal,
  lifeSteps,
  measuredWaits,
  parseRehearsal,
  type Life,
  type LifeStep,
  type Rehearsal,
} from "./rehearsal/rehearsal";
export { rehearseReads, signInToRehearse, type RehearsalSide } from "./rehearsal/rehearseReads";
export { startRehearsalSandbox } from "./rehearsal/startRehearsalSandbox";
