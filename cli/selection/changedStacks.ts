/** The stacks that a change touches, by its commits; the work tree does not count. */
import { execa } from "execa";
import { messageOf, VisibleError } from "@defender-mssp/errors";
import { parseAsEngine } from "../../settings/engineYaml";
import { stackConfigDirOf } from "../../settings/project";
import { isCustomerStack, matchesPattern, stackOfFile } from "../stack/stackNames";

export interface ChangedStacks {
  /** Stacks to preview or to bring up, sorted. */
  readonly stacks: readonly string[];
  /** Stacks with a deleted settings file. Their resources remain in the tenant until `destroy`. */
  readonly deleted: readonly string[];
  /** Touched, but left out by a pattern. */
  readonly excluded: readonly string[];
  /** The first file, if any, because of which every stack counts as touched. */
  readonly everyStackBecause: string | undefined;
}

export interface GitRange {
  /** The repository. */
  readonly folder: string;
  /**
   * Where the change began: a branch, tag or commit. Every stack is touched if it is undefined, or
   * GitHub's forty zeros for a new branch.
   */
  readonly from: string | undefined;
  /** Where it ends. */
  readonly to: string;
  /** Patterns of the only stacks that count. Default: all but the sandbox's. */
  readonly only?: readonly string[];
}

/**
 * A stack's own file touches that stack, and a file that settings name by `analystsFrom` the stacks
 * that name it. Files that no stack depends on (documents, tests, the
 * sandbox) touch none. Every other file touches all stacks. The range begins at the merge base:
 * later commits on `from` don't count.
 * @throws VisibleError where git knows no such commits, or a file's name can't be a stack's.
 */
export async function changedStacks(range: GitRange): Promise<ChangedStacks> {
  const folder = await stackFolder(range);
  const place = folder === "" ? [] : [`${folder}/`];
  const listed = await git(
    range.folder,
    ["ls-tree", "--name-only", "-z", "--end-of-options", range.to, ...place],
    range,
  );
  const all = stacksOf(listed, folder);
  if (range.from === undefined || /^0+$/.test(range.from)) {
    return split({ touched: all, deleted: [], everyStackBecause: "there is nothing to compare with" }, range);
  }
  const files = zeroSeparated(
    // Without rename detection a renamed file is one deleted and one added: a renamed stack is
    // another stack to Pulumi.
    await git(
      range.folder,
      ["diff", "--name-only", "--no-renames", "-z", "--end-of-options", `${range.from}...${range.to}`],
      range,
    ),
  );
  const isCheckout = await isCheckoutOfProgram(range);
  const others = files.filter((file) => stackOfFile(file, folder) === undefined && !touchesNothing(file, isCheckout));
  const sharing =
    others.length === 0 ? new Map<string, readonly string[]>() : await stacksByAnalystsFile(range, folder);
  const everyStackBecause = others.find((file) => !sharing.has(file));
  const ofStacks = [
    ...new Set([...stacksOf(files.join("\0"), folder), ...others.flatMap((file) => sharing.get(file) ?? [])]),
  ].sort();
  const present = new Set(all);
  return split(
    {
      touched: everyStackBecause === undefined ? ofStacks.filter((stack) => present.has(stack)) : all,
      deleted: ofStacks.filter((stack) => !present.has(stack)),
      everyStackBecause,
    },
    range,
  );
}

/**
 * Whether no stack depends on a file. Unknown files count as a dependency.
 *
 * @param isCheckout whether the repository is this program's own. In a repository of customers an
 * extension may import from any folder.
 */
export function touchesNothing(file: string, isCheckout: boolean): boolean {
  return (
    (isCheckout && /^(docs|test|dev|packages\/sandbox|packages\/[^/]+\/test)\//.test(file)) ||
    /^\.github\/ISSUE_TEMPLATE\//.test(file) ||
    /^(LICENSE|\.editorconfig|\.gitignore|\.prettierrc\.json|\.prettierignore|\.mocharc\.json|eslint\.config\.mjs)$/.test(
      file,
    ) ||
    // Documents beside policies and components are not code.
    /\.md$/.test(file)
  );
}

function split(
  found: { touched: readonly string[]; deleted: readonly string[]; everyStackBecause: string | undefined },
  { only }: GitRange,
): ChangedStacks {
  const isExcluded = (stack: string) =>
    only === undefined ? !isCustomerStack(stack) : !only.some((pattern) => matchesPattern(stack, pattern));
  const { touched, deleted, everyStackBecause } = found;
  return {
    stacks: touched.filter((stack) => !isExcluded(stack)),
    deleted: deleted.filter((stack) => !isExcluded(stack)),
    excluded: [...new Set([...touched, ...deleted])].filter(isExcluded).sort(),
    everyStackBecause,
  };
}

/**
 * Where the stacks' files are at the end of the range; a `Pulumi.yaml` that changed touches every
 * stack anyway.
 */
async function stackFolder(range: GitRange): Promise<string> {
  const at = ["ls-tree", "--name-only", "-z", "--end-of-options", range.to, "Pulumi.yaml"];
  if (zeroSeparated(await git(range.folder, at, range)).length === 0) return "";
  const text = await git(range.folder, ["show", "--end-of-options", `${range.to}:Pulumi.yaml`], range);
  return stackConfigDirOf(text, "Pulumi.yaml");
}

/** The stacks whose settings name a file by `analystsFrom` at the end of the range, by file. */
async function stacksByAnalystsFile(range: GitRange, folder: string): Promise<Map<string, readonly string[]>> {
  const place = folder === "" ? "." : folder;
  // The exit code of git grep without a match is 1.
  const { stdout } = await execa(
    "git",
    ["grep", "-I", "--name-only", "-z", "-e", "analystsFrom", range.to, "--", place],
    { cwd: range.folder, reject: false, stdin: "ignore" },
  );
  const stacks = new Map<string, readonly string[]>();
  for (const named of zeroSeparated(stdout)) {
    const file = named.slice(range.to.length + 1);
    const stack = stackOfFile(file, folder);
    if (stack === undefined) continue;
    const text = await git(range.folder, ["show", "--end-of-options", `${range.to}:${file}`], range);
    const analystsFile = analystsFileIn(text);
    if (analystsFile !== undefined) stacks.set(analystsFile, [...(stacks.get(analystsFile) ?? []), stack]);
  }
  return stacks;
}

/** `analystsFrom` in the text of a settings file. A file that is not YAML names none: its stack is touched by itself. */
function analystsFileIn(text: string): string | undefined {
  try {
    const { config } = Object(parseAsEngine(text)) as { readonly config?: unknown };
    const entries = Object.entries(Object(config) as object) as [string, unknown][];
    const value = entries.find(([key]) => /^([^:]*:)?analystsFrom$/.test(key))?.[1];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the repository has the program, rather than installing its package. */
async function isCheckoutOfProgram(range: GitRange): Promise<boolean> {
  const at = ["ls-tree", "--name-only", "-z", "--end-of-options", range.to, "launcher.js"];
  return zeroSeparated(await git(range.folder, at, range)).length > 0;
}

function stacksOf(files: string, folder: string): string[] {
  const names = zeroSeparated(files).map((file) => stackOfFile(file, folder));
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

function zeroSeparated(text: string): string[] {
  return text.split("\0").filter((part) => part !== "");
}

async function git(folder: string, args: readonly string[], { from, to }: GitRange): Promise<string> {
  const { exitCode, stdout, stderr } = await execa("git", args, {
    cwd: folder,
    reject: false,
    stdin: "ignore",
    stripFinalNewline: false,
    env: { LC_ALL: "C" },
  }).catch((error: unknown) => {
    throw new VisibleError(`git can't be run: ${messageOf(error)}`);
  });
  if (exitCode === 0) return stdout;
  const said = stderr.trim().split("\n")[0] ?? "";
  throw new VisibleError(
    `git finds no change from ${JSON.stringify(from ?? "")} to ${JSON.stringify(to)}: ${said}\n` +
      `Both must be commits of this clone, with a common ancestor. In CI clone all of the history (fetch-depth: 0).`,
  );
}
