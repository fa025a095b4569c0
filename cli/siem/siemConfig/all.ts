/** `mssp siem-config --all`: one set of files for all customers of the project. */
import { VisibleError } from "@defender-mssp/errors";
import { readProject } from "../../../settings/project";
import { atOnce } from "@defender-mssp/terminal/atOnce";
import { isStackName } from "../../stack/stackNames";
import { readInventory } from "../../stack/inventory";
import { passphrasesInFolder } from "../../stack/passphrases";
import { selectStacks } from "../../stack/selection";
import { markOf, type CheckState } from "@defender-mssp/terminal/checkState";
import { tableText } from "@defender-mssp/terminal/table";
import type { SiemProduct } from "./products";
import { mergedSiemFiles } from "./render";
import type { SiemConnection } from "./siem";
import { connectionOf, writeFiles, type ConnectionOptions, type WriteOptions } from "./write";

/** A customer in the summary. */
export interface CustomerResult {
  readonly stack: string;
  /** `passed`: the files include it. `notChecked`: nothing is deployed. */
  readonly state: CheckState;
  /** Why the files don't include it. */
  readonly note?: string;
}

export interface MergedSet {
  /** Paths of what was written. */
  readonly files: readonly string[];
  readonly customers: readonly CustomerResult[];
}

/** Engine processes at a time. */
const engines = 4;

/**
 * Writes the set. A customer that can't be read or included is a row of the result.
 * @throws VisibleError when there is no project or folder of passphrases, or a file exists.
 */
export async function writeSiemConfigOfAll(
  product: SiemProduct,
  options: WriteOptions & { readonly passphraseFolder?: string },
): Promise<MergedSet> {
  const stacks = await customers();
  const { passphraseFolder, showSecrets } = options;
  // A stack without a file there fails by itself, if its engine needs a passphrase.
  const variables = passphraseFolder === undefined ? undefined : await passphrasesInFolder(stacks, passphraseFolder);
  const found = await atOnce(engines, stacks, (stack) => {
    const environment = { ...process.env, ...variables?.get(stack) };
    return connectionOrProblem(product, { stack, showSecrets, environment });
  });
  const merged = mergedSiemFiles(
    product,
    found.flatMap((one) => ("connector" in one ? [one] : [])),
  );
  const included = merged.customers.map(({ connection: { connector }, problem }): CustomerResult => {
    const { stack } = connector;
    return problem === undefined ? { stack, state: "passed" } : { stack, state: "failed", note: problem };
  });
  const results = [...found.flatMap((one) => ("connector" in one ? [] : [one])), ...included];
  return {
    files: await writeFiles(merged.files, options),
    customers: stacks.flatMap((stack) => results.find((one) => one.stack === stack) ?? []),
  };
}

/** The stacks with a settings file. What counts is what is deployed: errors in the file do not matter. */
async function customers(): Promise<string[]> {
  const project = await readProject();
  const place = { folder: project.folder, journals: project.folder };
  return (await selectStacks(await readInventory(project), { staleAfter: 7 }, place)).map(({ stack }) => stack);
}

async function connectionOrProblem(
  product: SiemProduct,
  options: ConnectionOptions & { readonly stack: string },
): Promise<SiemConnection | CustomerResult> {
  const { stack } = options;
  try {
    if (!isStackName(stack)) throw new VisibleError("the name of its settings file is not a valid stack name");
    return await connectionOf(product, options);
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    if (/nothing is deployed there|There is no stack/.test(error.message))
      return { stack, state: "notChecked", note: "nothing is deployed" };
    return { stack, state: "failed", note: error.message };
  }
}

/** The files, and a row for each customer. */
export function customersText(files: readonly string[], list: readonly CustomerResult[]): string {
  const rows = list.map(({ stack, state, note = "included" }) => [markOf(state), stack, note]);
  const count = (wanted: CheckState) => list.filter(({ state }) => state === wanted).length;
  const summary = `${count("passed")} customers included, ${count("failed")} failed, ${count("notChecked")} without a deployment.`;
  return `${files.map((file) => `${file}\n`).join("")}${list.length === 0 ? "" : `\n${tableText(rows)}\n`}${summary}\n`;
}
