/** Reads what the files of `mssp siem-config` need, and writes the files. */
import { lstat, mkdir } from "node:fs/promises";
import path from "node:path";
import { clockFrom, endingText, type AlertExporterRegion, type Environment } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import type { UnreadConnector } from "../connector/connectorSource";
import { textEndings } from "../retirements/fileEndings";
import type { SiemProduct } from "./products";
import type { SiemConnection, SiemFile } from "./siem";

/** What `connectionOf` reads. */
export interface ConnectionOfOptions {
  readonly region?: AlertExporterRegion;
  readonly showSecrets?: boolean;
  /** Also what may have ended, such as the legacy alert API. */
  readonly legacy?: boolean;
  /** Says what was left out. */
  readonly note?: (text: string) => void;
}

export interface WriteOptions extends ConnectionOfOptions {
  readonly out: string;
  readonly force?: boolean;
}

const modes = { secret: 0o600, other: 0o644 } as const;

/** Writes the files of one customer and returns their paths. @throws VisibleError */
export async function writeSiemConfig(
  product: SiemProduct,
  customer: UnreadConnector,
  options: WriteOptions,
  environment: Environment,
): Promise<string[]> {
  const { siemFiles } = await import("./render.js");
  const files = siemFiles(product, await connectionOf(product, customer, options, environment));
  return writeFiles(files, options, environment);
}

/** Writes files below `out` and returns their paths. @throws VisibleError if one exists, without `force`. */
export async function writeFiles(
  files: readonly SiemFile[],
  { out, force }: WriteOptions,
  environment: Environment,
): Promise<string[]> {
  refuseEnded(files, clockFrom(environment)());
  const targets = files.map((file) => ({ ...file, target: path.join(out, file.path) }));
  if (force !== true) await refuseToReplace(targets.map(({ target }) => target));
  for (const { target, text, holdsSecret } of targets) {
    await mkdir(path.dirname(target), { recursive: true });
    await writeWholeFile(target, text, { mode: holdsSecret ? modes.secret : modes.other });
  }
  return targets.map(({ target }) => target);
}

/** Whatever wrote them: no file rests on what has ended. @throws VisibleError */
function refuseEnded(files: readonly SiemFile[], now: Date): void {
  for (const { path: file, text } of files) {
    const ending = textEndings(file, text, now).find(({ level }) => level === "over");
    if (ending !== undefined) throw new VisibleError(`Nothing was written: ${file}: ${endingText(ending)}`);
  }
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
 * @throws VisibleError as `customer.read` does, and for an unknown region.
 */
export async function connectionOf(
  product: SiemProduct,
  customer: UnreadConnector,
  options: ConnectionOfOptions,
  environment: Environment,
): Promise<SiemConnection> {
  const { credentialOf, endpointsOf } = await import("../tokens/credentials.js");
  const { needsAlertExporter } = await import("./render.js");
  const hosts = await import("./hosts.js");
  const { writtenApis } = await import("./writtenApis.js");
  const { region, showSecrets = false, legacy = false, note } = options;
  const deployed = await customer.read({ secrets: showSecrets });
  const { alertApis, notes } = writtenApis(product, deployed, legacy, clockFrom(environment)());
  for (const text of notes) note?.(text);
  const connector = { ...deployed, alertApis };
  const endpoints = await endpointsOf(connector, environment);
  const alertExporter = needsAlertExporter(product, connector)
    ? await hosts.customerAlertExporter(customer, { endpoints, environment }, region)
    : undefined;
  const kept = await customer.keptToken(connector);
  const record = showSecrets ? await kept.record() : undefined;
  const refreshToken = record === undefined ? undefined : await kept.read(record);
  const { stack } = connector;
  const credential =
    showSecrets && connector.connection !== undefined ? await credentialOf(connector, {}, environment) : undefined;
  const clientSecret = credential?.kind === "secret" ? credential.secret : connector.clientSecret;
  return {
    connector,
    endpoints,
    alertExporter,
    clientSecret: (showSecrets ? clientSecret : undefined) ?? `<client secret of stack ${stack}>`,
    refreshToken: refreshToken ?? `<refresh token of stack ${stack}>`,
  };
}
