/** Judges the names of this project by the rules of CONTRIBUTING.md. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { countedRules, repeatedTypes, sourceNames, type NamePlace } from "./names";

const ratchet = "dev/names/ratchet.json";

/** A line for each exported type that two files declare, and each kind of exceptions that has risen. */
export function nameFindings(checkout: string): readonly string[] {
  const sources = sourceNames(checkout);
  const limits = JSON.parse(readFileSync(path.join(checkout, ratchet), "utf8")) as Record<string, number>;
  const repeated = [...repeatedTypes(sources)].map(
    ([name, files]) => `${name} is a type of ${files.join(", ")}: give each a name of its own, or import the one`,
  );
  const risen = Object.entries(countedRules).flatMap(([rule, exceptions]) => {
    const places = exceptions(sources);
    const limit = limits[rule] ?? 0;
    if (places.length <= limit) return [];
    const count = `${places.length} instead of ${limit} in ${ratchet}`;
    return [`${rule}: ${count}. Give a new name its noun:\n${newest(checkout, places)}`];
  });
  return [...repeated, ...risen];
}

/** The exceptions on lines that were added since the ratchet was last written; without git's history, all files. */
function newest(checkout: string, places: readonly NamePlace[]): string {
  const shown = ({ file, line, name }: NamePlace) => `  ${file}:${line} ${name}`;
  try {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: checkout, encoding: "utf8", stdio: "pipe" });
    const written = git("log", "-1", "--format=%H", "--", ratchet).trim();
    const added = addedLines(git("diff", "--unified=0", "--no-color", written, "--", "*.ts", "*.tsx"));
    const fresh = places.filter(({ file, line }) => added.has(`${file}:${line}`));
    if (fresh.length > 0) return fresh.map(shown).join("\n");
  } catch {
    // Not a checkout with history.
  }
  return places.map(shown).join("\n");
}

/** `<file>:<line>` of each line that a diff without context adds. */
function addedLines(diff: string): Set<string> {
  const added = new Set<string>();
  let file = "";
  for (const text of diff.split("\n")) {
    file = /^\+\+\+ b\/(.*)$/.exec(text)?.[1] ?? file;
    const [, start, count = "1"] = /^@@ .* \+(\d+)(?:,(\d+))? @@/.exec(text) ?? [];
    if (start === undefined) continue;
    for (let line = Number(start); line < Number(start) + Number(count); line++) added.add(`${file}:${line}`);
  }
  return added;
}
