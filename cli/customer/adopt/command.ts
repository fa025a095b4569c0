/** `mssp adopt`: makes a stack for a customer who was onboarded by hand. */
import { Option, type Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { assignments } from "@defender-mssp/terminal/assignments";
import { stackArgument } from "../../stack/stackName";
import { givenSettings, listOf, settingsOptions, type IdentityOptions } from "../../newCustomer/givenSettings";
import type { AdoptOptions } from "./adopt";

type CommandOptions = Pick<
  AdoptOptions,
  "secretsProvider" | "msspOwns" | "msspDomain" | "answer" | "dryRun" | "plan" | "yes" | "check"
> & {
  readonly set?: Readonly<Record<string, string>>;
  readonly json?: boolean;
} & IdentityOptions;

export function define(command: Command, session: Session): void {
  const started = command.argument("<stack>", "name of the customer's stack, which must not exist", stackArgument);
  settingsOptions(started, ["analystDomains", "defenderEndpoint"])
    .option("--mssp-domain <domain...>", "as --set analystDomains=…")
    .option("--secrets-provider <provider>", "of the new stack, as for `pulumi stack init`")
    .addOption(
      new Option("--mssp-owns <kind...>", "what belongs to the MSSP, so that `pulumi destroy` deletes it").choices([
        "guests",
        "groups",
        "application",
        "accessPackages",
      ]),
    )
    .option("--answer <question=value...>", "answer a question of the plan", assignments())
    .option("--dry-run", "show the plan, and write nothing")
    .option("--plan <file>", "write the plan to a file, as JSON")
    .option("--json", "print plan and result as one JSON object; asks no questions")
    .option("--yes", "write without asking; open questions are an error")
    .action(async (stack: string, { json = false, set = {}, ...options }: CommandOptions) => {
      const { adopt } = await import("./adopt.js");
      const interactive = !json && options.yes !== true && session.ask.isPossible;
      const say = (text: string) => (json ? undefined : session.out.write(text));
      const { analystDomains, defenderEndpoint, ...settings } = set;
      const given = {
        ...givenSettings(settings, options),
        ...domainsIn(analystDomains, options.msspDomain),
        ...(defenderEndpoint && { defenderEndpoint }),
      };
      const adoption = await adopt(stack, { ...options, ...given, interactive, say }, session);
      if (adoption === undefined) {
        session.err.note("Nothing was written.");
        session.exitCode = 1;
      } else if (json) {
        writeJson(session.out, "adopt", adoption);
      }
    });
  describe(command);
}

/** @throws VisibleError where `--set` and the option differ. */
function domainsIn(
  set: string | undefined,
  msspDomain: readonly string[] | undefined,
): Pick<AdoptOptions, "msspDomain"> {
  if (set === undefined) return {};
  const domains = listOf(set);
  if (msspDomain !== undefined && msspDomain.join() !== domains.join())
    throw new VisibleError(
      `--mssp-domain "${msspDomain.join(" ")}" and --set analystDomains="${set}" differ: give each setting once. Nothing was written.`,
    );
  return { msspDomain: domains };
}

function describe(command: Command): void {
  describeCommand(command, {
    notes: [
      "In a terminal, the command asks for missing settings and for what the tenant does not tell, such as which of two applications the SIEM uses.",
      "analystDomains are the domains of your people's addresses, such as mssp.example, soc.example (default: those of another customer's file). defenderEndpoint is your gateway for Defender's calls without a public API.",
      "An object with the mark of another stack is left, and the plan says whose it is. --answer marked:<ID>=adopt adopts it " +
        "nevertheless, unless it is an application of another MSSP.",
      "A detection rule is adopted if its ID is <mssp>-<rule> and detections/ has the rule. The service numbers rules of the portal: import these.",
    ],
    reads:
      "Pulumi.yaml, detections/ and the other customers' settings; with the identity in the environment (ARM_…, or az login) the " +
      "customer's guests, groups, applications, roles, access packages and detection rules. Permissions on Microsoft Graph: " +
      "Application.Read.All, CustomDetection.Read.All, DelegatedPermissionGrant.Read.All, EntitlementManagement.Read.All, Group.Read.All, " +
      "RoleManagement.Read.Defender, RoleManagement.Read.Directory, User.Read.All. Without one of them, its part is not looked at.",
    changes:
      "Writes Pulumi.<stack>.yaml and creates the stack in Pulumi's backend, with a state of the existing objects. It changes no tenant.",
    exitCodes: {
      0: "the stack is written, or with --dry-run the plan is complete",
      1: "a question is open, the stack or its file exists, `up` would change something, or the tenant could not be read",
    },
    examples: [
      "npx mssp adopt contoso",
      "npx mssp adopt contoso --dry-run \\",
      "  --set customerName=Contoso customerDomain=contoso.com \\",
      "  analystDomains=mssp.example",
      "npx mssp adopt contoso … --answer application=<object ID> --yes",
    ],
  });
}
