/**
 * `mssp doctor`: checks what a stack needs in the customer's tenant. With `--repair`: removes what
 * an interrupted `up` left there.
 */
import type { Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import { print } from "@defender-mssp/terminal/standardOutput";
import { visibleJson, terminalText } from "@defender-mssp/terminal/terminalText";
import { stackArgument } from "../../stack/stackName";

interface DoctorOptions {
  readonly stack: string;
  readonly json?: boolean;
  readonly repair?: boolean;
  readonly beforeDestroy?: boolean;
  readonly yes?: boolean;
}

/** Adds arguments, options and action. */
export function define(command: Command): void {
  command
    .requiredOption("--stack <stack>", "the stack, whose settings are in Pulumi.<stack>.yaml", stackArgument)
    .option("--json", "print the report as JSON")
    .option("--repair", "find objects that an interrupted `pulumi up` left in the tenant, and ask about each")
    .option(
      "--yes",
      "with --repair: delete without asking what carries this stack's mark and belongs to an interrupted operation",
    )
    .option(
      "--before-destroy",
      "list what `pulumi destroy` can't end: access packages that people hold, a governance relationship, and adopted objects that it keeps",
    )
    .action(async ({ stack, json, ...options }: DoctorOptions) => {
      if (options.beforeDestroy === true) return checkBeforeDestroy(stack, json === true);
      if (options.repair === true) return repairStack(stack, options.yes === true);
      const [{ examine }, { reportText }] = await Promise.all([import("./examination.js"), import("./report.js")]);
      const report = await examine(stack);
      print(json === true ? `${visibleJson(report, 2)}\n` : reportText(report));
      if (report.state === "failed") process.exitCode = 1;
    });
  describeCommand(command, {
    notes: ["Marks: ✓ passed, ✗ failed, – not checked: not applicable or not permitted."],
    reads:
      "The stack's settings and, where they do not name connector.alertApis, its state; the access " +
      "tokens of the identity in the environment (ARM_…, or az login); with " +
      "Organization.Read.All and Policy.Read.All, the tenant's licences, policies and Conditional Access (with " +
      "Policy.Read.ConditionalAccess also What If). With --repair also the " +
      "stack's state, the tenant's objects and, with AuditLog.Read.All, the audit log's entries about them. With " +
      "--before-destroy only the state, the assignments of access packages and, with TenantGovernance-Relationship.Read.All, the " +
      "governance relationship.",
    changes: "Nothing. With --repair, it deletes the objects that you confirm.",
    exitCodes: {
      0:
        "all checks passed or were not possible; with --repair: no such object is left; with --before-destroy: nobody " +
        "holds an access package, and no governance relationship was found",
      1:
        "a check failed, the tenant could not be read, or objects are left; with --before-destroy: somebody holds one, " +
        "a governance relationship grants access, or the access packages can't be read",
    },
    examples: [
      "npx mssp doctor --stack contoso",
      "npx mssp doctor --stack contoso --repair",
      "npx mssp doctor --stack contoso --before-destroy",
      "npx mssp sandbox run -- npx mssp doctor --stack dev --json",
    ],
  });
}

async function checkBeforeDestroy(stack: string, json: boolean): Promise<void> {
  const { beforeDestroyReport, beforeDestroyText } = await import("./beforeDestroy.js");
  const report = await beforeDestroyReport({ stack });
  print(json ? `${visibleJson(report, 2)}\n` : beforeDestroyText(report));
  if (report.state === "failed") process.exitCode = 1;
}

async function repairStack(stack: string, yes: boolean): Promise<void> {
  const { repair, terminal } = await import("./repair.js");
  const say = (text: string) => print(terminalText(text));
  const { left } = await repair({ stack, yes, ask: terminal(), say });
  if (left > 0) process.exitCode = 1;
}
