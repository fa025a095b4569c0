/**
 * `mssp doctor`: checks what a stack needs in the customer's tenant. With `--repair`: removes what
 * an interrupted `up` left there.
 */
import type { Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import { endingMarks } from "@defender-mssp/siem/retirements/endingMarks";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { terminalText } from "@defender-mssp/terminal/terminalText";
import { placeOf } from "../../base/place";
import { stackArgument } from "../../stack/stackName";

interface DoctorOptions {
  readonly stack: string;
  readonly json?: boolean;
  readonly repair?: boolean;
  readonly beforeDestroy?: boolean;
  readonly yes?: boolean;
}

export function define(command: Command, session: Session): void {
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
      "list what `pulumi destroy` can't end: access packages that people hold, a governance relationship, adopted objects that it keeps, and what stays",
    )
    .action(async ({ stack, json, ...options }: DoctorOptions) => {
      if (options.beforeDestroy === true) return checkBeforeDestroy(stack, json === true, session);
      if (options.repair === true) return repairStack(stack, options.yes === true, session);
      const { examine } = await import("../../access/examination/examination.js");
      const { reportText } = await import("./report.js");
      const report = await examine(stack, placeOf(session));
      if (json === true) writeJson(session.out, "doctor", report);
      else session.out.write(reportText(report, session.now()));
      if (report.state === "failed") session.exitCode = 1;
    });
  describeCommand(command, {
    notes: [
      "Marks: ✓ passed, ✗ failed, – not checked: not applicable or not permitted.",
      `Marks of what ends: ${endingMarks}.`,
    ],
    reads:
      "Pulumi.yaml; the stack's settings and, where it is readable, its state, whose tenant must be that of the settings; the access " +
      "tokens of the identity in the environment (ARM_…, or az login); the OpenID configuration of customerDomain, which needs no " +
      "permission; with Organization.Read.All and Policy.Read.All, the tenant's licences, policies and Conditional Access (with " +
      "Policy.Read.ConditionalAccess also What If). With --repair also the " +
      "stack's state, the tenant's objects and, with AuditLog.Read.All, the audit log's entries about them. With " +
      "--before-destroy only the state, the assignments of access packages and, with TenantGovernance-Relationship.Read.All, the " +
      "governance relationship.",
    changes: "Nothing. With --repair, it deletes the objects that you confirm.",
    exitCodes: {
      0:
        "all checks passed or were not possible, and nothing has ended that the stack rests on; with --repair: no such " +
        "object is left, and every kind of object that the stack has could be looked at; " +
        "with --before-destroy: nobody holds an access package, and no governance relationship was found",
      1:
        "a check failed, something has ended that the stack rests on, the tenant could not be read, or objects are left; " +
        "with --repair: such a kind could not be looked at; with --before-destroy: somebody holds one, " +
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

async function checkBeforeDestroy(stack: string, json: boolean, session: Session): Promise<void> {
  const { beforeDestroyReport, beforeDestroyText } = await import("../../access/inventory/beforeDestroy.js");
  const { readDeployment } = await import("../../stack/deployment.js");
  const place = placeOf(session);
  const report = await beforeDestroyReport(await readDeployment(stack, place), place);
  if (json) writeJson(session.out, "doctor", report);
  else session.out.write(beforeDestroyText(report));
  if (report.state === "failed") session.exitCode = 1;
}

async function repairStack(stack: string, yes: boolean, session: Session): Promise<void> {
  const { repair } = await import("./repair.js");
  const { ask, out } = session;
  const say = (text: string) => out.write(terminalText(text));
  const asked = async (question: string): Promise<string> => {
    const answer = await ask.text(question);
    if (answer === undefined) throw new VisibleError("Cancelled. The objects without an answer are unchanged.");
    return answer;
  };
  const { left, isOpen } = await repair({
    stack,
    yes,
    ask: ask.isPossible ? asked : undefined,
    say,
    ...placeOf(session),
  });
  if (left > 0 || isOpen) session.exitCode = 1;
}
