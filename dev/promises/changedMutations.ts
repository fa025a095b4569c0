/** The mutations that a change concerns. */
import { execFileSync } from "node:child_process";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { promiseOfMutation } from "./mutationProblems";
import { readMutations, table, type Mutation } from "./mutations";
import { securityClaims } from "./securityClaims";

/**
 * Mutations whose file, test, sentence or entry in the table differs from a base commit.
 *
 * @param base a revision; compared is the last common commit.
 * @throws VisibleError for a revision that git does not know.
 */
export function changedMutations(
  checkout: string,
  page: string,
  mutations: readonly Mutation[],
  base: string,
): readonly Mutation[] {
  const commit = git(
    checkout,
    ["merge-base", base, "HEAD"],
    `--changed: git has no common commit with "${base}"`,
  ).trim();
  const changed = new Set([
    ...git(checkout, ["diff", "--name-only", "-z", commit, "--"]).split("\0"),
    ...git(checkout, ["ls-files", "--others", "--exclude-standard", "-z"]).split("\0"),
  ]);
  const formerPromises = securityClaims(formerText(checkout, commit, "SECURITY.md") ?? "").items;
  const formerSentences = new Set(formerPromises.map(({ text }) => text));
  const formerEntries = new Set(readMutations(formerText(checkout, commit, table) ?? "[]").map(entryText));
  const promises = securityClaims(page).items;
  return mutations.filter((mutation) => {
    const sentence = promiseOfMutation(promises, mutation)?.text ?? "";
    return (
      changed.has(mutation.file) ||
      changed.has(mutation.test) ||
      !formerSentences.has(sentence) ||
      !formerEntries.has(entryText(mutation))
    );
  });
}

function entryText({ promise, test, grep, file, before, after }: Mutation): string {
  return JSON.stringify([promise, test, grep, file, before, after]);
}

/** A file of a commit; undefined if the commit does not have it. */
function formerText(checkout: string, commit: string, file: string): string | undefined {
  const name = git(checkout, ["ls-tree", "--name-only", commit, "--", file]).trim();
  return name === "" ? undefined : git(checkout, ["show", `${commit}:${file}`]);
}

function git(checkout: string, args: readonly string[], problem?: string): string {
  try {
    return execFileSync("git", args, {
      cwd: path.resolve(checkout),
      encoding: "utf8",
      maxBuffer: 2 ** 28,
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    throw problem === undefined ? error : new VisibleError(`${problem}.`, { cause: error });
  }
}
