import { VisibleError } from "@defender-mssp/errors";
import { arcsightFiles } from "./arcsight";
import { elasticFiles } from "./elastic";
import type { SiemProduct } from "./products";
import { sentinelFiles } from "./sentinel";
import { plainName, type SiemConnection, type SiemFile, type SiemScope } from "./siem";
import { splunkFiles } from "./splunk";

type Renderer = (connections: readonly SiemConnection[], scope: SiemScope) => readonly SiemFile[];

const renderers: Readonly<Record<SiemProduct, Renderer>> = {
  splunk: splunkFiles,
  arcsight: arcsightFiles,
  sentinel: sentinelFiles,
  elastic: elasticFiles,
};

/**
 * Renders a product's files for one customer.
 * @throws VisibleError when the product doesn't support the connector, or its format can't express
 * a value.
 */
export function siemFiles(product: SiemProduct, connection: SiemConnection): readonly SiemFile[] {
  return renderers[product]([connection], "oneCustomer");
}

/** A customer's place in a merged set of files: included, or the reason why not. */
export interface SiemCustomer {
  readonly connection: SiemConnection;
  readonly problem?: string;
}

/**
 * Renders one set of files for all customers. A customer whose connector the product doesn't support
 * is left out, and so are customers whose names are equal in the product's files: one would read
 * with the other's progress.
 */
export function mergedSiemFiles(
  product: SiemProduct,
  connections: readonly SiemConnection[],
): { readonly files: readonly SiemFile[]; readonly customers: readonly SiemCustomer[] } {
  const customers = connections.map((connection) => withProblem(product, connection, connections));
  const usable = customers.filter(({ problem }) => problem === undefined).map(({ connection }) => connection);
  return { files: usable.length === 0 ? [] : renderers[product](usable, "allCustomers"), customers };
}

function withProblem(product: SiemProduct, connection: SiemConnection, all: readonly SiemConnection[]): SiemCustomer {
  const { stack } = connection.connector;
  const twins = all.filter(({ connector }) => sameName(connector.stack, stack)).map(({ connector }) => connector.stack);
  if (twins.length > 1) {
    return {
      connection,
      problem: `the stacks ${twins.join(" and ")} have the same name in the files, ${plainName(stack)}: use --stack`,
    };
  }
  try {
    const files = renderers[product]([connection], "allCustomers");
    return files.length > 0 ? { connection } : { connection, problem: "its connector reads no alert API" };
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    return { connection, problem: error.message };
  }
}

/** File systems and Splunk's names of stanzas need not distinguish upper and lower case. */
function sameName(one: string, other: string): boolean {
  return plainName(one).toLowerCase() === plainName(other).toLowerCase();
}

/**
 * Whether a file of the product names the legacy alert API's host, which depends on the customer's
 * region.
 */
export function needsAlertExporter(product: SiemProduct, { alertApis }: SiemConnection["connector"]): boolean {
  return (product === "splunk" || product === "arcsight") && alertApis.includes("legacySiem");
}
