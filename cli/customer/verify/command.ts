/** `mssp verify`: signs in and reads alerts as the SIEM would, and checks what this requires. */
import { VisibleError } from "@defender-mssp/errors";
import { type Command, Option } from "commander";
import { placeOf } from "../../base/place";
import { connectorOptions } from "../../siem/connector/connectorOption";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import { countsSentence, markOf } from "@defender-mssp/terminal/checkState";
import { tableText } from "@defender-mssp/terminal/table";
import { credentialOptions } from "../../siem/tokens/credentialOptions";
import type { Check } from "./check";
import type { ContextOptions } from "./contextOf";
import type { VerifyContext } from "./context";

interface VerifyOptions extends ContextOptions {
  readonly json?: boolean;
}

/** Adds arguments, options and action. */
export function define(verifying: Command, session: Session): void {
  const command = credentialOptions(connectorOptions(verifying))
    .addOption(
      new Option(
        "--region <region>",
        "where the customer's Defender data is stored (default: whichever answers)",
      ).choices(["eu", "uk", "us"]),
    )
    .option("--json", "print the checks as one JSON object")
    .action(async (options: VerifyOptions) => {
      const checks = await verify({ ...options, ...placeOf(session) });
      const state = checks.some((check) => check.state === "failed") ? "failed" : "passed";
      const { stack, connection } = options;
      const result = { ...(stack === undefined ? { connection } : { stack }), state, checks };
      session.out.write(options.json === true ? `${visibleJson(result, 2)}\n` : checksText(checks));
      if (state === "failed") session.exitCode = 1;
    });
  describeCommand(command, {
    notes: [
      "An addition to the stack's objects fails the check `added …`. The check names who added it and when, if the audit log has it, and the step that removes it.",
      "With --connection, the checks that require the stack's state are not checked.",
      "Marks: ✓ passed, ✗ failed, – not checked: not applicable or not permitted. The identity that runs `pulumi up` permits more checks.",
    ],
    reads:
      "The stack's state, outputs and configuration, or the connection file; one page of alerts from each API of the connector; the " +
      "stack's objects in the customer's tenant; the audit log's entries about additions to them.",
    exitCodes: { 0: "no check failed", 1: "a check failed" },
    examples: [
      "npx mssp verify --stack contoso",
      "npx mssp verify --connection contoso.json",
      "npx mssp sandbox run -- npx mssp verify --stack dev --json",
    ],
  });
}

/**
 * Runs every check. A missing stack, or another reason that no check can run, is one failed check
 * and no error.
 */
export async function verify(options: VerifyOptions): Promise<readonly Check[]> {
  const [{ contextOf }, { failed }, alerts, tenant, { findAdditions }, governance] = await Promise.all([
    import("./contextOf.js"),
    import("./check.js"),
    import("./alerts.js"),
    import("./tenant.js"),
    import("../../tenant/additions/find.js"),
    import("./governance.js"),
  ]);
  let context: VerifyContext;
  try {
    context = await contextOf(options);
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    return [failed(options.connection === undefined ? "stack" : "connection", error.message)];
  }
  const refresh = await alerts.refreshToken(context);
  const legacy = await alerts.legacyAlerts(context, refresh.accessToken);
  const asSiem = [await alerts.graphAlerts(context), refresh.check, legacy.check];
  if (options.connection !== undefined) {
    const { requiringState } = await import("./requiringState.js");
    return [
      ...asSiem,
      alerts.authorizationByUse(context, legacy),
      tenant.credentialExpiry(context),
      await tenant.portal(context),
      ...requiringState,
    ];
  }
  return [
    ...asSiem,
    await tenant.authorization(context, legacy),
    tenant.credentialExpiry(context),
    ...[tenant.endOfChanges(context)].filter((check) => check !== undefined),
    await tenant.consent(context),
    await tenant.redirectUri(context),
    await tenant.notificationRules(context),
    await tenant.portal(context),
    ...(await governance.governanceRelationship(context, options)),
    ...(await findAdditions({
      stack: context.connector.stack,
      folder: options.folder,
      environment: options.environment,
    })),
  ];
}

function checksText(checks: readonly Check[]): string {
  const rows = checks.map(({ name, state, reason }) => [markOf(state), name, reason]);
  return `${tableText(rows)}\n${countsSentence(checks.map(({ state }) => state))}\n`;
}
