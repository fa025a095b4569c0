/** Reads what the files of `mssp siem-config` need, and writes the files. */
import { lstat, mkdir } from "node:fs/promises";
import path from "node:path";
import type { AlertExporterRegion } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { selectedConnector, type ConnectorOptions } from "../connector/connectorOption";
import type { SiemProduct } from "./products";
import type { SiemConnection, SiemFile } from "./siem";

/** What `connectionOf` reads. */
export interface ConnectionOptions extends ConnectorOptions {
  readonly region?: AlertExporterRegion;
  readonly showSecrets?: boolean;
  /** Of the stack's engine. Default: `process.env`. */
  readonly environment?: NodeJS.ProcessEnv;
}

export interface WriteOptions extends ConnectionOptions {
  readonly out: string;
  readonly force?: boolean;
}

const modes = { secret: 0o600, other: 0o644 } as const;

/** Writes the files of one customer and returns their paths. @throws VisibleError */
export async function writeSiemConfig(product: SiemProduct, options: WriteOptions): Promise<string[]> {
  const { siemFiles } = await import("./render.js");
  return writeFiles(siemFiles(product, await connectionOf(product, options)), options);
}

/** Writes files below `out` and returns their paths. @throws VisibleError if one exists, without `force`. */
export async function writeFiles(files: readonly SiemFile[], { out, force }: WriteOptions): Promise<string[]> {
  const targets = files.map((file) => ({ ...file, target: path.join(out, file.path) }));
  if (force !== true) await refuseToReplace(targets.map(({ target }) => target));
  for (const { target, text, holdsSecret } of targets) {
    await mkdir(path.dirname(target), { recursive: true });
    await writeWholeFile(target, text, { mode: holdsSecret ? modes.secret : modes.other });
  }
  return targets.map(({ target }) => target);
}

/** All files or none: a mix of old and new files would not match. */
async function refuseToReplace(targets: readonly string[]): Promise<void> {
  const existing: string[] = [];
  for (const target of targets) {
    const found = await lstat(target).catch(() => undefined);
    if (found !== undefined) existing.push(target);
  }
  if (existing.length === 0) return;
  throw new VisibleError(`Nothing was written: these files exist: ${existing.join(", ")}. Replace them with --force.`);
}

/**
 * What the product's files need of one customer.
 * @throws VisibleError as `readConnector` and `readConnection` do, and for an unknown region.
 */
export async function connectionOf(product: SiemProduct, options: ConnectionOptions): Promise<SiemConnection> {
  const [{ keptToken }, { credentialOf, endpointsOf }, { needsAlertExporter }, hosts] = await Promise.all([
    import("../connector/keptToken.js"),
    import("../tokens/credentials.js"),
    import("./render.js"),
    import("./hosts.js"),
  ]);
  const { region, showSecrets = false, environment } = options;
  const connector = await selectedConnector(options, { secrets: showSecrets, environment });
  const endpoints = await endpointsOf(connector);
  const alertExporter = needsAlertExporter(product, connector)
    ? await hosts.customerAlertExporter(connector, endpoints, region)
    : undefined;
  const kept = keptToken(connector, { environment });
  const record = showSecrets ? await kept.record() : undefined;
  const refreshToken = record === undefined ? undefined : await kept.read(record);
  const { stack } = connector;
  const credential = showSecrets && connector.connection !== undefined ? await credentialOf(connector, {}) : undefined;
  const clientSecret = credential?.kind === "secret" ? credential.secret : connector.clientSecret;
  return {
    connector,
    hosts: hosts.siemHosts(endpoints, alertExporter),
    clientSecret: (showSecrets ? clientSecret : undefined) ?? `<client secret of stack ${stack}>`,
    refreshToken: refreshToken ?? `<refresh token of stack ${stack}>`,
  };
}
