/** `mssp siem-config`: writes the files with which a SIEM product reaches a customer's alerts. */
import { lstat, mkdir } from "node:fs/promises";
import path from "node:path";
import { Argument, Option, type Command } from "commander";
import type { AlertExporterRegion } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { connectorOptions, selectedConnector, type ConnectorOptions } from "../connector/connectorOption";
import { describeCommand } from "../output/help";
import { print } from "../output/standardOutput";
import { visibleJson } from "../output/terminalText";
import { siemProducts, type SiemProduct } from "./products";
import type { SiemConnection } from "./siem";

interface SiemConfigOptions extends ConnectorOptions {
  readonly out: string;
  readonly region?: AlertExporterRegion;
  readonly showSecrets?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

const modes = { secret: 0o600, other: 0o644 } as const;

/** Adds the subcommand to `program`. */
export function registerSiemConfig(program: Command): void {
  const siemConfig = program
    .command("siem-config")
    .description("Write the files with which a SIEM product reaches the customer's alerts.")
    .addArgument(new Argument("<product>", "SIEM product").choices(siemProducts));
  const command = connectorOptions(siemConfig)
    .requiredOption("--out <folder>", "folder for the files; created if it does not exist")
    .addOption(
      new Option(
        "--region <region>",
        "region of the customer's Defender data, which determines the host of the legacy alert API " +
          "(default: the region that accepts the connector)",
      ).choices(["eu", "uk", "us"]),
    )
    .option("--show-secrets", "write the client secret and the refresh token instead of placeholders")
    .option("--force", "replace existing files")
    .option("--json", "print the paths of the files as JSON")
    .action(async (product: SiemProduct, options: SiemConfigOptions) => {
      const written = await writeSiemConfig(product, options);
      const text = options.json === true ? visibleJson(written, 2) : written.join("\n");
      print(`${text}\n`);
    });
  describeCommand(command, {
    notes: ["docs/siem.md says where each file goes. No SIEM product has read these files in a test."],
    reads:
      "The stack's outputs; with --show-secrets also the client secret and the kept refresh token. Without " +
      "--region it asks the legacy alert API of each region.",
    changes:
      "Writes the files into --out, each completely or not at all. Only you can read a file that contains a secret or its placeholder.",
    exitCodes: {
      0: "all files are written",
      1: "nothing is written if a file exists (see --force) or the stack can't be read",
    },
    examples: [
      "npx mssp siem-config splunk --stack contoso --out splunk",
      "npx mssp siem-config arcsight --stack contoso --out arcsight --region eu",
      "npx mssp sandbox run -- npx mssp siem-config elastic --stack dev --out elastic",
    ],
  });
}

/** Writes the files and returns their paths. */
async function writeSiemConfig(product: SiemProduct, options: SiemConfigOptions): Promise<string[]> {
  const [{ siemFiles }, { writeWholeFile }] = await Promise.all([
    import("./render.js"),
    import("../output/wholeFile.js"),
  ]);
  const files = siemFiles(product, await connectionOf(product, options));
  const targets = files.map((file) => ({ ...file, target: path.join(options.out, file.path) }));
  if (options.force !== true) await refuseToReplace(targets.map(({ target }) => target));
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

async function connectionOf(product: SiemProduct, options: SiemConfigOptions): Promise<SiemConnection> {
  const [{ keptToken }, { credentialOf, endpointsOf }, { needsAlertExporter }, hosts] = await Promise.all([
    import("../connector/keptToken.js"),
    import("../tokens/credentials.js"),
    import("./render.js"),
    import("./hosts.js"),
  ]);
  const { region, showSecrets = false } = options;
  const connector = await selectedConnector(options, { secrets: showSecrets });
  const endpoints = await endpointsOf(connector);
  const alertExporter = needsAlertExporter(product, connector)
    ? await hosts.customerAlertExporter(connector, endpoints, region)
    : undefined;
  const kept = keptToken(connector);
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
