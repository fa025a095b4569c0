/** `verify`: signs in and reads alerts as the SIEM would, and checks what this requires. */
import { Option, type Command } from "commander";
import { countsSentence, markOf } from "@defender-mssp/terminal/checkState";
import { describeCommand } from "@defender-mssp/terminal/help";
import { tableText } from "@defender-mssp/terminal/table";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import type { Session } from "@defender-mssp/terminal/session";
import { connectionFiles, type ConnectionOptions } from "../connector/connectionFiles";
import type { ConnectorSource } from "../connector/connectorSource";
import { credentialOptions } from "../tokens/credentialOptions";
import type { Check } from "./check";
import type { ContextOptions } from "./context";

export interface VerifyOptions extends ContextOptions, ConnectionOptions {
  readonly json?: boolean;
}

/** What a program checks in place of, or beyond, what a connection file suffices for. */
export interface Verification {
  /** What the options select, for `--json`. */
  readonly subject: (options: VerifyOptions) => object;
  readonly checks: (options: VerifyOptions, session: Session, program: string) => Promise<readonly Check[]>;
  /** What it reads besides the connector, for the help. */
  readonly reads: string;
  readonly notes: readonly string[];
}

/** The checks of this package's own program. */
export const verificationByFile: Verification = {
  subject: ({ connection }) => ({ connection }),
  checks: async (options, session, program) => {
    const { verifyConnector } = await import("./verifyConnector.js");
    return verifyConnector(connectionFiles.one(options, session), options, session, program);
  },
  reads: "one page of alerts from each API of the connector",
  notes: [
    "The checks that require the stack's state are not checked: the MSSP runs `npx mssp verify --stack <stack>`.",
    "Marks: ✓ passed, ✗ failed, – not checked: not applicable or not permitted.",
  ],
};

/** Adds arguments, options and action. */
export function define(
  verify: Command,
  session: Session,
  source: ConnectorSource = connectionFiles,
  { subject, checks: run, reads, notes }: Verification = verificationByFile,
): void {
  const command = credentialOptions(source.addOptions(verify, "one"))
    .addOption(
      new Option(
        "--region <region>",
        "where the customer's Defender data is stored (default: whichever answers)",
      ).choices(["eu", "uk", "us"]),
    )
    .option("--json", "print the checks as one JSON object")
    .action(async (options: VerifyOptions) => {
      const checks = await run(options, session, source.program);
      const state = checks.some((check) => check.state === "failed") ? "failed" : "passed";
      const result = { ...subject(options), state, checks };
      session.out.write(options.json === true ? `${visibleJson(result, 2)}\n` : checksText(checks));
      if (state === "failed") session.exitCode = 1;
    });
  describeCommand(command, {
    notes,
    reads: `${source.reads}; ${reads}.`,
    exitCodes: { 0: "no check failed", 1: "a check failed" },
    examples: [`${source.program} verify ${source.example}`],
  });
}

function checksText(checks: readonly Check[]): string {
  const rows = checks.map(({ name, state, reason }) => [markOf(state), name, reason]);
  return `${tableText(rows)}\n${countsSentence(checks.map(({ state }) => state))}\n`;
}
