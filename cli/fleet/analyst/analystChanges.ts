/** What a joiner or a leaver changes in the settings files of the selected customers. */
import { readFile } from "node:fs/promises";
import { VisibleError } from "@defender-mssp/errors";
import { parseAsEngine } from "../../../settings/engineYaml";
import { configurationOf, readStackSettingsOffline } from "../../../settings/fromFile";
import { checkSettings } from "../../../settings/index";
import { shownStackFile, stackFile, type Project } from "../../../settings/project";
import { problemsMessage } from "../../../settings/problems";
import { analystLine, withAnalyst, withoutAnalyst, type AnalystEntry } from "./withAnalyst";

/** A customer whose settings name an analyst. */
export interface NamedAnalyst {
  readonly stack: string;
  readonly customerName: string;
  readonly email: string;
  readonly displayName: string;
  readonly tier: string;
  /** Last day of access, ISO 8601, UTC. */
  readonly accessEndsOn?: string;
}

/** A settings file before and after. */
export interface FileChange {
  readonly stack: string;
  /** From the project's folder. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** A customer whose file stays as it is. */
export interface UnchangedFile {
  readonly stack: string;
  readonly file: string;
  readonly because: string;
  /** Whether a person must edit the file. */
  readonly byHand: boolean;
}

export interface AnalystChanges {
  readonly changes: readonly FileChange[];
  readonly unchanged: readonly UnchangedFile[];
}

/** Every analyst of the stacks, by stack and address. */
export async function namedAnalysts(stacks: readonly string[], project: Project): Promise<NamedAnalyst[]> {
  const lists = await Promise.all(
    stacks.map(async (stack) => {
      const { customerName, analysts } = await readStackSettingsOffline(stack, project.folder);
      return analysts.map((analyst) => ({ stack, customerName, ...analyst }));
    }),
  );
  return lists.flat();
}

/** The files with one more analyst. An analyst whom a file has already is left there. */
export function addedEverywhere(
  analyst: AnalystEntry,
  stacks: readonly string[],
  project: Project,
): Promise<AnalystChanges> {
  return changesOf(stacks, project, ({ text, keys, addresses }) => {
    if (addresses.includes(analyst.email.toLowerCase())) return { because: "the analyst is in the file already" };
    return editedOr(withAnalyst(text, keys, analyst), `Add to "analysts": - ${analystLine(analyst)}`);
  });
}

/**
 * The files without an analyst.
 * @throws VisibleError where no file names the address.
 */
export async function removedEverywhere(
  email: string,
  stacks: readonly string[],
  project: Project,
): Promise<AnalystChanges> {
  const address = email.toLowerCase();
  const result = await changesOf(stacks, project, ({ text, keys, addresses }) => {
    const index = addresses.indexOf(address);
    if (index < 0) return { because: "the analyst is not in the file" };
    return editedOr(withoutAnalyst(text, keys, index), `Delete from "analysts": ${address}`);
  });
  if (result.changes.length === 0 && !result.unchanged.some(({ byHand }) => byHand)) {
    throw new VisibleError(
      `None of ${stacks.length === 1 ? `stack ${stacks[0] ?? ""}` : `the ${stacks.length} stacks`} names an analyst ${address}. ` +
        "`npx mssp analyst list` lists all. Nothing was changed.",
    );
  }
  return result;
}

interface ReadFileOfStack {
  readonly text: string;
  /** The setting's key, with and without the project's name. */
  readonly keys: readonly string[];
  /** In lower case, in the order of the file. */
  readonly addresses: readonly string[];
}

type Edit = { readonly after: string } | { readonly because: string } | { readonly byHand: string };

function editedOr(after: string | undefined, byHand: string): Edit {
  return after === undefined ? { byHand } : { after };
}

async function changesOf(
  stacks: readonly string[],
  project: Project,
  edit: (file: ReadFileOfStack) => Edit,
): Promise<AnalystChanges> {
  const changes: FileChange[] = [];
  const unchanged: UnchangedFile[] = [];
  for (const stack of stacks) {
    const file = shownStackFile(project, stack);
    const { analysts } = await readStackSettingsOffline(stack, project.folder);
    const before = await readFile(stackFile(project, stack), "utf8");
    const keys = [`${project.name}:analysts`, "analysts"];
    const edited = edit({ text: before, keys, addresses: analysts.map(({ email }) => email) });
    if ("byHand" in edited) {
      const because = `its layout can't be edited safely. ${edited.byHand}`;
      unchanged.push({ stack, file, because, byHand: true });
    } else if ("because" in edited) unchanged.push({ stack, file, because: edited.because, byHand: false });
    else {
      refuseWrong(edited.after, stack, project);
      changes.push({ stack, file, before, after: edited.after });
    }
  }
  return { changes, unchanged };
}

/** @throws VisibleError where the file would have an error, such as an address of another domain. */
function refuseWrong(text: string, stack: string, project: Project): void {
  const { values, secretKeys } = configurationOf(Object(parseAsEngine(text)) as Record<string, unknown>, project.name);
  const result = checkSettings(values, secretKeys, {});
  const problems = "problems" in result ? result.problems.filter(({ key }) => key.startsWith("analysts")) : [];
  if (problems.length > 0) throw new VisibleError(`${shownStackFile(project, stack)}: ${problemsMessage(problems)}`);
}
