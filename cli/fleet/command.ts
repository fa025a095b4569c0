/** `mssp fleet`: one command for all customers. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { defaultJournals, type FleetCommand } from "../stack/outcome";
import type { Canary, FleetRunOptions } from "./prepareRun";
import { setOption, type Settable } from "@defender-mssp/terminal/setOption";
import { runDefaults } from "./runDefaults";
import { selected } from "./views";
import { passphraseFolderOption } from "../stack/passphraseOption";
import { wholeNumber } from "@defender-mssp/terminal/wholeNumber";
import { selectionOptions, type SelectionOptions } from "../selection/selectionOptions";

export function define(fleet: Command, session: Session): void {
  registerRun(fleet, session, "preview", {
    description: "Preview the selected stacks. Changes nothing.",
    changes: "Nothing but the run's journal and report.",
    examples: [
      "npx mssp fleet preview --policy-pack node_modules/defender-mssp/policy",
      "npx mssp fleet preview --changed-since origin/main --init --json",
      "npx mssp fleet preview --drift --tag tier=gold",
    ],
  });
  registerRun(fleet, session, "up", {
    description: "Run `pulumi up` on the selected stacks.",
    changes: "The customers' tenants and the stacks' states, as `pulumi up` does; the run's journal and report.",
    examples: [
      "npx mssp fleet up --canary 1",
      "npx mssp fleet up --yes --canary 10% --set maxFailures=3 \\",
      "  --policy-pack node_modules/defender-mssp/policy",
      "npx mssp fleet up --resume",
      "npx mssp fleet up --status failed --refresh",
    ],
  });
  registerRun(fleet, session, "refresh", {
    description: "Update the states of the selected stacks to match their tenants.",
    changes: "The stacks' states; the run's journal and report. The tenants stay as they are.",
    examples: ["npx mssp fleet refresh --yes"],
  });
  registerRun(fleet, session, "destroy", {
    description: "Remove everything that the selected stacks created.",
    changes: "The customers' tenants and the stacks' states, as `pulumi destroy` does; the run's journal and report.",
    examples: ["npx mssp fleet destroy --stack contoso fabrikam", "npx mssp fleet destroy --tag leaving --refresh"],
  });
}

/** Options that a run settles at its begin, so that `--resume` takes no others. */
const settledByTheRun = [
  ...["stack", "tag", "changedSince", "status", "part", "all"],
  ...["policyPack", "refresh", "drift", "keep", "init", "secretsProvider"],
] as const;

/** What `--set` takes. */
const runSettings: readonly Settable[] = [
  ["tries", new Option("--tries <number>").argParser(wholeNumber())],
  ["maxFailures", new Option("--max-failures <number>").argParser(wholeNumber())],
  ["timeout", new Option("--timeout <minutes>").argParser(wholeNumber())],
  ["resumeWithin", new Option("--resume-within <days>").argParser(wholeNumber({ least: 0, most: 9999 }))],
  ["cancelDeadLocks", new Option("--cancel-dead-locks")],
  ["countRequests", new Option("--count-requests")],
];

interface RunText {
  readonly description: string;
  readonly changes: string;
  readonly examples: readonly string[];
}

function registerRun(
  fleet: Command,
  session: Session,
  name: FleetCommand,
  { description, changes, examples }: RunText,
): void {
  const command = withPlace(fleet.command(name))
    .description(description)
    .option("--parallel <number>", "stacks at a time (default: limited by cores and free memory)", wholeNumber())
    .optionsGroup("After an interruption:")
    .addOption(
      new Option(
        "--resume",
        `continue the last ${name} that was interrupted or left stacks out, with its stacks, policy packs and options`,
      ).conflicts([...settledByTheRun]),
    )
    .optionsGroup("How:")
    .addOption(passphraseFolderOption());
  setOption(command, "of the run", runSettings);
  addOwnOptions(command, name);
  command.action(async (options: FleetRunOptions) => {
    if (name === "destroy" && options.all !== true && options.resume !== true && !isSelective(options)) {
      command.error("error: destroy requires a selector such as --stack, or --all", { exitCode: 2 });
    }
    const { runFleet } = await import("./run.js");
    if (name !== "preview" && options.yes !== true && !session.ask.isPossible) {
      // A stack that is not there is the first thing to say.
      if (options.resume !== true) await selected(options, session);
      command.error(`error: ${name} requires --yes without a terminal`, { exitCode: 2 });
    }
    session.exitCode = await runFleet(name, { ...runDefaults, ...options }, session);
  });
  describeCommand(command, {
    notes: [
      "--set tries=3: tries of each stack after network faults or throttling. maxFailures=<number>: start no further stack after so many failures (default: no limit). " +
        "timeout=60: minutes after which a stack is interrupted. resumeWithin=1: days after which only a person may resume a run. cancelDeadLocks=true: cancel locks " +
        "whose owner was a process on this machine that has ended. countRequests=true: count the requests to the sandbox.",
      "A failed stack does not stop the others. Ctrl-C lets the running stacks finish. --resume continues later, also after a crash: stacks that have ended are not run again.",
      ...(name === "up"
        ? [
            "Without --yes, the command previews the stacks, shows what changes, deletions first, and asks. A stack whose preview failed is not run. A canary is a customer that changes.",
          ]
        : []),
      "On a terminal, a table shows the progress. Without a terminal, or if CI is set, each start and end is a line on stderr. --json prints each event to stdout as a JSON object on one line.",
      "This program's requests share one limit for each application and tenant: a 429 delays every request under that limit. The official provider plugins make their own requests; only --parallel limits them.",
    ],
    reads: "The stacks' settings and states, and the customers' tenants.",
    changes,
    exitCodes: {
      [exitCodes.done]: "every selected stack was run, and none failed",
      [exitCodes.failed]: "a stack failed, or its settings file has errors",
      [exitCodes.somebodyNeeded]: "a tenant has drifted (refresh, preview --drift)",
      [exitCodes.leftOut]:
        "no stack failed, and some were left out: interrupted, not confirmed, or new ones in a preview without --init",
    },
    examples,
  });
}

/** The options that only some of the commands have. */
function addOwnOptions(command: Command, name: FleetCommand): void {
  if (name === "preview" || name === "up")
    command.option(
      "--policy-pack <folder...>",
      "check with these policy packs (in a checkout of this project: policy)",
    );
  if (name !== "refresh") command.option("--refresh", "compare with the tenants first");
  if (name === "preview") {
    command.option("--drift", "report drift, and what somebody added in the tenants; implies --refresh");
  } else {
    command
      .option("--yes", "ask no questions")
      .option(
        "--canary <number>",
        "run this many stacks first, or a share such as 10%, then ask before the others",
        canary,
      );
  }
  if (name === "preview") {
    command.option("--init", "also preview stacks that the backend does not have, in a temporary state");
  }
  if (name === "up") {
    command
      .option("--keep", "leave out what only the automation may do, where the settings name a keeper")
      .option("--skip-preview", "ask without a preview of the stacks")
      .option("--init", "create stacks that the backend does not have")
      .option("--secrets-provider <provider>", "with --init: secrets provider of the new stacks");
  }
  if (name === "destroy") command.option("--all", "destroy all customers; without it, a selector is required");
}

function withPlace(command: Command): Command {
  return selectionOptions(command)
    .option("--journal <folder>", "folder of the runs' journals and reports", defaultJournals)
    .option("--json", "print JSON");
}

function isSelective({ stack, tag, changedSince, status }: SelectionOptions): boolean {
  return [stack, tag, changedSince, status].some((one) => one !== undefined);
}

function canary(text: string): Canary {
  const [, number, percent] = /^([1-9]\d{0,4})(%)?$/.exec(text) ?? [];
  if (number === undefined || (percent !== undefined && Number(number) > 100)) {
    throw new InvalidArgumentError("Expected a number of stacks, or a share from 1% to 100%.");
  }
  return percent === undefined ? { count: Number(number) } : { percent: Number(number) };
}
