/** `mssp detections`: custom detection rules as files. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import { ruleFileNameForm, ruleSeverities } from "@defender-mssp/microsoft/defender/automatedActionForms";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import { wholeNumber } from "@defender-mssp/terminal/wholeNumber";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import { dayArgument } from "../base/commandArguments";
import { placeOf } from "../base/place";
import { stackArguments } from "../stack/stackName";
import { allCustomers } from "../stack/stackNames";
import { usualHealth } from "./health/usualHealth";
import { writeNamed } from "./writeNamed";

/** Adds the subcommands. */
export function define(detections: Command, session: Session): void {
  detections.addHelpText("after", "\nnpx mssp check judges the rules and runs their tests.");
  registerImport(detections, session);
  registerCoverage(detections, session);
  registerDiff(detections, session);
  registerSwitch(detections, session);
  registerHealth(detections, session);
}

/** The options that name customers. */
interface CustomerOptions {
  readonly stack?: readonly string[];
  readonly all?: boolean;
}

/** The named customers; undefined: all. */
function namedStacks({ all, stack }: CustomerOptions): readonly string[] | undefined {
  return all === true ? undefined : stack;
}

function withCustomers(
  command: Command,
  stackText = `only these customers (default: ${allCustomers})`,
  allText = "all customers: the default",
): Command {
  return command.option("--stack <stack...>", stackText, stackArguments).option("--all", allText);
}

interface ImportCommandOptions {
  readonly out: string;
  readonly name?: string;
  readonly displayName?: string;
  readonly severity?: string;
  readonly json?: boolean;
}

function registerImport(detections: Command, session: Session): void {
  const command = detections
    .command("import")
    .description("Make rule files of rules in other formats, and say what could not be carried over.")
    .argument("<file...>", "Graph's JSON, Sentinel's YAML or ARM template, or a query of `sigma convert` (.kql)")
    .requiredOption("--out <set>", "set of the new rules: the folder below detections", nameArgument)
    .option("--name <name>", "name of the only rule, part of its ID (default: from its title)", nameArgument)
    .option("--display-name <title>", "title of a query that stands alone")
    .addOption(new Option("--severity <severity>", "severity of its alerts").choices(ruleSeverities))
    .option("--json", "print what was written as JSON")
    .action(async (files: readonly string[], { json, out: set, ...options }: ImportCommandOptions) => {
      const { importDetections } = await import("./import/importDetections.js");
      const { readProject } = await import("../../settings/project.js");
      const project = await readProject(session.folder);
      const rules = await importDetections(project, {
        ...options,
        set,
        files,
        folder: session.folder,
        ask: session.ask,
      });
      if (json === true) writeJson(session.out, "detections import", { rules });
      else session.out.write((await import("./import/importText.js")).importText(rules));
      if (rules.some(({ refused }) => refused !== undefined)) session.exitCode = exitCodes.failed;
    });
  describeCommand(command, {
    notes: [
      "A query file takes title, level and tags from the Sigma rule beside it: the same name with .yml or .yaml. Without one a terminal asks for title and severity.",
      "Rules of a format without a state are written as disabled. Existing files stay as they are.",
    ],
    reads: "The files.",
    changes: "Writes detections/<set>/<rule>.yaml for each rule.",
    exitCodes: { 0: "every rule was written", 1: "a file holds no rule, or a rule's file exists" },
    examples: [
      "npx mssp detections import Detections/*.yaml --out sentinel",
      "sigma convert -t kusto -p microsoft_xdr rule.yml -o rule.kql",
      "npx mssp detections import rule.kql --out sigma",
    ],
  });
}

function nameArgument(text: string): string {
  if (ruleFileNameForm.test(text)) return text;
  throw new InvalidArgumentError("Such a name has up to 60 lower-case letters, digits, - and _.");
}

interface CoverageCommandOptions extends CustomerOptions {
  readonly out?: readonly string[];
  readonly json?: boolean;
}

function registerCoverage(detections: Command, session: Session): void {
  const command = withCustomers(detections.command("coverage"))
    .description("Show the techniques of MITRE ATT&CK that each customer's rules name.")
    .option("--out <file...>", "also write a page (.html), or a layer for MITRE's ATT&CK Navigator (.json)")
    .option("--json", "print the techniques as JSON")
    .action(async (options: CoverageCommandOptions) => {
      const { detectionCoverage } = await import("./coverage/detectionCoverage.js");
      const { readProject } = await import("../../settings/project.js");
      const now = session.now();
      const coverage = await detectionCoverage(await readProject(session.folder), {
        stacks: namedStacks(options),
        now,
      });
      for (const file of options.out ?? []) {
        if (file.endsWith(".json")) {
          const { navigatorLayer } = await import("./coverage/navigatorLayer.js");
          await writeNamed(file, `${visibleJson(navigatorLayer(coverage), 2)}\n`, session);
        } else {
          const { coveragePage } = await import("./coverage/coveragePage.js");
          await writeNamed(file, coveragePage(coverage, now), session);
        }
      }
      if (options.json === true) writeJson(session.out, "detections coverage", coverage);
      else session.out.write((await import("./coverage/coverageText.js")).coverageText(coverage));
    });
  describeCommand(command, {
    notes: [
      "A rule counts where it is enabled and the customer gets it. A named technique is no proof that each way to use it is found.",
    ],
    reads: "detections/<set>/<rule>.yaml and the stacks' settings files. It asks neither the backend nor a tenant.",
    changes: "The files of --out.",
    exitCodes: { 1: "a rule or a customer's settings have an error, or no customer has rules" },
    examples: [
      "npx mssp detections coverage",
      "npx mssp detections coverage --stack contoso --out coverage.html",
      "npx mssp detections coverage --out layer.json",
    ],
  });
}

interface DiffCommandOptions extends CustomerOptions {
  readonly format?: "text" | "markdown";
  readonly json?: boolean;
}

function registerDiff(detections: Command, session: Session): void {
  const command = withCustomers(detections.command("diff"))
    .description("Show what the next up changes of the rules, by customer and by rule.")
    .addOption(new Option("--format <format>", "markdown: the comment of a pull request").choices(["text", "markdown"]))
    .option("--json", "print the changes as JSON")
    .action(async (options: DiffCommandOptions) => {
      const { diffDetections } = await import("./diff/diffDetections.js");
      const { readProject } = await import("../../settings/project.js");
      const project = await readProject(session.folder);
      const diff = await diffDetections(project, {
        stacks: namedStacks(options),
        now: session.now(),
        pulumi: placeOf(session),
      });
      if (options.json === true) writeJson(session.out, "detections diff", diff);
      else if (options.format === "markdown")
        session.out.write((await import("./diff/diffMarkdown.js")).diffMarkdown(diff));
      else session.out.write((await import("./diff/diffText.js")).diffText(diff));
      if (diff.faulty.length > 0) session.exitCode = exitCodes.failed;
    });
  describeCommand(command, {
    notes: [
      "It compares the files with the stacks' states: what somebody changed in a tenant, `npx pulumi preview` and `npx mssp verify` show.",
    ],
    reads: "detections/<set>/<rule>.yaml, the stacks' settings files and their states. It asks no tenant.",
    changes: "Nothing.",
    exitCodes: { 0: "every customer was compared", 1: "a rule, a customer's settings or a state can't be read" },
    examples: [
      "npx mssp detections diff",
      "npx mssp detections diff --stack contoso --json",
      "npx mssp detections diff --format markdown > comment.md",
    ],
  });
}

interface HealthCommandOptions extends CustomerOptions {
  readonly since: number;
  readonly json?: boolean;
}

function registerHealth(detections: Command, session: Session): void {
  const limit = wholeNumber({ least: 1, most: 9999 });
  const command = withCustomers(detections.command("health"))
    .description("Show by customer and rule what is noisy, silent or wrong, by the alerts of the rules.")
    .option(
      "--since <days>",
      "span of time, such as 30d: an older rule without an alert in it is silent",
      (text) => limit(text.replace(/d$/, "")),
      usualHealth.since,
    )
    .option("--json", "print the figures as JSON")
    .action(async (options: HealthCommandOptions) => {
      const { detectionHealth } = await import("./health/detectionHealth.js");
      const { readProject } = await import("../../settings/project.js");
      const place = { stacks: namedStacks(options), now: session.now(), environment: session.environment };
      const customers = await detectionHealth(await readProject(session.folder), { ...options, ...place });
      if (options.json === true) writeJson(session.out, "detections health", { days: options.since, customers });
      else session.out.write((await import("./health/healthText.js")).healthText(customers, place.now));
      const isNeeded = customers.some(({ rules }) => rules.some(({ needs }) => needs.length > 0));
      if (isNeeded) session.exitCode = exitCodes.somebodyNeeded;
      if (customers.some(({ problem }) => problem !== undefined)) session.exitCode = exitCodes.failed;
    });
  describeCommand(command, {
    notes: [
      "The setting detections.alertsPerDay says above how many alerts a day a rule is noisy. It proposes an exception where one device has half of the false positives, and writes none.",
    ],
    reads:
      "detections/<set>/<rule>.yaml, the settings files, and each tenant's rules and alerts (CustomDetection.Read.All, SecurityAlert.Read.All).",
    changes: "Nothing.",
    exitCodes: { 0: "no rule needs somebody", 1: "a customer could not be read", 3: "a rule needs somebody" },
    examples: ["npx mssp detections health", "npx mssp detections health --stack contoso --since 7d --json"],
  });
}

interface SwitchOptions extends CustomerOptions {
  readonly json?: boolean;
  readonly until?: string;
  readonly reason?: string;
  readonly owner?: string;
}

function registerSwitch(detections: Command, session: Session): void {
  const command = (verb: "off" | "on", description: string) =>
    detections
      .command(verb)
      .description(description)
      .argument("<rule>", "name of the rule's file without its ending")
      .option("--stack <stack...>", "only these customers", stackArguments)
      .option("--all", allCustomers)
      .option("--json", "print the customers as JSON")
      .action((rule: string, options: SwitchOptions) => switchRules(verb, rule, options, session));
  const off = command("off", "Turn a rule off in the tenants at once, and in the settings files.")
    .requiredOption("--until <date>", "last day, UTC, such as 2027-03-31", dayArgument)
    .requiredOption("--reason <text>", "why, for the settings files")
    .requiredOption("--owner <who>", "who answers for it");
  const on = command("on", "Turn a rule on again that `npx mssp detections off` has turned off.");
  describeCommand(off, {
    notes: [
      "The rule's description in the tenant says until when it is off, and by whom: until then `up` of any checkout keeps it off.",
      "Run it again for customers that failed, or after an interruption: it says where the rule was off already.",
    ],
    ...switchTexts,
    examples: [
      "npx mssp detections off office-encoded-powershell --all \\",
      '  --until 2027-03-31 --reason "Floods" --owner "Ana Silva <ana@mssp.example>"',
    ],
  });
  describeCommand(on, {
    notes: ["After its last day the next `up` turns a rule on as well. `npx mssp status` says where that is due."],
    ...switchTexts,
    examples: ["npx mssp detections on office-encoded-powershell --stack contoso"],
  });
}

const switchTexts = {
  reads:
    "detections/<set>/<rule>.yaml, the settings files, and the rule in each tenant (CustomDetection.ReadWrite.All).",
  changes: "The rule's status and description in each tenant, and detections.except in the settings files.",
  exitCodes: {
    0: "the rule is as asked wherever the tenant has it",
    1: "a customer failed, or a settings file must be edited by hand",
  },
} as const;

async function switchRules(verb: "off" | "on", rule: string, options: SwitchOptions, session: Session): Promise<void> {
  const { all, stack: stacks, json, until = "", reason = "", owner = "" } = options;
  const { environment, out, folder } = session;
  if ((all === true) === (stacks !== undefined))
    throw new VisibleError("Say which customers: --all, or --stack with names. Nothing was changed.");
  if (verb === "off" && until < session.now().toISOString().slice(0, 10))
    throw new VisibleError(`--until ${until} is over. Nothing was changed.`);
  const { switchRule } = await import("./switch/switchRule.js");
  const { readProject } = await import("../../settings/project.js");
  const exception = verb === "off" && ({ rule, reason, owner, until, disabled: true } as const);
  const place = { rule, stacks, environment, ...(exception && { exception }) };
  const customers = await switchRule(await readProject(folder), place);
  if (json === true) writeJson(out, `detections ${verb}`, { rule, customers });
  else out.write((await import("./switch/switchText.js")).switchText(verb, rule, customers));
  if (customers.some(({ state, settings }) => state === "failed" || settings === "byHand"))
    session.exitCode = exitCodes.failed;
}
