/**
 * `mssp doctor`: what a stack needs in the customer's tenant, and what the identity that is signed in has of it. With `--repair`: what an
 * interrupted `up` has left there.
 */
import type { Command } from "commander";
import type { NeededPermission } from "../../settings/prerequisites";
import { stackArgument } from "../stack/stackName";
import { terminalText } from "../output/terminalText";

/** Adds the subcommand to `program`. */
export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description(
      "Show what a stack's settings need in the customer's tenant, and what of it is there. Changes nothing without --repair.",
    )
    .requiredOption("--stack <stack>", "the stack, whose settings are in Pulumi.<stack>.yaml", stackArgument)
    .option("--json", "print the report as JSON")
    .option(
      "--repair",
      "find what an interrupted `pulumi up` left in the tenant and the stack doesn't know; ask for each",
    )
    .option("--yes", "with --repair: delete without asking what carries this program's mark")
    .addHelpText(
      "after",
      `
Exit code 0: \`pulumi up\` has all it needs, as far as can be seen; with --repair: nothing is left to repair. 1: something is missing, or left.

Examples:
  mssp doctor --stack contoso
  mssp doctor --stack contoso --repair
  mssp sandbox run -- npx mssp doctor --stack dev --json`,
    )
    .action(async ({ stack, json, ...options }: DoctorOptions) => {
      if (options.repair === true) return repairStack(stack, options.yes === true);
      const { examine } = await import("./examination.js");
      const report = await examine(stack);
      process.stdout.write(json === true ? `${JSON.stringify(report, null, 2)}\n` : terminalText(await table(report)));
      if (!report.ready) process.exitCode = 1;
    });
}

interface DoctorOptions {
  readonly stack: string;
  readonly json?: boolean;
  readonly repair?: boolean;
  readonly yes?: boolean;
}

async function repairStack(stack: string, yes: boolean): Promise<void> {
  const { repair, terminal } = await import("./repair.js");
  const { left } = await repair({
    stack,
    yes,
    ask: terminal(),
    say: (text) => process.stdout.write(terminalText(text)),
  });
  if (left > 0) process.exitCode = 1;
}

/** What `--json` prints. */
export interface Report {
  readonly stack: string;
  readonly customerName: string;
  /** The stack's tenant, which the identity reaches. */
  readonly tenantId: string;
  readonly identity: Identity;
  readonly permissions: readonly (NeededPermission & {
    /** `unknown`: a signed-in user's token doesn't say what the user may do by a directory role that is scoped or custom. */
    readonly state: "granted" | "missing" | "unknown";
  })[];
  readonly features: readonly Feature[];
  /** Where an administrator of the customer's grants what the application asks for; none for a signed-in user. */
  readonly adminConsentUrl?: string;
  /** Whether nothing is known to be missing. */
  readonly ready: boolean;
}

/** A licence or a policy of the tenant that the stack's settings need. */
export interface Feature {
  readonly feature: FeatureName;
  /** `unchecked`: the identity may not look, or the tenant doesn't say it plainly. */
  readonly state: "available" | "missing" | "unchecked";
  /** What is missing and what to do, or what it takes to look; none where it is available. */
  readonly reason?: string;
}

export type FeatureName = "roleAssignableGroups" | "entitlementManagement" | "invitations" | "clientSecrets";

export interface Identity {
  readonly kind: "application" | "user";
  /** As the token names it, where it does. */
  readonly name?: string;
  /** Application (client) ID: of the application itself, or the one that the user is signed in with. */
  readonly clientId: string;
  /** Object ID in the customer's tenant. */
  readonly objectId: string;
}

const featureNames: Readonly<Record<FeatureName, string>> = {
  roleAssignableGroups: "groups that can be given a directory role",
  entitlementManagement: "entitlement management",
  invitations: "inviting guests",
  clientSecrets: "a client secret of the length that is asked for",
};

async function table(report: Report): Promise<string> {
  const { default: colors } = await import("picocolors");
  const marks = { good: colors.green("✓"), bad: colors.red("✗"), open: colors.yellow("?") };
  const permissions = report.permissions.map(({ state, permission, api, purpose }) => [
    state === "granted" ? marks.good : state === "missing" ? marks.bad : marks.open,
    permission,
    api,
    purpose,
  ]);
  const features = report.features.map((one) => [
    one.state === "available" ? marks.good : one.state === "missing" ? marks.bad : marks.open,
    featureNames[one.feature],
    "tenant",
    one.reason ?? "",
  ]);
  const { name, kind, clientId, objectId } = report.identity;
  return [
    `Stack ${report.stack}: ${report.customerName}, tenant ${report.tenantId}`,
    `Signed in as the ${kind} ${name ?? objectId}, client ID ${clientId}`,
    "",
    ...aligned([...permissions, ...features]),
    "",
    ...conclusion(report),
    "",
  ].join("\n");
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0));
  const [names, apis] = [width(1), width(2)];
  return rows.map(([mark = "", name = "", api = "", rest = ""]) =>
    `  ${mark} ${name.padEnd(names)}  ${api.padEnd(apis)}  ${rest}`.trimEnd(),
  );
}

function conclusion({ ready, permissions, features, adminConsentUrl, identity }: Report): string[] {
  const missing = permissions.filter(({ state }) => state === "missing");
  const open = [...permissions, ...features].some(({ state }) => state === "unknown" || state === "unchecked");
  if (ready)
    return [open ? "Nothing is known to be missing; what is marked ? can't be seen from here." : "Nothing is missing."];
  return [
    "`pulumi up` would fail.",
    ...(missing.length > 0 && identity.kind === "application"
      ? [
          `Add to the application's API permissions: ${missing.map(({ api, permission }) => `${api} ${permission}`).join(", ")}`,
          `Then an administrator of the customer's consents: ${adminConsentUrl}`,
        ]
      : []),
    ...(missing.length > 0 && identity.kind === "user"
      ? missing.map(
          ({ permission, directoryRoles }) =>
            `${permission}: the user needs the directory role ${directoryRoles.join(" or ")}`,
        )
      : []),
    ...features.flatMap((one) => (one.state === "missing" ? [`${featureNames[one.feature]}: ${one.reason}`] : [])),
  ];
}
