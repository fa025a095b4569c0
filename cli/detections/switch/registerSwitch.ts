/** `mssp detections off` and `on`. */
import { InvalidArgumentError, type Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import { dateOf } from "@defender-mssp/microsoft";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import { stackArguments } from "../../stack/stackName";
import { allCustomers } from "../../stack/stackNames";

interface SwitchOptions {
  readonly stack?: readonly string[];
  readonly all?: boolean;
  readonly json?: boolean;
  readonly until?: string;
  readonly reason?: string;
  readonly owner?: string;
}

export function registerSwitch(detections: Command, session: Session): void {
  const command = (verb: "off" | "on", description: string) =>
    detections
      .command(verb)
      .description(description)
      .argument("<rule>", "name of the rule's file without its ending")
      .option("--stack <stack...>", "only these customers", stackArguments)
      .option("--all", allCustomers)
      .option("--json", "print the customers as JSON")
      .action((rule: string, options: SwitchOptions) => change(verb, rule, options, session));
  const off = command("off", "Turn a rule off in the tenants at once, and in the settings files.")
    .requiredOption("--until <date>", "last day, UTC, such as 2027-03-31", day)
    .requiredOption("--reason <text>", "why, for the settings files")
    .requiredOption("--owner <who>", "who answers for it");
  const on = command("on", "Turn a rule on again that `mssp detections off` has turned off.");
  describeCommand(off, {
    notes: [
      "The rule's description in the tenant says until when it is off, and by whom: until then `up` of any checkout keeps it off.",
      "Run it again for customers that failed, or after an interruption: it says where the rule was off already.",
    ],
    ...texts,
    examples: [
      "npx mssp detections off office-encoded-powershell --all \\",
      '  --until 2027-03-31 --reason "Floods" --owner "Ana Silva <ana@mssp.example>"',
    ],
  });
  describeCommand(on, {
    notes: ["After its last day the next `up` turns a rule on as well. `mssp status` says where that is due."],
    ...texts,
    examples: ["npx mssp detections on office-encoded-powershell --stack contoso"],
  });
}

const texts = {
  reads:
    "detections/<set>/<rule>.yaml, the settings files, and the rule in each tenant (CustomDetection.ReadWrite.All).",
  changes: "The rule's status and description in each tenant, and detections.except in the settings files.",
  exitCodes: {
    0: "the rule is as asked wherever the tenant has it",
    1: "a customer failed, or a settings file must be edited by hand",
  },
} as const;

function day(text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError("A date is written as 2027-03-31.");
}

async function change(verb: "off" | "on", rule: string, options: SwitchOptions, session: Session): Promise<void> {
  const { all, stack: stacks, json, until = "", reason = "", owner = "" } = options;
  const { environment, out, folder } = session;
  if ((all === true) === (stacks !== undefined))
    throw new VisibleError("Say which customers: --all, or --stack with names. Nothing was changed.");
  if (verb === "off" && until < dateOf(session.now()))
    throw new VisibleError(`--until ${until} is over. Nothing was changed.`);
  const [{ switchRule }, { readProject }] = await Promise.all([
    import("./switchRule.js"),
    import("../../../settings/project.js"),
  ]);
  const exception = verb === "off" && ({ rule, reason, owner, until, disabled: true } as const);
  const place = { rule, stacks, environment, ...(exception && { exception }) };
  const customers = await switchRule(await readProject(folder), place);
  if (json === true) writeJson(out, `detections ${verb}`, { rule, customers });
  else out.write((await import("./switchText.js")).switchText(verb, rule, customers));
  if (customers.some(({ state, settings }) => state === "failed" || settings === "byHand"))
    session.exitCode = exitCodes.failed;
}
