/** `mssp detections`: custom detection rules as files. */
import type { Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import { stackArguments } from "../stack/stackName";
import { allCustomers } from "../stack/stackNames";

/** Adds the subcommands. */
export function define(detections: Command, session: Session): void {
  registerCheck(detections, session);
}

interface CheckCommandOptions {
  readonly stack?: readonly string[];
  readonly all?: boolean;
  readonly json?: boolean;
}

function registerCheck(detections: Command, session: Session): void {
  const command = detections
    .command("check")
    .description("Check the rules, their queries, and what each customer's settings make of them.")
    .option(
      "--stack <stack...>",
      `only these customers, and their sets (default: all sets, ${allCustomers})`,
      stackArguments,
    )
    .option("--all", "all sets and all customers: the default")
    .option("--json", "print the findings as JSON")
    .action(async (options: CheckCommandOptions) => {
      const [{ checkDetections }, { readProject }] = await Promise.all([
        import("./check/checkDetections.js"),
        import("../../settings/project.js"),
      ]);
      const project = await readProject(session.folder);
      const stacks = options.all === true ? undefined : options.stack;
      const check = await checkDetections(project, { stacks, now: session.now() });
      if (options.json === true) writeJson(session.out, "detections check", check);
      else session.out.write((await import("./check/checkText.js")).checkText(check));
      if (check.findings.some(({ level }) => level === "error")) session.exitCode = 1;
    });
  describeCommand(command, {
    notes: [
      "Queries are judged by Microsoft's parser against the tables that Microsoft documents. The package @defender-mssp/kql brings both.",
      "Verdicts are kept in .mssp/detections by the hash of query, tables and parser.",
    ],
    reads: "detections/<set>/<rule>.yaml and the stacks' settings files. It asks neither the backend nor a tenant.",
    changes: "Nothing but the kept verdicts.",
    exitCodes: { 0: "no errors; warnings are possible", 1: "a rule or a customer's settings have an error" },
    examples: ["npx mssp detections check", "npx mssp detections check --stack contoso --json"],
  });
}
