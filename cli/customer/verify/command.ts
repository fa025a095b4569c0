/** `mssp verify`: the command of `@defender-mssp/siem`, with the checks that need the stack. */
import type { Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { define as defineBySource, verificationByFile } from "@defender-mssp/siem/verify/command";
import type { Verification } from "@defender-mssp/siem/verify/verification";
import { isStack } from "../../stack/connector";
import { stacksAndConnectionFiles } from "../../access/connector/connectorSource";

const verification: Verification = {
  checks: async (customer, options, session, program) => {
    if (!isStack(customer)) return verificationByFile.checks(customer, options, session, program);
    const { verifyStack } = await import("./verifyStack.js");
    return verifyStack({ ...options, ...customer.place, now: session.now, stack: customer.name });
  },
  reads:
    "the stack's state; one page of alerts from each API of the connector; the stack's objects in the customer's " +
    "tenant; the audit log's entries about additions to them",
  notes: [
    "An addition to the stack's objects fails the check `added …`. The check names who added it and when, if the audit log has it, and the step that removes it.",
    "With --connection, the checks that require the stack's state are not checked.",
    "Marks: ✓ passed, ✗ failed, – not checked: not applicable or not permitted. The identity that runs `pulumi up` permits more checks.",
  ],
};

export function define(command: Command, session: Session): void {
  defineBySource(command, session, stacksAndConnectionFiles, verification);
}
