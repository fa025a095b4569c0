/** `mssp verify`: plays the SIEM, and says what holds and what doesn't. */
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { type Command, Option } from "commander";
import { stackArgument } from "../stack/stackName";
import { terminalText } from "../output/terminalText";
import { credentialOptions, type CredentialOptions } from "../tokens/credentialOptions";
import type { Check } from "./check";
import type { VerifyContext } from "./context";

interface VerifyOptions extends CredentialOptions {
  readonly stack: string;
  readonly region?: "eu" | "uk" | "us";
  readonly json?: boolean;
}

/** Adds the subcommand to `program`. */
export function registerVerify(program: Command): void {
  credentialOptions(
    program
      .command("verify")
      .description("Play the SIEM: take a token as the connector would, read alerts, and check all that this needs.")
      .requiredOption("--stack <stack>", "the customer's stack", stackArgument),
  )
    .addOption(
      new Option(
        "--region <region>",
        "where the customer's Defender data is stored (default: whichever answers)",
      ).choices(["eu", "uk", "us"]),
    )
    .option("--json", "print the checks as one JSON object")
    .addHelpText(
      "after",
      `
Exit code: 0 nothing is red, 1 something is, 2 typed wrongly. "–" is what there is nothing to see of, or nobody here may look at;
with the credentials of \`pulumi up\` in this shell more is looked at.

Examples:
  mssp verify --stack contoso
  mssp sandbox run -- npx mssp verify --stack dev --json`,
    )
    .action(async (options: VerifyOptions) => {
      const checks = await verify(options);
      process.stdout.write(options.json === true ? jsonText(options.stack, checks) : terminalText(tableText(checks)));
      if (!isGreen(checks)) process.exitCode = 1;
    });
}

/** Runs every check. A missing stack, or another reason that no check can run, is one failed check and no error. */
export async function verify(options: VerifyOptions): Promise<readonly Check[]> {
  const [{ failed }, alerts, tenant] = await Promise.all([
    import("./check.js"),
    import("./alerts.js"),
    import("./tenant.js"),
  ]);
  let context: VerifyContext;
  try {
    context = await contextOf(options);
  } catch (error) {
    if (error instanceof VisibleError) return [failed("stack", error.message)];
    throw error;
  }
  const refresh = await alerts.refreshToken(context);
  const legacy = await alerts.legacyAlerts(context, refresh.accessToken);
  return [
    await alerts.graphAlerts(context),
    refresh.check,
    legacy.check,
    await tenant.authorization(context, legacy),
    tenant.credentialExpiry(context),
    await tenant.consent(context),
    await tenant.redirectUri(context),
    await tenant.notificationRules(context),
    await tenant.portal(context),
  ];
}

async function contextOf(options: VerifyOptions): Promise<VerifyContext> {
  const [{ readConnector }, { credentialOf, endpointsOf }, { readTokenRecord }, { alertExporterHosts }, settings] =
    await Promise.all([
      import("../connector/connector.js"),
      import("../tokens/credentials.js"),
      import("../connector/refreshToken.js"),
      import("../connector/hosts.js"),
      import("../../settings/fromFile.js"),
    ]);
  const connector = await readConnector(options.stack, { secrets: true });
  const endpoints = await endpointsOf(connector);
  // Settings that can't be read are the next `up`'s to name: here is looked at what is deployed.
  const defenderCalls = await settings.readStackSettings(options.stack).then(
    (read) => read.defenderCalls,
    () => ({ mode: "endpoint" }) as const,
  );
  return {
    connector,
    endpoints,
    credential: await credentialOf(connector, options).catch((error: unknown) => {
      if (error instanceof VisibleError) return error;
      throw error;
    }),
    tokenRecord: await readTokenRecord(options.stack),
    alertExporters: alertExporterHosts(endpoints, options.region),
    defenderEndpoint: settings.defenderEndpointOf({ defenderCalls }, process.env),
    now: new Date(),
  };
}

function isGreen(checks: readonly Check[]): boolean {
  return checks.every(({ state }) => state !== "failed");
}

function jsonText(stack: string, checks: readonly Check[]): string {
  return `${JSON.stringify({ stack, green: isGreen(checks), checks }, undefined, 2)}\n`;
}

const marks: Readonly<Record<Check["state"], string>> = { ok: "✓", failed: "✗", skipped: "–" };

function tableText(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks.map(({ name, state, reason }) => `${marks[state]} ${name.padEnd(width)}  ${reason}\n`).join("");
}
