/**
 * Exit codes of all commands: the one table, for the code, the help of each command and
 * docs/reference/exit-codes.md.
 */

/** Codes of the commands by what they say. `refused`, `unavailable` and `destination` are of the SIEM's commands. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  somebodyNeeded: 3,
  refused: 3,
  leftOut: 4,
  unavailable: 4,
  destination: 5,
  SIGINT: 130,
  SIGTERM: 143,
} as const;

/** What each code means in general; a command's help says what it means there. */
export const exitCodeMeanings = {
  0: "Done.",
  1: "The command failed, or found what must not be.",
  2: "Usage error: the command line is wrong, and nothing was done.",
  3:
    "The command worked, and somebody is needed: drift, a step that waits, gaps in the evidence, things to confirm. " +
    "`alerts`, `incidents` and `hunt`: the service refused.",
  4: "`fleet`: customers were left out. `alerts`, `incidents` and `hunt`: the service does not answer.",
  5: "The destination of `alerts` or `incidents` does not accept the records.",
  126: "`sandbox run`: the command is not executable.",
  127: "`sandbox run`: the command was not found.",
  "130, 143": "Ended by Ctrl-C or SIGTERM.",
  other: "`sandbox run`: the exit code of its command.",
} as const;

export type ExitCode = keyof typeof exitCodeMeanings;

/** The same for every command, unless its help says more. */
export const sharedExitCodes: Partial<Readonly<Record<ExitCode, string>>> = {
  [exitCodes.done]: "done",
  [exitCodes.failed]: "the command failed",
  [exitCodes.usage]: "usage error: the command line is wrong, and nothing was done",
};
