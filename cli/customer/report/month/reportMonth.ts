/** What `mssp report --day` and `--month` do, for one customer or all. */
import { availableParallelism } from "node:os";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { atOnce } from "@defender-mssp/errors/atOnce";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import { paragraph, tableText } from "@defender-mssp/terminal/table";
import { beginStep } from "../../../access/signed/nextStep";
import type { Language } from "../../../access/texts/texts";
import { placeOf } from "../../../base/place";
import { monthName } from "../../../base/spanOfDay";
import { StackNotFoundError } from "../../../stack/pulumi";
import { selectedCustomers } from "../../../selection/selectedCustomers";
import { sentMonthTag, stackTag } from "../../../stack/stackTag";
import { pageOf, readHandoutLogo, writePage, writeSigned } from "../run";
import { dayFile } from "./dayFigures";
import { monthMail, monthPage } from "./monthPage";
import { readDay } from "./readDay";
import { monthCsv, NotInMonth, readMonth, type ReadMonth } from "./readMonth";

export interface MonthOptions {
  readonly stack?: string;
  readonly month?: string;
  /** True: yesterday. */
  readonly day?: string | true;
  readonly figures: string;
  readonly checkpoints?: string;
  readonly sent?: boolean;
  readonly out?: string;
  readonly signWith?: string;
  readonly journal: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly language?: Language;
}

export async function reportDay(options: MonthOptions, session: Session): Promise<void> {
  const { figures: folder, checkpoints, json } = options;
  const day = options.day === true ? undefined : options.day;
  const days = await eachCustomer(options, session, async (stack) => {
    const read = await readDay({ ...placeOf(session), stack, day, checkpoints, now: session.now() });
    const file = dayFile(folder, stack, read.day);
    await writePage(file, `${JSON.stringify(read, undefined, 2)}\n`);
    return { stack, day: read.day, file, reasons: Object.values(read.reasons) };
  });
  if (json === true) writeJson(session.out, "report", { days });
  for (const { stack, file, reasons } of json === true ? [] : days) {
    session.out.write(`${stack}: ${file}\n`);
    for (const reason of new Set(reasons)) session.out.write(tableText([["not read:", reason]], { indent: 2 }));
  }
}

export async function reportMonth(options: MonthOptions, session: Session): Promise<void> {
  const { month: name = "", sent, json, csv, figures } = options;
  const place = placeOf(session);
  const months = await eachCustomer(options, session, async (stack) => {
    if (sent !== true) return readMonth(stack, name, { ...place, figures, now: session.now() });
    if ((await stackTag(sentMonthTag, ["set", name], stack, place)) !== undefined) return stack;
    throw new VisibleError(`The backend took no tag for ${stack}: is there such a stack, and may you write?`);
  });
  const read = months.filter((one) => typeof one !== "string");
  if (json === true) writeJson(session.out, "report", { months: read.map(({ month }) => month) });
  else if (csv === true) session.out.write(monthCsv(read.map(({ month }) => month)));
  else for (const one of months) session.out.write(await written(one, options, session));
}

/** What is printed of a month that is written, or was sent. */
async function written(read: ReadMonth | string, options: MonthOptions, session: Session): Promise<string> {
  const { out, stack: only, signWith, month: name = "" } = options;
  if (typeof read === "string") return paragraph(`${read}: ${monthName(name)} is noted as sent.`);
  const { month, settings } = read;
  const { stack, days, daysRead, gaps } = month;
  const page = pageOf(stack).replace(/\.html$/, `-${name}.html`);
  const target = only === undefined || out === undefined ? path.join(out ?? "report", page) : out;
  const step = await beginStep({ ...placeOf(session), stack, settings, now: session.now(), signWith });
  const logo = await readHandoutLogo(stack, session.folder);
  const parts = { logo, step, file: `${path.basename(target)}.dsse.json` };
  const html = monthPage(read, parts, options.language);
  const json = `${JSON.stringify(month, undefined, 2)}\n`;
  const texts = { [target]: html, [`${target}.json`]: json, [`${target}.csv`]: monthCsv([month]) };
  const digest = await writeSigned(step, "month", texts, month);
  await writePage(`${target}.mail.txt`, monthMail(read, digest));
  const next = `Send it with the mail beside it, then: npx mssp report --month ${name} --stack ${stack} --sent`;
  const incomplete = new Set(gaps.map(({ what }) => what)).size;
  return `${paragraph(`${stack}: figures of ${daysRead} of ${days} days; parts with gaps: ${incomplete}. ${next}`)}${target}\n`;
}

/** With --all one that fails is a note, and exit code 1; one that was not there is a note. */
async function eachCustomer<Result>(
  { stack: only, journal, day }: MonthOptions,
  session: Session,
  read: (stack: string) => Promise<Result>,
): Promise<Result[]> {
  const { chosen } = await selectedCustomers({ journal, ...(only && { stack: [only] }) }, session);
  // Nobody signs in to the tenant of a customer who left.
  const there = chosen.filter(({ offboarded }) => day === undefined || offboarded === undefined);
  const results = await atOnce(availableParallelism(), there, async ({ stack, problem }) => {
    try {
      if (problem !== undefined) throw new VisibleError(problem);
      return [await read(stack)];
    } catch (error) {
      if (!(error instanceof VisibleError) || only !== undefined) throw error;
      const isThere = !(error instanceof NotInMonth || error instanceof StackNotFoundError);
      if (isThere) session.exitCode = exitCodes.failed;
      session.err.note(`${stack}: ${error.message}`);
      return [];
    }
  });
  return results.flat();
}
