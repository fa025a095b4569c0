/** What a joiner or a leaver changes in the settings files of the selected customers. */
import { readFile } from "node:fs/promises";
import { VisibleError } from "@defender-mssp/errors";
import { parseAsEngine } from "../../../settings/engineYaml";
import { configurationOf, readStackSettingsOffline } from "../../../settings/fromFile";
import { checkSettings } from "../../../settings/index";
import { shownStackFile, stackFile, stacksWithSettings, type Project } from "../../../settings/project";
import type { PortalAccessModelName } from "../../../settings/portalAccess";
import { fromJson, problemsMessage } from "../../../settings/problems";
import { waitsForAutomation } from "../../stack/leavers";
import { readSharedAnalysts, sharedAnalystsIn, withSharedAnalysts } from "../../../settings/withSharedAnalysts";
import { analystLine, withAnalyst, withoutAnalyst, type AnalystEntry } from "./withAnalyst";

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
  /** Customers whose analysts change: more than one for a file of `analystsFrom`. */
  readonly stacks: readonly string[];
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
  const address = analyst.email.toLowerCase();
  return changesOf(
    stacks,
    project,
    (lists) => [lists.findLast(({ addresses }) => addresses.includes(address)) ?? lists.at(-1)],
    ({ text, keys, addresses }, model) => {
      if (addresses.includes(address)) return { because: "the analyst is in the file already" };
      if (model === "entitlement" || model === "governance")
        return { because: `the model ${model} of portalAccess invites nobody` };
      const place = keys.length === 0 ? "the list" : `"analysts"`;
      return editedOr(withAnalyst(text, keys, analyst), `Add to ${place}: - ${analystLine(analyst)}`);
    },
  );
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
  const result = await changesOf(
    stacks,
    project,
    // Of a person of the shared file a stack's own list may have the object ID.
    (lists) => lists.filter(({ addresses }) => addresses.includes(address)),
    ({ text, keys, addresses }) => {
      const index = addresses.indexOf(address);
      if (index < 0) return { because: "the analyst is not in the file" };
      const place = keys.length === 0 ? "the list" : `"analysts"`;
      return editedOr(withoutAnalyst(text, keys, index), `Delete from ${place}: ${address}`);
    },
  );
  if (result.changes.length === 0 && !result.unchanged.some(({ byHand }) => byHand)) {
    throw new VisibleError(
      `None of ${stacks.length === 1 ? `stack ${stacks[0] ?? ""}` : `the ${stacks.length} stacks`} names an analyst ${address}. ` +
        "`npx mssp status --show analysts` lists all. Nothing was changed.",
    );
  }
  return result;
}

/** A list of analysts in a file: a stack's own, or the shared one. */
interface AnalystsList {
  /** From the project's folder, with slashes. */
  readonly file: string;
  /** Customers that have these analysts. */
  readonly stacks: readonly string[];
  readonly text: string;
  /** The setting's key, with and without the project's name; none in a shared file. */
  readonly keys: readonly string[];
  /** In lower case, in the order of the file. */
  readonly addresses: readonly string[];
}

type Edit = { readonly after: string } | { readonly because: string } | { readonly byHand: string };

function editedOr(after: string | undefined, byHand: string): Edit {
  return after === undefined ? { byHand } : { after };
}

/**
 * Edits lists of each stack, shared files last: each once, for all customers that name it.
 * @param choose the lists to edit, of the stack's own and the shared one.
 */
async function changesOf(
  stacks: readonly string[],
  project: Project,
  choose: (lists: readonly AnalystsList[]) => readonly (AnalystsList | undefined)[],
  edit: (list: AnalystsList, model: PortalAccessModelName) => Edit,
): Promise<AnalystChanges> {
  const changes: FileChange[] = [];
  const unchanged: UnchangedFile[] = [];
  const all = await configurations(project);
  const chosen = new Map<string, { readonly stack: string; readonly list: AnalystsList }>();
  for (const stack of stacks) {
    const lists = listsOf(stack, all, project);
    const [first = lists[0], ...others] = choose(lists);
    for (const list of [first, ...others])
      if (list !== undefined && !chosen.has(list.file)) chosen.set(list.file, { stack, list });
  }
  const isShared = ({ list }: { readonly list: AnalystsList }) => list.keys.length === 0;
  for (const { stack, list } of [...chosen.values()].sort(
    (one, other) => Number(isShared(one)) - Number(isShared(other)),
  )) {
    const { portalAccess } = await readStackSettingsOffline(stack, project.folder);
    const { file } = list;
    const result = edit(list, portalAccess.model);
    if ("byHand" in result) {
      const because = `its layout can't be edited safely. ${result.byHand}`;
      unchanged.push({ stack, file, because, byHand: true });
    } else if ("because" in result) unchanged.push({ stack, file, because: result.because, byHand: false });
    else {
      refuseWrong(list, result.after, all, project);
      if (list.keys.length > 0) all.set(stack, { text: result.after, values: valuesIn(result.after, project) });
      changes.push({ stacks: list.stacks, file, before: list.text, after: result.after });
    }
  }
  return { changes, unchanged };
}

/** Of these stacks, those in which only the automation ends a leaver's access. */
export async function waitingForAutomation(stacks: readonly string[], { folder }: Project): Promise<readonly string[]> {
  const waits = await Promise.all(
    stacks.map(async (stack) => waitsForAutomation(await readStackSettingsOffline(stack, folder))),
  );
  return stacks.filter((_, index) => waits[index]).sort();
}

type Values = Readonly<Record<string, string>>;
type Configurations = Map<string, { readonly text: string; readonly values: Values }>;

/** The settings files of the customers that are not off-boarded; one with errors is left to its own command. */
async function configurations(project: Project): Promise<Configurations> {
  const entries = await Promise.all(
    (await stacksWithSettings(project)).map(async (stack) => {
      const text = await readFile(stackFile(project, stack), "utf8").catch(() => "");
      return [stack, { text, values: valuesIn(text, project) }] as const;
    }),
  );
  return new Map(entries.filter(([, { values }]) => values["offboarded"] === undefined));
}

function valuesIn(text: string, project: Project): Values {
  try {
    return configurationOf(Object(parseAsEngine(text)) as Record<string, unknown>, project.name).values;
  } catch {
    return {};
  }
}

/** The stack's own list, then the shared one. */
function listsOf(stack: string, all: Configurations, project: Project): AnalystsList[] {
  const { text = "", values = {} } = all.get(stack) ?? {};
  const own = {
    file: shownStackFile(project, stack),
    stacks: [stack],
    text,
    keys: [`${project.name}:analysts`, "analysts"],
    addresses: addressesIn(fromJson(values["analysts"])),
  };
  const file = values["analystsFrom"];
  if (file === undefined) return [own];
  const shared = readSharedAnalysts(file, project.folder);
  const stacks = [...all].flatMap(([name, other]) => (other.values["analystsFrom"] === file ? name : []));
  return [own, { file, stacks, text: shared.text, keys: [], addresses: addressesIn(shared.analysts) }];
}

function addressesIn(list: unknown): string[] {
  const items: readonly unknown[] = Array.isArray(list) ? list : [];
  return items.map((item) => String((Object(item) as { readonly email?: unknown }).email).toLowerCase());
}

/** @throws VisibleError where a customer's settings would have an error, such as an address of another domain. */
function refuseWrong(list: AnalystsList, after: string, all: Configurations, project: Project): void {
  const isShared = list.keys.length === 0;
  for (const stack of list.stacks) {
    const values = isShared ? (all.get(stack)?.values ?? {}) : valuesIn(after, project);
    const read = isShared ? () => ({ text: after, analysts: sharedAnalystsIn(after, list.file) }) : undefined;
    const merged = withSharedAnalysts(values, project.folder, read);
    const result = checkSettings(merged.values, [], {});
    const problems = "problems" in result ? result.problems.filter(({ key }) => key.startsWith("analysts")) : [];
    if (problems.length > 0) throw new VisibleError(`${shownStackFile(project, stack)}: ${problemsMessage(problems)}`);
  }
}
