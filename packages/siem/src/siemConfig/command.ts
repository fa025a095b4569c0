/** `mssp siem-config`: writes the files with which a SIEM product reaches a customer's alerts. */
import { Argument, Option, type Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { connectionFiles, type ConnectionOptions } from "../connector/connectionFiles";
import type { ConnectorSource } from "../connector/connectorSource";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { siemProducts, type SiemProduct } from "./products";
import type { WriteOptions } from "./write";

interface SiemConfigOptions extends WriteOptions, ConnectionOptions {
  readonly api?: "graph" | "legacySiem";
  readonly json?: boolean;
}

/** Microsoft, "Connect Microsoft Sentinel to the Microsoft Defender portal" (2025-09-18). */
const primaryWorkspaceNote =
  "A workspace that is connected to the Defender portal as the primary one needs no file: connecting it switches the Defender XDR connector on.";

export function define(siemConfig: Command, session: Session, source: ConnectorSource = connectionFiles): void {
  siemConfig.addArgument(new Argument("<product>", "SIEM product").choices(siemProducts));
  source
    .addOptions(siemConfig, "many")
    .requiredOption("--out <folder>", "folder for the files; created if it does not exist")
    .addOption(
      new Option(
        "--region <region>",
        "region of the customer's Defender data, which determines the host of the legacy alert API " +
          "(default: the region that accepts the connector)",
      )
        .choices(["eu", "uk", "us"])
        .conflicts(["all", "connections"]),
    )
    .option("--show-secrets", "write the client secret and the refresh token instead of placeholders")
    .addOption(
      new Option(
        "--api <api>",
        "legacySiem: also write what Microsoft may have switched off, the legacy alert API (default: graph)",
      ).choices(["graph", "legacySiem"]),
    )
    .option("--force", "replace existing files")
    .option("--json", "print the paths of the files as JSON")
    .action(async (product: SiemProduct, chosen: SiemConfigOptions) => {
      const note = (text: string): void => session.err.note(text);
      const options = { ...chosen, legacy: chosen.api === "legacySiem", note };
      if (product === "sentinel") note(primaryWorkspaceNote);
      const customer = await source.named(options, session);
      if (customer === undefined) await writeAll(product, options, session, source);
      else {
        const { writeSiemConfig } = await import("./write.js");
        const written = await writeSiemConfig(product, customer, options, session.environment);
        if (options.json === true) writeJson(session.out, "siem-config", { files: written });
        else session.out.write(`${written.join("\n")}\n`);
      }
    });
  describeCommand(siemConfig, {
    notes: [
      "docs/guides/siem-engineer.md of defender-mssp says where each file goes. No SIEM product has read these files in a test.",
      "It writes nothing that has ended. The legacy alert API may be off since 2024-12-31 and is left out without --api legacySiem. " +
        "`retirements <folder>` checks files that are written already.",
      "Of several customers, the set of files is for all of them. One that can't be included stops no other; the summary names it, and the " +
        "exit code is 1. A stack on which nothing is deployed is left out.",
    ],
    reads:
      `${source.reads}; with --show-secrets also the client secret and the kept refresh token. Without ` +
      "--region it asks the legacy alert API of each region.",
    changes:
      "Writes the files into --out, each completely or not at all. Only you can read a file that contains a secret or its placeholder.",
    exitCodes: {
      0: "all files are written",
      1:
        "nothing is written if a file exists (see --force) or the connector can't be read; of several customers: one that is " +
        "deployed is not included, or no customer is",
    },
    examples: [
      `${source.program} siem-config splunk ${source.example} --out splunk`,
      `${source.program} siem-config arcsight ${source.example} \\`,
      "  --out arcsight --region eu",
      `${source.program} siem-config splunk --connections connections \\`,
      "  --out splunk",
    ],
  });
}

async function writeAll(
  product: SiemProduct,
  options: SiemConfigOptions,
  session: Session,
  source: ConnectorSource,
): Promise<void> {
  const { customersText, writeSiemConfigOfAll } = await import("./all.js");
  const { files, customers } = await writeSiemConfigOfAll(
    product,
    await source.many(options, session),
    options,
    session.environment,
  );
  if (options.json === true) writeJson(session.out, "siem-config", { files, customers });
  else session.out.write(customersText(files, customers));
  if (files.length === 0 || customers.some(({ state }) => state === "failed")) session.exitCode = 1;
}
