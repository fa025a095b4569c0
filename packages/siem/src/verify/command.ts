/** `verify`: signs in and reads alerts as the SIEM would, and checks what this requires. */
import { Option, type Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import { overallState } from "@defender-mssp/terminal/checkState";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import { connectionFiles } from "../connector/connectionFiles";
import type { ConnectorSource } from "../connector/connectorSource";
import { upToTwenty } from "../connector/upToTwenty";
import { credentialOptions } from "../tokens/credentialOptions";
import type { Check } from "./check";
import { checksText } from "./checksText";
import type { Verification, VerifyOptions } from "./verification";

/** The checks of this package's own program. */
export const verificationByFile: Verification = {
  checks: async (customer, options, session, program) => {
    const { verifyConnector } = await import("./verifyConnector.js");
    return verifyConnector(customer, options, session, program);
  },
  reads: "one page of alerts from each API of the connector",
  notes: [
    "The checks that require the stack's state are not checked: the MSSP runs `npx mssp verify --stack <stack>`.",
    "Marks: ✓ passed, ! passed and needs somebody soon, ✗ failed, – not checked: not applicable or not permitted.",
  ],
};

/** Adds arguments, options and action. */
export function define(
  verify: Command,
  session: Session,
  source: ConnectorSource = connectionFiles,
  verification: Verification = verificationByFile,
): void {
  const command = credentialOptions(source.addOptions(verify, "many"))
    .addOption(
      new Option(
        "--region <region>",
        "where the customer's Defender data is stored (default: whichever answers)",
      ).choices(["eu", "uk", "us"]),
    )
    .option(
      "--parallel <number>",
      "of several customers: how many are checked at the same time (default: 4)",
      upToTwenty,
    )
    .option("--details", "a row for each check, also for those that do not apply")
    .option("--json", "print the checks as one JSON object")
    .action(async (options: VerifyOptions) => {
      const customer = await source.named(options, session);
      if (customer === undefined) {
        const { verifyAll, customersText } = await import("./verifyAll.js");
        const customers = await verifyAll(options, session, source, verification);
        const state = overallState(customers.map((verified) => verified.state));
        if (options.json === true) writeJson(session.out, "verify", { state, customers });
        else session.out.write(customersText(customers));
        if (state === "failed") session.exitCode = 1;
        return;
      }
      const checks = await verification.checks(customer, options, session, source.program);
      const state = checks.some((check) => check.state === "failed") ? "failed" : "passed";
      const { connection } = options;
      const result = {
        ...(connection === undefined ? { stack: customer.name } : { connection: customer.name }),
        state,
        checks,
      };
      if (options.json === true) {
        refuseUnreadable(checks);
        writeJson(session.out, "verify", result);
      } else session.out.write(checksText(checks, options.details === true, session.out.columns));
      if (state === "failed") session.exitCode = 1;
    });
  describeCommand(command, {
    notes: verification.notes,
    reads: `${source.reads}; ${verification.reads}.`,
    exitCodes: { 0: "no check failed", 1: "a check failed; of several customers, one of any customer" },
    examples: [`${source.program} verify ${source.example}`, `${source.program} verify --connections connections`],
  });
}

/** A stack that can't be read is a failure of the command, not a result. @throws VisibleError */
function refuseUnreadable([check, ...others]: readonly Check[]): void {
  if (check?.name === "stack" && others.length === 0) throw new VisibleError(check.reason);
}
