/** Commands that another one does as well now: the old names work until 0.4. */

/** View of `mssp status`, and the words of the command that showed it. */
export const views = {
  onboarding: ["onboard"],
  secrets: ["secrets"],
  runs: ["fleet", "status"],
  customers: ["fleet", "list"],
  analysts: ["analyst", "list"],
  retirements: ["retirements"],
} as const;

/** A command with an option, and the words of the command that runs in their place. */
const moved: readonly (readonly [readonly string[], readonly string[], readonly string[]])[] = [
  ...Object.entries(views).map(([view, words]) => [["status"], ["--show", view], words] as const),
  [["sandbox", "reset"], ["--permissions"], ["sandbox", "permissions", "--reset"]],
  [["sandbox", "dump"], ["--permissions"], ["sandbox", "permissions"]],
];

/** `status --show secrets --days 14` is run by the command `secrets --days 14`. */
export function movedCommandLine(commandLine: readonly string[]): readonly string[] {
  const words = commandLine.flatMap((word) => (word.startsWith("--show=") ? ["--show", word.slice(7)] : [word]));
  // The sandbox's other name for it.
  if (words[0] === "sandbox" && words[1] === "parity")
    return ["rehearse", ...(words.includes("--help") ? ["--help"] : ["--show", ...words.slice(2)])];
  for (const [command, option, old] of moved) {
    const at = words.findIndex((_, index) => option.every((word, offset) => words[index + offset] === word));
    if (at !== -1 && command.every((word, index) => words[index] === word))
      return [...old, ...words.slice(command.length, at), ...words.slice(at + option.length)];
  }
  return commandLine;
}

/** What to type in place of a command that goes with 0.4; undefined for every other command line. */
export function replacedNote(commandLine: readonly string[]): string | undefined {
  const [first = "", second = ""] = commandLine;
  const goes = "The old name goes with version 0.4.";
  if (first === "fleet" && second === "outputs")
    return `\`mssp fleet outputs\` is now \`pulumi stack output --stack <stack>\`. ${goes}`;
  if (first === "secrets" && second === "rotate") return undefined;
  const isTyped = (word: string, index: number) =>
    word.startsWith("--") ? commandLine.includes(word) : commandLine[index] === word;
  const [command, option, old] = moved.find(([, , words]) => words.every(isTyped)) ?? [];
  if (command === undefined || option === undefined || old === undefined) return undefined;
  return `\`mssp ${old.join(" ")}\` is now \`mssp ${[...command, ...option].join(" ")}\`. ${goes}`;
}
