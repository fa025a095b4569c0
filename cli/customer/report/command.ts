/** `mssp report`: who of the MSSP can do what in a customer's tenant, as a page. */
import { basename } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { visibleText } from "@defender-mssp/terminal/terminalText";
import { signWithOption } from "../../access/signed/signWithOption";
import { counted } from "../../base/counted";
import { placeOf } from "../../base/place";
import { uuidArgument } from "../../base/commandArguments";
import { stackArgument } from "../../stack/stackName";
import { allCustomers } from "../../stack/stackNames";
import { defaultJournals } from "../../stack/outcome";
import { languages, type Language } from "../../access/texts/texts";
import type { MonthOptions } from "./month/reportMonth";

interface ReportOptions extends MonthOptions {
  readonly all?: boolean;
  readonly live?: boolean;
  readonly for?: "customer";
  readonly language?: Language;
  readonly fromSettings?: boolean;
  readonly clientId?: string;
  readonly previewClientId?: string;
  readonly customerKey?: string;
}

export function define(command: Command, session: Session): void {
  command
    .option("--stack <stack>", "the customer's stack", stackArgument)
    .option("--all", `all customers on one page, with a page for each: ${allCustomers}`)
    .option(
      "--live",
      "compare with the customer's tenant, and mark the differences; with --all also where each onboarding stands",
    )
    .addOption(new Option("--for <reader>", "the hand-out to send to the customer").choices(["customer"]))
    .addOption(
      new Option("--language <language>", "language of the hand-out, and of access in the month (default: en)").choices(
        languages,
      ),
    )
    .option("--from-settings", "the hand-out before the first `up`: read no state, and start no engine")
    .option("--client-id <id>", "hand-out: application ID of the automation (default: msspApplications)", applicationId)
    .option("--preview-client-id <id>", "hand-out: application ID of the preview application", applicationId)
    .option("--customer-key <key>", "signed hand-out: fingerprint or public key, PEM, of a key that the customer named")
    .option(
      "--month <month>",
      "the customer's month, such as 2026-11, made of the figures of its days",
      dateArgument("2026-11"),
    )
    .option("--day [date]", "nightly: write the figures of a day (default: yesterday)", dateArgument("2026-11-05"))
    .option("--figures <folder>", "folder of the days' figures", ".mssp/figures")
    .option("--checkpoints <folder>", "with --day: the checkpoints of `alerts`, to count what was delivered")
    .option("--sent", "with --month: note that the page was sent; `npx mssp status` asks for it")
    .option("--out <file>", "file to write; with --all a folder, or a file *.html for the overview alone", file)
    .addOption(signWithOption())
    .option("--journal <folder>", "folder of the journals of `npx mssp fleet`", defaultJournals)
    .option("--json", "print the report as JSON, and write no page")
    .option("--csv", "print the objects as CSV (with --all: the customers), and write no page")
    .action(async (options: ReportOptions) => {
      refuseContradictions(command, options);
      const { day, month } = options;
      if (day !== undefined) await (await import("./month/reportMonth.js")).reportDay(options, session);
      else if (month !== undefined) await (await import("./month/reportMonth.js")).reportMonth(options, session);
      else if (options.all === true) await reportFleet(options, session);
      else await reportStack(options.stack ?? "", options, session);
    });
  describeCommand(command, {
    notes: [
      "The page is one file without network access: print it, send it, or open it from disk. It never contains a secret.",
      "Without --live the page shows the state of the last `pulumi up`. --live signs in as `npx mssp verify` does, reads, and " +
        "says of each part that it could not read which permission is missing.",
      "--month and --day: see `npx mssp docs report`. A figure that could not be read says so, and is never 0.",
      "--for customer shows what there is after `pulumi up`. Before it, and with --from-settings, it shows what will be created, by the " +
        "settings alone: nobody signs in, so the page is made before the customer has consented. The mail to send with it is the file " +
        "beside it, <page>.mail.txt.",
    ],
    reads:
      "The stack's state, configuration and settings file; with --all those of all customers and the journals; with --live the " +
      "stack's objects in the customer's tenant and the audit log; with --day also sign-ins, alerts, incidents, rules and devices.",
    changes:
      "Only the file or folder of --out (default: report/<stack>.html, with --all report/), with --day that of --figures, with --sent a tag of the stack.",
    exitCodes: {
      0: "every page was written",
      1: "the stack could not be read, or the hand-out has no application ID; with --all: a customer could not be read",
    },
    examples: [
      "npx mssp report --stack contoso",
      "npx mssp report --stack contoso --live --out contoso.html",
      "npx mssp report --stack contoso --for customer --language de",
      "npx mssp report --stack contoso --for customer --from-settings",
      "npx mssp report --all",
      "npx mssp report --day --all --figures figures",
      "npx mssp report --month 2026-11 --all --figures figures",
      "npx mssp report --all --csv > customers.csv",
    ],
  });
}

const applicationId = uuidArgument("An application ID");

function refuseContradictions(command: Command, options: ReportOptions): void {
  const { stack, all, live, for: reader, language, json, csv, month, day, sent, checkpoints } = options;
  const isMonth = month !== undefined || day !== undefined;
  if (month !== undefined && day !== undefined) command.error("error: use either --month or --day");
  if (isMonth && (live === true || reader !== undefined))
    command.error("error: --month and --day are pages of their own");
  if (sent === true && month === undefined) command.error("error: --sent requires --month");
  if (checkpoints !== undefined && day === undefined) command.error("error: --checkpoints requires --day");
  if ((stack === undefined) === (all !== true)) command.error("error: use either --stack <stack> or --all");
  if (json === true && csv === true) command.error("error: use either --json or --csv");
  if (reader === undefined && month === undefined && language !== undefined)
    command.error("error: --language requires --for customer or --month");
  if (options.signWith !== undefined && (json === true || options.fromSettings === true))
    command.error("error: --sign-with is for the page of a deployed stack: use neither --json nor --from-settings");
  for (const [name, value] of Object.entries({
    "--sign-with": month === undefined ? options.signWith : undefined,
    "--from-settings": options.fromSettings,
    "--client-id": options.clientId,
    "--preview-client-id": options.previewClientId,
    "--customer-key": options.customerKey,
  })) {
    if (reader === undefined && value !== undefined) command.error(`error: ${name} requires --for customer`);
  }
  if (reader !== undefined && all === true) command.error("error: --for customer requires --stack <stack>");
  if (reader !== undefined && live === true) command.error("error: --live is not for the hand-out");
  if (reader !== undefined && csv === true) command.error("error: --csv is not for the hand-out");
}

/** @param example a month or a day, whose form it must have */
function dateArgument(example: string): (text: string) => string {
  return (text) => {
    if (text.length === example.length && new Date(Date.parse(text) || 0).toISOString().startsWith(text)) return text;
    throw new InvalidArgumentError(`It is written as ${example}.`);
  };
}

function file(text: string): string {
  if (text === "" || text.includes("\0")) throw new InvalidArgumentError("A file or folder has a name.");
  return text;
}

async function reportStack(stack: string, options: ReportOptions, session: Session): Promise<void> {
  const { live = false, for: reader, out, json, csv, journal } = options;
  const { readReport, pageOf, writePage } = await import("./run.js");
  if (reader === "customer") {
    await writeHandout(stack, options, session);
    return;
  }
  const report = await readReport(stack, { live, journals: journal, now: session.now(), ...placeOf(session) });
  if (json === true) {
    writeJson(session.out, "report", report);
    return;
  }
  if (csv === true) {
    const { objectsCsv } = await import("./objectsCsv.js");
    session.out.write(objectsCsv(report));
    return;
  }
  const target = out ?? `report/${pageOf(stack)}`;
  const { reportPage } = await import("./page.js");
  await writePage(target, reportPage(report));
  session.out.write(`${summaryOf(report)}${target}\n`);
}

async function writeHandout(stack: string, options: ReportOptions, session: Session): Promise<void> {
  const { language = "en", out, json, fromSettings = false, clientId, previewClientId } = options;
  const [{ readReport, readHandoutLogo, pageOf, writePage, writeSigned }, { handoutPage }, { beginStep }, { textsOf }] =
    await Promise.all([
      import("./run.js"),
      import("./handout.js"),
      import("../../access/signed/nextStep.js"),
      import("../../access/texts/all.js"),
    ]);
  const handout = {
    fromSettings,
    ids: {
      ...(clientId === undefined ? {} : { automation: clientId }),
      ...(previewClientId === undefined ? {} : { preview: previewClientId }),
    },
  };
  const report = await readReport(stack, { handout, now: session.now(), ...placeOf(session) });
  const mail = await mailIn(report, language);
  if (json === true) {
    writeJson(session.out, "report", { ...report, mail });
    return;
  }
  const logo = await readHandoutLogo(stack, session.folder);
  const target = out ?? `report/${pageOf(stack).replace(/\.html$/, `-for-customer-${language}.html`)}`;
  const request = { ...placeOf(session), stack, settings: report, now: session.now(), signWith: options.signWith };
  const { customerKey: keyAt } = await import("../../access/signed/customerKey.js");
  const customerKey = options.customerKey && (await keyAt(options.customerKey, session.folder));
  if (report.source !== "settings") await (await import("./signRules.js")).signRules(report, target, request);
  const step = report.source === "settings" ? undefined : await beginStep(request);
  if (options.customerKey !== undefined && step === undefined)
    throw new VisibleError(
      "--customer-key is recorded by a signature alone: add --sign-with, without --from-settings.",
    );
  const page = handoutPage(report, language, { logo, step, customerKey, file: `${basename(target)}.dsse.json` });
  const digest = await writeSigned(step, "handout", { [target]: page }, { ...report, customerKey });
  const digestText = digest && `\n${textsOf(language).signature.mail} ${digest}\n`;
  const mailFile = `${target}.mail.txt`;
  await writePage(mailFile, `${mail.subject}\n\n${mail.body}\n${digestText ?? ""}`);
  if (report.source === "settings")
    session.err.note(
      "The page shows what the settings will create. The state was not read: some of it may exist already.",
    );
  session.err.note(`Send the page to the customer's administrator. The text of the mail: ${mailFile}`);
  session.out.write(`${counted(report.objects.length, "object")}.\n${target}\n`);
}

async function mailIn(report: Parameters<typeof import("./handout.js").mailOf>[0], language: Language) {
  const { mailOf } = await import("./handout.js");
  const { textsOf } = await import("../../access/texts/all.js");
  return mailOf(report, textsOf(language));
}

function summaryOf(report: import("../../findings/accessReport.js").AccessReport): string {
  const count = (state: string) => report.attention.filter((one) => one.state === state).length;
  const urgent = report.attention.filter(({ state }) => state === "failed");
  const lines = urgent.map(({ title, remedy }) => `✗ ${visibleText(title)}: ${visibleText(remedy)}\n`);
  const objects = counted(report.objects.length, "object");
  return `${lines.join("")}${objects} in the tenant; to do now: ${count("failed")}, soon: ${count("warning")}, not checked: ${count("notChecked")}.\n`;
}

async function reportFleet(options: ReportOptions, session: Session): Promise<void> {
  const { live = false, out = "report", journal, json, csv } = options;
  const { readFleet, writePage } = await import("./run.js");
  const { fleetCsv, fleetPage } = await import("./fleet.js");
  const { fleet, reports } = await readFleet({ live, journals: journal, now: session.now(), ...placeOf(session) });
  if (fleet.customers.some(({ state }) => state === "unreadable")) session.exitCode = 1;
  if (json === true) {
    writeJson(session.out, "report", fleet);
    return;
  }
  if (csv === true) {
    session.out.write(fleetCsv(fleet));
    return;
  }
  const { reportPage } = await import("./page.js");
  if (out.endsWith(".html")) {
    const alone = fleet.customers.map(({ page: _, ...row }) => row);
    await writePage(out, fleetPage({ ...fleet, customers: alone }));
    session.out.write(`${counted(fleet.customers.length, "customer")}\n${out}\n`);
    return;
  }
  for (const { stack, page } of fleet.customers) {
    const report = reports.get(stack);
    if (report !== undefined && page !== undefined) await writePage(`${out}/${page}`, reportPage(report, "index.html"));
  }
  await writePage(`${out}/index.html`, fleetPage(fleet));
  session.out.write(`${counted(fleet.customers.length, "customer")}\n${out}/index.html\n`);
}
