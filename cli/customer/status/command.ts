/** `mssp status`: every customer on one screen, and who is needed now. */
import { Option, type Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { telling } from "@defender-mssp/terminal/telling";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { wholeNumber } from "@defender-mssp/terminal/wholeNumber";
import { dayArgument } from "../../base/commandArguments";
import { defaultJournals } from "../../stack/outcome";
import { selectionOptions, type SelectionOptions } from "../../selection/selectionOptions";
import type { StatusView } from "../../selection/statusView";
import type { FleetStack } from "../../stack/inventory";
import type { StatusReport } from "./customerStatus";
import type { Webhook } from "./notify/sendNotification";

interface StatusCommandOptions extends SelectionOptions {
  readonly journal: string;
  readonly days: number;
  readonly offline?: boolean;
  readonly previews?: readonly string[];
  readonly parallel?: number;
  readonly show?: string;
  readonly watch?: boolean;
  readonly interval: number;
  /** `YYYY-MM-DD` */
  readonly on?: string;
  readonly json?: boolean;
  /** Name of an environment variable; true: the default one. */
  readonly notify?: string | true;
}

type StatusViews = Readonly<Record<string, StatusView>>;

/** Has the webhook's URL. */
const notifyVariable = "MSSP_NOTIFY_URL";

export function define(command: Command, session: Session, views: StatusViews): void {
  selectionOptions(command)
    .option("--days <days>", "report what ends within this many days", wholeNumber({ least: 0, most: 9999 }), 30)
    .addOption(new Option("--on <day>", "forecast the findings of this day").argParser(dayArgument).conflicts("watch"))
    .addOption(
      new Option("--offline", "read settings files and journals only: no backend, no tenant").conflicts("parallel"),
    )
    .option("--journal <folder>", "folder of the journals of `npx mssp fleet`", defaultJournals)
    .option(
      "--previews <path...>",
      "drift by these files or folders of `npx mssp ci preview --drift`, where they have the stack",
    )
    .option("--parallel <number>", "engines at a time (default: one for each core)", wholeNumber())
    .addOption(new Option("--show <view>", "show something else instead").choices(Object.keys(views)))
    .option("--watch", "check again, and show it in place; Ctrl-C ends it")
    .option("--interval <seconds>", "with --watch: seconds between two checks", wholeNumber(), 300)
    .option("--json", "print JSON; with --watch, one line for each change")
    .addOption(
      new Option(
        "--notify [variable]",
        `send what needs somebody to the webhook whose URL is in this environment variable (default: ${notifyVariable})`,
      ).conflicts(["watch", "on"]),
    )
    .argument("[paths...]", "with --show changes or retirements: files, or folders of them");
  for (const [name, { options }] of Object.entries(views)) {
    command.optionsGroup(`With --show ${name}:`);
    for (const option of options?.() ?? []) command.addOption(option);
  }
  command.action(async (paths: readonly string[], options: StatusCommandOptions) => {
    refuseForeign(command, views, options.show, paths);
    const view = views[options.show ?? ""];
    if (view !== undefined) return view.print(options as never, session, paths);
    refuseWrongNotify(command, options);
    if (options.on !== undefined && options.on < session.now().toISOString().slice(0, 10))
      command.error(`error: --on takes today or a later day: ${options.on} is over`, { exitCode: exitCodes.usage });
    const webhook = await webhookOfOptions(options, session);
    if (options.watch === true) {
      const { watchStatus } = await import("./watchStatus.js");
      await watchStatus(options, session, async () => (await check(options, session)).report);
      return;
    }
    const { statusExitCode } = await import("./customerStatus.js");
    const { statusText } = await import("./statusText.js");
    const { report, inventory, notes } = await check(options, session);
    for (const note of notes) session.err.note(note);
    if (options.json === true) writeJson(session.out, "status", report);
    else session.out.write(statusText(report));
    if (webhook !== undefined) {
      const { notify } = await import("./notify/notify.js");
      await notify(report, inventory, webhook, session);
    }
    session.exitCode = statusExitCode(report);
  });
  describeCommand(command, {
    notes: [
      "--on takes what was read today, and judges it as of the end of that day, UTC, assuming that nobody acts until then.",
      "The most serious customer stands first. A customer that can't be read is a row, and does not stop the others.",
      "Drift is what the last `npx mssp fleet preview --drift`, `fleet refresh` or `fleet up --refresh` of this folder found; this command starts no preview. " +
        "The steps of the SIEM need its secret, which this command does not read: `npx mssp status --show onboarding` and `npx mssp verify` show them.",
      ...Object.entries(views).map(
        ([name, { shows, takes }]) =>
          `--show ${name}: ${shows}.${takes.length === 0 ? "" : ` Takes ${takes.join(" ")}.`}`,
      ),
      "--json prints an object: msspStatus (1), checkedOn, with --on also on, offline, summary, customers. Each customer has stack, state, nextEnd, drift, lastRun, needs (topic, urgency, " +
        "who, text, next) and notChecked.",
      "--notify sends no secret. The URL of a webhook is one: it is read from an environment variable and never printed. A redirect is not followed. " +
        "MSSP_NOTIFY_FORMAT is what the webhook takes: teams, slack or json (default). MSSP_NOTIFY_STATE names a file that remembers what was sent: it is sent again " +
        "only when it is worse. The file is written after the webhook has taken the message. Customers and topics that a run could not read stay remembered.",
    ],
    reads:
      "The stacks' settings files, the journals of the runs in this folder, and, without --offline, the stacks' states and the customers' tenants: " +
      "consent, licences, guests, assignments of access packages, the governance relationship, and the detection rules and, where there are any, the alerts of 30 days. It reads no secret of a customer, and prints none.",
    changes: "Nothing; with --notify, it posts to the webhook, and writes the file of MSSP_NOTIFY_STATE.",
    exitCodes: {
      0: "no action needed; with --watch, somebody ended it",
      1: "a customer could not be read, or the webhook did not take the notification",
      3: "every customer was read, and somebody is needed",
    },
    examples: [
      "npx mssp status",
      "npx mssp status --offline --tag tier=gold",
      "npx mssp status --on 2027-05-31",
      "npx mssp status --show onboarding --stack contoso --watch",
      "npx mssp status --show secrets --days 14",
      "npx mssp status --show changes splunk connections query.kql",
      "npx mssp status --watch --interval 600",
      "MSSP_NOTIFY_FORMAT=teams npx mssp status --notify",
      "npx mssp status --json | jq '.customers[] | select(.needs != [])'",
    ],
  });
}

/** Refuses options and paths that are another view's. */
function refuseForeign(command: Command, views: StatusViews, show: string | undefined, paths: readonly string[]): void {
  const view = show === undefined ? undefined : views[show];
  const own = view?.options?.().map(({ long }) => long) ?? [];
  const taken = [...(view?.takes ?? []), ...own, "--show", "--json"];
  const others = Object.values(views).flatMap(({ options }) => options?.().map(({ long }) => long) ?? []);
  const isForeign = (long: string) => (view === undefined ? others.includes(long) : !taken.includes(long));
  const foreign = command.options.find(
    (option) => isForeign(option.long ?? "") && command.getOptionValueSource(option.attributeName()) === "cli",
  );
  const what = view === undefined ? "without --show" : `with --show ${show ?? ""}`;
  if (foreign !== undefined)
    command.error(`error: option '${foreign.flags}' can't be used ${what}`, { exitCode: exitCodes.usage });
  if (paths.length > 0 && view?.takesPaths !== true)
    command.error(`error: too many arguments ${what}: ${paths.join(" ")}`, { exitCode: exitCodes.usage });
}

/** A URL in a command line is in the shell's history and in the machine's list of processes. */
function refuseWrongNotify(command: Command, { notify }: StatusCommandOptions): void {
  const isName = notify === undefined || notify === true || /^[A-Za-z_]\w*$/.test(notify);
  if (!isName) {
    const text = "error: --notify takes the name of an environment variable: the webhook's URL is a secret.";
    command.error(`${text} Put it into ${notifyVariable}, and replace a URL that was in a command line`, {
      exitCode: 2,
    });
  }
}

async function webhookOfOptions(
  { notify }: StatusCommandOptions,
  { environment }: Session,
): Promise<Webhook | undefined> {
  if (notify === undefined) return undefined;
  const { webhookFrom } = await import("./notify/sendNotification.js");
  return webhookFrom(environment, notify === true ? notifyVariable : notify);
}

interface Checked {
  readonly report: StatusReport;
  readonly inventory: readonly FleetStack[];
  readonly notes: readonly string[];
}

async function check(options: StatusCommandOptions, session: Session): Promise<Checked> {
  const { selectedCustomers } = await import("../../selection/selectedCustomers.js");
  const { readStatus } = await import("./readStatus.js");
  const { environment, now } = session;
  const { offline: isOffline = false } = options;
  const customers = await selectedCustomers(options, session);
  const reading = readStatus(customers, { ...options, isOffline, environment, now: now() });
  const report = await telling(`reading ${customers.chosen.length} customers`, session, reading);
  return { report, inventory: customers.inventory, notes: customers.notes };
}
