/** `mssp verify`: the command of `@defender-mssp/siem`, with the checks that need the stack. */
import type { Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import {
  define as defineBySource,
  verificationByFile,
  type Verification,
  type VerifyOptions,
} from "@defender-mssp/siem/verify/command";
import { placeOf } from "../../base/place";
import { stacksAndConnectionFiles } from "../../stack/connectorSource";

/** `stack` is undefined where the options name a connection file. */
type StackVerifyOptions = VerifyOptions & { readonly stack?: string };

const verification: Verification = {
  subject: ({ stack, connection }: StackVerifyOptions) => (stack === undefined ? { connection } : { stack }),
  checks: async (options: StackVerifyOptions, session, program) => {
    const { stack } = options;
    if (stack === undefined) return verificationByFile.checks(options, session, program);
    const { verifyStack } = await import("./verifyStack.js");
    return verifyStack({ ...options, ...placeOf(session), now: session.now, stack });
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

/** Adds arguments, options and action. */
export function define(command: Command, session: Session): void {
  defineBySource(command, session, stacksAndConnectionFiles, verification);
}
