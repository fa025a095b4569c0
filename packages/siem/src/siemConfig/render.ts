/**
 * Renders the files of a product from `templates/<product>/`. docs/guides/siem-engineer.md names the
 * documents that each template follows. No product has read the files.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { AlertApi } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { filledTemplate } from "./filledTemplate";
import { places, plainName } from "./places";
import type { SiemProduct } from "./products";
import type { SiemConnection, SiemFile } from "./siem";

interface Template {
  readonly file: string;
  /** The API that it is for. Default: each. */
  readonly api?: AlertApi;
  readonly holdsSecret?: true;
  /** One file for all customers: what follows its first blank line repeats for each. Default: a file for each. */
  readonly isShared?: true;
}

const templates: Readonly<Record<SiemProduct, readonly Template[]>> = {
  splunk: [
    { file: "rest_ta/local/inputs.conf", api: "legacySiem", holdsSecret: true, isShared: true },
    {
      file: "Splunk_TA_MS_Security/local/splunk_ta_ms_security_account.conf",
      api: "graph",
      holdsSecret: true,
      isShared: true,
    },
    { file: "Splunk_TA_MS_Security/local/inputs.conf", api: "graph", isShared: true },
  ],
  arcsight: [
    { file: "WDATP-connector.properties", api: "legacySiem", holdsSecret: true },
    { file: "WDATP-connector.jsonparser.properties", api: "legacySiem" },
  ],
  sentinel: [{ file: "dataConnector.json", isShared: true }, { file: "dataConnector.parameters.json" }],
  elastic: [
    { file: "m365_defender.json", api: "graph", holdsSecret: true },
    { file: "microsoft_defender_endpoint.json", api: "legacySiem", holdsSecret: true },
  ],
};

/** Products that sign in with the connector's client secret, as people call them. */
const signingIn: Readonly<Partial<Record<SiemProduct, string>>> = {
  splunk: "Splunk",
  arcsight: "ArcSight",
  elastic: "Elastic Agent",
};

/**
 * Renders a product's files for one customer.
 * @throws VisibleError when the product doesn't support the connector, or its format can't express
 * a value.
 */
export function siemFiles(product: SiemProduct, connection: SiemConnection): readonly SiemFile[] {
  return rendered(product, [connection], () => "");
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
  const files = rendered(product, usable, ({ connector }) => `${plainName(connector.stack)}/`);
  return { files, customers };
}

function withProblem(product: SiemProduct, connection: SiemConnection, all: readonly SiemConnection[]): SiemCustomer {
  const { stack } = connection.connector;
  // File systems and Splunk's names of stanzas need not distinguish upper and lower case.
  const isTwin = (other: string) => plainName(other).toLowerCase() === plainName(stack).toLowerCase();
  const twins = all.map(({ connector }) => connector.stack).filter(isTwin);
  if (twins.length > 1) {
    return {
      connection,
      problem: `the stacks ${twins.join(" and ")} have the same name in the files, ${plainName(stack)}: use --stack`,
    };
  }
  try {
    const files = siemFiles(product, connection);
    return files.length > 0 ? { connection } : { connection, problem: "its connector reads no alert API" };
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    return { connection, problem: error.message };
  }
}

/** Whether a file names the legacy alert API's host, which depends on the customer's region. */
export function needsAlertExporter(product: SiemProduct, connector: SiemConnection["connector"]): boolean {
  return templates[product].some(
    (template) => reads(connector, template) && templateText(product, template).includes("{{alertExporter}}"),
  );
}

/** @param folder of the files that are one customer's. */
function rendered(
  product: SiemProduct,
  connections: readonly SiemConnection[],
  folder: (connection: SiemConnection) => string,
): readonly SiemFile[] {
  for (const connection of connections) requireSupport(product, connection);
  const files = (isShared: boolean, some: readonly SiemConnection[], place: string) =>
    templates[product].flatMap((template): SiemFile[] => {
      const { file, holdsSecret = false } = template;
      const readers = some.filter(({ connector }) => reads(connector, template));
      if ((template.isShared ?? false) !== isShared || readers.length === 0) return [];
      return [{ path: `${place}${file}`, text: textFor(product, template, readers), holdsSecret }];
    });
  return [
    ...files(true, connections, ""),
    ...connections.flatMap((connection) => files(false, [connection], folder(connection))),
  ];
}

/** A shared head has each line once, whichever customer it is of. */
function textFor(product: SiemProduct, template: Template, readers: readonly SiemConnection[]): string {
  const text = templateText(product, template);
  const fill = (part: string) => readers.map((reader) => filledTemplate(template.file, part, places(reader)));
  const [head = "", each] = text.split("\n\n");
  if (each === undefined || template.isShared === undefined) return fill(text)[0] ?? "";
  const heads = new Set(fill(head).flatMap((lines) => lines.split("\n")));
  return `${[[...heads].join("\n"), ...fill(each.trimEnd())].join("\n\n")}\n`;
}

function reads({ alertApis }: SiemConnection["connector"], { api }: Template): boolean {
  return api === undefined || alertApis.includes(api);
}

/** @throws VisibleError where the product can't sign in as the connector, or can't read its APIs. */
function requireSupport(product: SiemProduct, { connector }: SiemConnection): void {
  const { stack, credential, alertApis } = connector;
  const name = signingIn[product];
  if (name !== undefined && credential !== "secret") {
    const held = credential === "certificate" ? "certificate" : "federated credential";
    throw new VisibleError(
      `${name} signs in with a client secret only; the connector of stack "${stack}" has a ${held}. ` +
        'Set connector.credential to "secret", or forward the alerts with the command `alerts`.',
    );
  }
  if (product === "arcsight" && !alertApis.includes("legacySiem")) {
    throw new VisibleError(
      `ArcSight reads the legacy alert API, which the connector of stack "${stack}" can't access. ` +
        "Add legacySiem to connector.alertApis, or forward the alerts with the command `alerts --format cef`.",
    );
  }
}

/** From the package's folder, one above the bundled program and two above this module. */
function templateText(product: SiemProduct, { file }: Template): string {
  const [ofBundle, ofModule] = [path.join(__dirname, "..", "templates"), path.join(__dirname, "..", "..", "templates")];
  return readFileSync(path.join(existsSync(ofBundle) ? ofBundle : ofModule, product, file), "utf8");
}
