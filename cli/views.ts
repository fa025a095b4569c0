/** The views of `mssp status`, each of which was a command of its own: the old names work until 0.4. */

/** View, and the words of the command that shows it. */
export const views = {
  onboarding: ["onboard"],
  secrets: ["secrets"],
  runs: ["fleet", "status"],
  customers: ["fleet", "list"],
  retirements: ["retirements"],
} as const;

/** `status --show secrets --days 14` is run by the command `secrets --days 14`. */
export function withoutView(commandLine: readonly string[]): readonly string[] {
  const [first, ...rest] = commandLine;
  const at = rest.findIndex((word) => /^--show(=|$)/.test(word));
  if (first !== "status" || at === -1) return commandLine;
  const [, joined] = /^--show=(.*)$/.exec(rest[at] ?? "") ?? [];
  const words = Object.entries(views).find(([view]) => view === (joined ?? rest[at + 1]))?.[1];
  if (words === undefined) return commandLine;
  return [...words, ...rest.slice(0, at), ...rest.slice(at + (joined === undefined ? 2 : 1))];
}

/** What to type in place of a command that goes with 0.4; undefined for every other command line. */
export function replacedNote(commandLine: readonly string[]): string | undefined {
  const [first = "", second = ""] = commandLine;
  const goes = "The old name goes with version 0.4.";
  if (first === "fleet" && second === "outputs")
    return `\`mssp fleet outputs\` is now \`pulumi stack output --stack <stack>\`. ${goes}`;
  if (first === "secrets" && second === "rotate") return undefined;
  const [view] =
    Object.entries(views).find(([, words]) => words.every((word, index) => commandLine[index] === word)) ?? [];
  if (view === undefined) return undefined;
  return `\`mssp ${first === "fleet" ? `fleet ${second}` : first}\` is now \`mssp status --show ${view}\`. ${goes}`;
}
