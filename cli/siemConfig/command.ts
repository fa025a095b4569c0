/** `mssp siem-config`: the files with which a SIEM product reaches a customer's alerts. */
import { chmod, lstat, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { Argument, Option, type Command } from "commander";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { siemProducts, type SiemProduct } from "./products";
import type { SiemConnection } from "./siem";
import { stackArgument } from "../stack/stackName";

interface SiemConfigOptions {
  readonly stack: string;
  readonly out: string;
  readonly region: "eu" | "uk" | "us";
  readonly showSecrets?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Adds the subcommand to `program`. */
export function registerSiemConfig(program: Command): void {
  program
    .command("siem-config")
    .description("Write the files with which a SIEM product reaches the customer's alerts.")
    .addArgument(new Argument("<product>", "the SIEM").choices(siemProducts))
    .requiredOption("--stack <stack>", "the customer's stack", stackArgument)
    .requiredOption("--out <folder>", "where the files go; made where it is missing")
    .addOption(
      new Option("--region <region>", "where the customer's Defender data is stored: the legacy alert API's host")
        .choices(["eu", "uk", "us"])
        .default("us"),
    )
    .option(
      "--show-secrets",
      "write the client secret and the kept refresh token into the files, instead of placeholders",
    )
    .option("--force", "replace files that are there")
    .option("--json", "print the files' paths as JSON")
    .addHelpText(
      "after",
      `
Files with a place for a secret can be read by you alone. docs/siem.md says what goes where.

Examples:
  mssp siem-config splunk --stack contoso --out ./splunk
  mssp siem-config arcsight --stack contoso --out ./arcsight --region eu --show-secrets`,
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .action(async (product: SiemProduct, options: SiemConfigOptions) => {
      const { withVisibleErrors } = await import("../output/visibleErrors.js");
      const written = await withVisibleErrors(() => writeSiemConfig(product, options));
      const text = options.json === true ? JSON.stringify(written, undefined, 2) : written.join("\n");
      process.stdout.write(`${text}\n`);
    });
}

/** The paths that were written. */
async function writeSiemConfig(product: SiemProduct, options: SiemConfigOptions): Promise<string[]> {
  const { siemFiles } = await import("./render.js");
  const files = siemFiles(product, await connectionOf(options));
  const targets = files.map((file) => ({ ...file, target: path.join(options.out, file.path) }));
  if (options.force !== true) await refuseToReplace(targets.map(({ target }) => target));
  for (const { target, text, holdsSecret } of targets) {
    await mkdir(path.dirname(target), { recursive: true });
    const { writeSecretFile } = await import("../connector/refreshToken.js");
    if (holdsSecret) await writeSecretFile(target, text);
    else {
      await writeFile(target, text);
      await chmod(target, 0o644);
    }
  }
  return targets.map(({ target }) => target);
}

/** All or nothing: half a set of files would be an old one and a new one. */
async function refuseToReplace(targets: readonly string[]): Promise<void> {
  const there: string[] = [];
  for (const target of targets) {
    const found = await lstat(target).catch(() => undefined);
    if (found !== undefined) there.push(target);
  }
  if (there.length === 0) return;
  throw new VisibleError(
    `Nothing was written: ${there.join(", ")} ${there.length === 1 ? "is" : "are"} there already. --force replaces.`,
  );
}

async function connectionOf({ stack, region, showSecrets }: SiemConfigOptions): Promise<SiemConnection> {
  const [{ readConnector }, { readToken, readTokenRecord }] = await Promise.all([
    import("../connector/connector.js"),
    import("../connector/refreshToken.js"),
  ]);
  const secrets = showSecrets === true;
  const connector = await readConnector(stack, { secrets });
  const record = secrets ? await readTokenRecord(stack) : undefined;
  return {
    connector,
    region,
    clientSecret: (secrets ? connector.clientSecret : undefined) ?? `<client secret of stack ${stack}>`,
    refreshToken:
      (record === undefined ? undefined : await readToken(stack, record)) ?? `<refresh token of stack ${stack}>`,
  };
}
