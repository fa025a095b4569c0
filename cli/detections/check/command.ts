/** `mssp check`: judges all files of a repository without a tenant. */
import type { Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import { clouds } from "@defender-mssp/microsoft/clouds";
import { huntingSchemaPath } from "@defender-mssp/microsoft/defender/huntingSchema";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { telling } from "@defender-mssp/terminal/telling";
import type { Session } from "@defender-mssp/terminal/session";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import { stackArguments } from "../../stack/stackName";
import type { DetectionsTest } from "../ruleTests/testDetections";
import { writeNamed } from "../writeNamed";

interface CheckCommandOptions {
  readonly stack?: readonly string[];
  readonly huntingSchema?: string;
  readonly sarif?: string;
  readonly junit?: string;
  readonly json?: boolean;
}

/** Of `@defender-mssp/kql`, which is loaded on demand. */
const unknownNameCode = "KQL007";

function hasNewerName({ findings }: { readonly findings: readonly { readonly code?: string }[] }): boolean {
  return findings.some(({ code }) => code === unknownNameCode);
}

/** A pipeline's log is read by nobody while it is green. */
function isCi({ environment }: Session): boolean {
  return (environment["CI"] ?? "") !== "" && environment["CI"] !== "false";
}

/** Adds options and action. */
export function define(command: Command, session: Session): void {
  command
    .option("--stack <stack...>", "only these settings files (default: all)", stackArguments)
    .option("--junit <file>", "also write the results of the rules' tests as JUnit XML, which pipelines show")
    .option(
      "--hunting-schema <file>",
      "tables of the customer of the one --stack: Graph's answer to getHuntingSchema (default: those that Microsoft documents)",
    )
    .option("--sarif <file>", "also write the findings as SARIF 2.1.0, which GitHub's code scanning shows")
    .option("--json", "print the findings as JSON")
    .action(async ({ stack: stacks, huntingSchema, sarif, junit, json }: CheckCommandOptions) => {
      const { checkProject } = await import("./checkProject.js");
      const { readProject } = await import("../../../settings/project.js");
      const { checkText } = await import("./checkText.js");
      const project = await readProject(session.folder);
      if (huntingSchema !== undefined && stacks?.length !== 1)
        throw new VisibleError("--hunting-schema has the tables of one customer: name it by one --stack.");
      const tables = huntingSchema && (await import("./tablesOfFile.js")).tablesOfFile(huntingSchema, session.folder);
      const tested = async (outcome: DetectionsTest) => {
        if (junit === undefined) return;
        const { junitReport } = await import("../ruleTests/junitReport.js");
        await writeNamed(junit, junitReport(outcome), session);
      };
      const options = { ...(stacks && { stacks }), now: session.now(), tables: (await tables) || undefined, tested };
      const check = await telling("checking settings, rules and their tests", session, checkProject(project, options));
      if (sarif !== undefined) {
        const { sarifLog } = await import("./sarifLog.js");
        await writeNamed(sarif, `${visibleJson(sarifLog(check.findings), 2)}\n`, session);
      }
      for (const note of check.notChecked) session.err.note(`Not checked: ${note}`);
      if (json === true) writeJson(session.out, "check", check);
      else session.out.write(await checkText(check, project.folder));
      if (check.findings.some(({ level }) => level === "error")) session.exitCode = exitCodes.failed;
      else if (check.tests.notRun > 0 || (huntingSchema === undefined && isCi(session) && hasNewerName(check)))
        session.exitCode = exitCodes.somebodyNeeded;
    });
  describeCommand(command, {
    notes: [
      "Queries are judged by Microsoft's parser against the tables that Microsoft documents. The package @defender-mssp/kql brings both. " +
        "Verdicts are kept in .mssp/detections by the hash of query, tables and parser.",
      "Tests are in detections/<set>/<rule>.test.yaml beside the rule: rows of tables in, hits expected. A case that can't run is a warning with the reason. " +
        "The service may answer differently: no rule was compared on a tenant.",
      "A tenant lacks the tables of licences and connectors that it doesn't have. " +
        `A person who may hunt there gets its tables by: az rest --method GET --url ${clouds.public.graphEndpoint}${huntingSchemaPath}`,
      "Paths in the findings begin at the folder of Pulumi.yaml.",
    ],
    reads:
      "The stacks' settings files, tickets.yaml, and the rules of detections/ with their tests. It asks neither the backend nor a tenant.",
    changes: "The files of --sarif and --junit, and the kept verdicts.",
    exitCodes: {
      0: "no errors; warnings are possible",
      1: "settings or a rule have an error, or a test failed",
      3: "no errors, but a test could not run, or, in CI, a query names a table that is newer than the tables it is judged by",
    },
    examples: [
      "npx mssp check",
      "npx mssp check --stack contoso --json",
      "npx mssp check --stack contoso --hunting-schema contoso.json",
      "npx mssp check --sarif findings.sarif --junit junit.xml",
    ],
  });
}
