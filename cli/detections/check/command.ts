/** `mssp check`, which judges all files of a repository without a tenant, and `mssp detections check`, a part of it. */
import type { Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import { clouds } from "@defender-mssp/microsoft/clouds";
import { huntingSchemaPath } from "@defender-mssp/microsoft/defender/huntingSchema";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import { stackArguments } from "../../stack/stackName";
import { allCustomers } from "../../stack/stackNames";
import type { DetectionsTest } from "../ruleTests/testDetections";
import { writeNamed } from "../writeNamed";

interface CheckCommandOptions {
  readonly stack?: readonly string[];
  readonly all?: boolean;
  readonly huntingSchema?: string;
  readonly sarif?: string;
  readonly junit?: string;
  readonly json?: boolean;
}

/** Adds options and action. @param part only the rules and what customers get of them; default: everything. */
export function define(command: Command, session: Session, part?: "rules"): void {
  if (part === undefined)
    command
      .option("--stack <stack...>", "only these settings files (default: all)", stackArguments)
      .option("--junit <file>", "also write the results of the rules' tests as JUnit XML, which pipelines show");
  else
    command
      .description("Check the rules, their queries, and what each customer's settings make of them.")
      .option(
        "--stack <stack...>",
        `only these customers, and their sets (default: all sets, ${allCustomers})`,
        stackArguments,
      )
      .option("--all", "all sets and all customers: the default");
  command
    .option(
      "--hunting-schema <file>",
      "tables of the customer of the one --stack: Graph's answer to getHuntingSchema (default: those that Microsoft documents)",
    )
    .option("--sarif <file>", "also write the findings as SARIF 2.1.0, which GitHub's code scanning shows")
    .option("--json", "print the findings as JSON")
    .action(async ({ stack, all, huntingSchema, sarif, junit, json }: CheckCommandOptions) => {
      const [{ checkDetections }, { checkProject }, { readProject }, { checkText }] = await Promise.all([
        import("./checkDetections.js"),
        import("./checkProject.js"),
        import("../../../settings/project.js"),
        import("./checkText.js"),
      ]);
      const project = await readProject(session.folder);
      const stacks = all === true ? undefined : stack;
      if (huntingSchema !== undefined && stacks?.length !== 1)
        throw new VisibleError("--hunting-schema has the tables of one customer: name it by one --stack.");
      const tables = huntingSchema && (await import("./tablesOfFile.js")).tablesOfFile(huntingSchema, session.folder);
      const options = { ...(stacks && { stacks }), now: session.now(), tables: (await tables) || undefined };
      const tested = async (outcome: DetectionsTest) => {
        if (junit === undefined) return;
        const { junitReport } = await import("../ruleTests/junitReport.js");
        await writeNamed(junit, junitReport(outcome), session);
      };
      const whole = part === undefined ? await checkProject(project, { ...options, tested }) : undefined;
      const check = whole ?? (await checkDetections(project, options));
      if (sarif !== undefined) {
        const { sarifLog } = await import("./sarifLog.js");
        await writeNamed(sarif, `${visibleJson(sarifLog(check.findings), 2)}\n`, session);
      }
      for (const note of whole?.notChecked ?? []) session.err.note(`Not checked: ${note}`);
      if (json !== true) session.out.write(await checkText(check, project.folder));
      else if (whole === undefined) writeJson(session.out, "detections check", check);
      else writeJson(session.out, "check", whole);
      if (check.findings.some(({ level }) => level === "error")) session.exitCode = exitCodes.failed;
    });
  const name = part === undefined ? "check" : "detections check";
  describeCommand(command, {
    notes: [
      "Queries are judged by Microsoft's parser against the tables that Microsoft documents. The package @defender-mssp/kql brings both. " +
        "Verdicts are kept in .mssp/detections by the hash of query, tables and parser.",
      "A tenant lacks the tables of licences and connectors that it doesn't have. " +
        `A person who may hunt there gets its tables by: az rest --method GET --url ${clouds.public.graphEndpoint}${huntingSchemaPath}`,
      ...(part === undefined ? ["Paths in the findings begin at the folder of Pulumi.yaml."] : []),
    ],
    reads:
      "The stacks' settings files, and the rules of detections/ with their tests. It asks neither the backend nor a tenant.",
    changes: `The file of --sarif${part === undefined ? ", that of --junit" : ""}, and the kept verdicts.`,
    exitCodes: { 0: "no errors; warnings are possible", 1: "settings or a rule have an error, or a test failed" },
    examples: [
      `npx mssp ${name}`,
      `npx mssp ${name} --stack contoso --json`,
      `npx mssp ${name} --stack contoso --hunting-schema contoso.json`,
      ...(part === undefined ? ["npx mssp check --sarif findings.sarif --junit junit.xml"] : []),
    ],
  });
}
