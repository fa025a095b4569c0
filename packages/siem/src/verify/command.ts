/** `verify`: signs in and reads alerts as the SIEM would, and checks what this requires. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import { hourMs, typedDuration } from "@defender-mssp/errors/time";
import { overallState } from "@defender-mssp/terminal/checkState";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { UsageError } from "@defender-mssp/terminal/usageError";
import type { Session } from "@defender-mssp/terminal/session";
import { connectionFiles } from "../connector/connectionFiles";
import type { ConnectorSource } from "../connector/connectorSource";
import { upToTwenty } from "../connector/upToTwenty";
import { credentialOptions } from "../connector/credentialOptions";
import type { Check } from "./check";
import { checksText } from "./checksText";
import type { VerifiedCustomer } from "./customersTable";
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
    .option("--checkpoint <file>", "the checkpoint of `alerts`: show how far the delivery is behind")
    .option("--checkpoints <folder>", "of several customers: the folder of the checkpoints of `alerts`")
    .option(
      "--coverage [duration]",
      "with a checkpoint: compare what was delivered in the last day (or 12h, at most 3d) with hunting's AlertInfo, " +
        "alert by alert; needs a connector that may hunt",
      coverageLength,
    )
    .option("--metrics <file>", "write the results for node_exporter's textfile collector (*.prom)")
    .option(
      "--details",
      "a row for each check, also for those that do not apply; of several customers, the reasons of all differences",
    )
    .option("--json", "print the checks as one JSON object")
    .action(async (options: VerifyOptions) => {
      await checkOptions(options);
      const customer = await source.named(options, session);
      if (customer === undefined && options.checkpoint !== undefined)
        throw new UsageError("Several customers have a checkpoint each: name their folder with --checkpoints.");
      if (customer === undefined) {
        const { verifyAll } = await import("./verifyAll.js");
        const { customersTable } = await import("./customersTable.js");
        const customers = await verifyAll(options, session, source, verification);
        await publishMetrics(options, customers, session);
        const state = overallState(customers.map((verified) => verified.state));
        const text = { now: session.now().getTime(), width: session.out.columns, hasDetails: options.details === true };
        if (options.json === true) writeJson(session.out, "verify", { state, customers });
        else session.out.write(customersTable(customers, text));
        if (state === "failed") session.exitCode = 1;
        return;
      }
      const found = await verification.checks(customer, options, session, source.program);
      const { verifiedCustomer } = await import("./verifyAll.js");
      const verified = verifiedCustomer(customer.name, found);
      await publishMetrics(options, [verified], session);
      const { stack: _stack, state: _state, checks, ...facts } = verified;
      const state = checks.some((check) => check.state === "failed") ? "failed" : "passed";
      const { connection } = options;
      const result = {
        ...(connection === undefined ? { stack: customer.name } : { connection: customer.name }),
        state,
        ...facts,
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
    examples: [
      `${source.program} verify ${source.example}`,
      `${source.program} verify --connections connections`,
      `${source.program} verify --connections connections \\`,
      "  --checkpoints checkpoints --coverage --metrics verify.prom",
    ],
  });
}

/** A stack that can't be read is a failure of the command, not a result. @throws VisibleError */
function refuseUnreadable([check, ...others]: readonly Check[]): void {
  if (check?.name === "stack" && others.length === 0) throw new VisibleError(check.reason);
}

/** Milliseconds. */
function coverageLength(text: string): number {
  const milliseconds = typedDuration(text);
  if (milliseconds !== undefined && milliseconds >= hourMs && milliseconds <= longestCoverage) return milliseconds;
  throw new InvalidArgumentError("Expected a duration from one hour to three days: 12h, 1d, PT36H.");
}

/** A checkpoint keeps the IDs of three days. */
const longestCoverage = 72 * hourMs;

/** @throws UsageError */
async function checkOptions({ coverage, checkpoint, checkpoints, metrics }: VerifyOptions): Promise<void> {
  if (coverage !== undefined && (checkpoint ?? checkpoints) === undefined) {
    throw new UsageError(
      "--coverage needs --checkpoint or --checkpoints: the checkpoint of `alerts` keeps what was delivered.",
    );
  }
  if (checkpoint !== undefined && checkpoints !== undefined)
    throw new UsageError("--checkpoint and --checkpoints exclude each other.");
  if (metrics !== undefined) (await import("./verifyMetrics.js")).checkMetricsFile(metrics);
}

async function publishMetrics(
  { metrics }: VerifyOptions,
  customers: readonly VerifiedCustomer[],
  { now }: Session,
): Promise<void> {
  if (metrics === undefined) return;
  const { writeVerifyMetrics } = await import("./verifyMetrics.js");
  await writeVerifyMetrics(metrics, customers, now());
}
