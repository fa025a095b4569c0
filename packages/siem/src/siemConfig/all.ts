/** `siem-config --all`: one set of files for all customers of a source. */
import { VisibleError } from "@defender-mssp/errors";
import type { Environment } from "@defender-mssp/microsoft";
import { atOnce } from "@defender-mssp/errors/atOnce";
import { markOf, type CheckState } from "@defender-mssp/terminal/checkState";
import { tableText } from "@defender-mssp/terminal/table";
import { NoConnectorYet, type UnreadConnector } from "../connector/connectorSource";
import type { SiemProduct } from "./products";
import { mergedSiemFiles } from "./render";
import type { SiemConnection } from "./siem";
import { connectionOf, writeFiles, type ConnectionOfOptions, type WriteOptions } from "./write";

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

/** Customers that are read at a time: a stack takes a process of the engine. */
const simultaneous = 4;

/**
 * Writes the set. A customer that can't be read or included is a row of the result.
 * @throws VisibleError when a file exists.
 */
export async function writeSiemConfigOfAll(
  product: SiemProduct,
  customers: readonly UnreadConnector[],
  options: WriteOptions,
  environment: Environment,
): Promise<MergedSet> {
  const read = await atOnce(simultaneous, customers, (customer) =>
    connectionOrProblem(product, customer, options, environment),
  );
  const connections = read.filter((connection) => "connector" in connection);
  const merged = mergedSiemFiles(product, connections);
  const results = read.map((result): CustomerResult => {
    if (!("connector" in result)) return result;
    const { stack } = result.connector;
    const problem = merged.customers.find(({ connection }) => connection === result)?.problem;
    return problem === undefined ? { stack, state: "passed" } : { stack, state: "failed", note: problem };
  });
  return { files: await writeFiles(merged.files, options, environment), customers: results };
}

async function connectionOrProblem(
  product: SiemProduct,
  customer: UnreadConnector,
  options: ConnectionOfOptions,
  environment: Environment,
): Promise<SiemConnection | CustomerResult> {
  const { name: stack } = customer;
  try {
    return await connectionOf(product, customer, options, environment);
  } catch (error) {
    if (error instanceof NoConnectorYet) return { stack, state: "notChecked", note: "nothing is deployed" };
    if (!(error instanceof VisibleError)) throw error;
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
