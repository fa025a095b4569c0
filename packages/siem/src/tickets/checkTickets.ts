/** `--tickets-check` and `--tickets-status`: neither pulls. */
import { setTimeout as pause } from "node:timers/promises";
import { messageOf } from "@defender-mssp/errors";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import type { Session } from "@defender-mssp/terminal/session";
import { visibleText } from "@defender-mssp/terminal/terminalText";
import { stateOfRecords } from "./desk";
import { openTrackers, ticketFolder, type TicketOptions } from "./openTickets";
import { markerFor } from "./plan";
import { TicketRecords } from "./ticketRecords";
import { readTicketSettings, reasonTables, type TicketRoute } from "./ticketSettings";
import { testKey, type Tracker } from "./tracker";

/** Between two looks for a new ticket, in milliseconds. */
const lookEvery = 500;

/** One test ticket by each route, from its beginning to its close. @returns the exit code */
export async function checkTickets({ tickets }: TicketOptions, session: Session): Promise<number> {
  const settings = await readTicketSettings(tickets);
  const trackers = await openTrackers(tickets, settings, session);
  const write = (text: string): void => session.out.write(`${visibleText(text)}\n`);
  let failed = 0;
  for (const route of settings.routes) {
    const tracker = trackers.get(route.tracker);
    if (tracker === undefined) continue;
    write(
      `Route ${route.name}, tracker ${route.tracker}${route.project === undefined ? "" : `, project ${route.project}`}`,
    );
    try {
      await checkRoute(tracker, route, (text) => write(`  ${text}`));
    } catch (error) {
      failed++;
      write(`  failed: ${messageOf(error)}`);
    }
  }
  write(failed === 0 ? "Every route works." : `${failed} of ${settings.routes.length} routes do not work.`);
  return failed === 0 ? exitCodes.done : exitCodes.failed;
}

async function checkRoute(tracker: Tracker, { project }: TicketRoute, write: (text: string) => void): Promise<void> {
  const key = testKey();
  if ((await tracker.find(key, project)).length > 0)
    throw new Error("the tracker finds a ticket by a key that nobody has used");
  const at = new Date().toISOString();
  const draft = { key, title: "Test of defender-mssp: please ignore", lines: ["This ticket is closed at once."] };
  const about = { link: null, customer: "none", severity: "informational", project, updatedAt: at };
  const priority = tracker.settings.priorities?.["informational"];
  const id = await tracker.create({ ...draft, ...about, priority }, await tracker.reserve?.());
  if (id === undefined) throw new Error("the tracker took no ticket");
  write(`made ticket ${id}`);
  const began = Date.now();
  while (!(await tracker.find(key, project)).some((ticket) => ticket.id === id)) {
    if (Date.now() - began > tracker.searchSettles + 10_000)
      throw new Error(`ticket ${id} is not found by its key ${key}`);
    await pause(lookEvery);
  }
  write(`found it by its key after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  const ticket = await tracker.read(id);
  if (ticket?.key !== key) throw new Error(`ticket ${id} can't be read back with its key`);
  const reason = reasonTables(tracker.settings).toTicket["unknown"];
  const notes = [{ text: "A note of the test.", marker: markerFor(key, "check") }];
  await tracker.update(ticket, { notes, close: reason, event: `${key}#close` });
  const closed = await tracker.read(id);
  if (closed === undefined || closed.isOpen) throw new Error(`ticket ${id} was to be closed, and is open`);
  if (!closed.notes.some(({ text }) => text.includes(notes[0]?.marker ?? "")))
    throw new Error(`ticket ${id} has no note of the test`);
  write(`added a note, and closed it: status ${closed.status}, reason ${closed.reason ?? "none"}`);
  if (closed.reason !== reason) write(`the reason of the table is "${reason}": the tracker keeps another one`);
}

/** What the folder keeps and whether the trackers answer. @returns the exit code */
export async function showTickets(options: TicketOptions, session: Session): Promise<number> {
  const settings = await readTicketSettings(options.tickets);
  const trackers = await openTrackers(options.tickets, settings, session);
  const state = stateOfRecords(await TicketRecords.peek(ticketFolder(options)), session.now().getTime());
  const write = (text: string): void => session.out.write(`${visibleText(text)}\n`);
  let unreached = 0;
  for (const [name, tracker] of trackers) {
    const problem = await tracker
      .find(testKey(), settings.routes.find((route) => route.tracker === name)?.project)
      .then(
        () => undefined,
        (error: unknown) => messageOf(error),
      );
    if (problem !== undefined) unreached++;
    write(`Tracker ${name}: ${problem ?? "answers"}`);
  }
  write(`Tickets: ${state.tickets}, open: ${state.open}`);
  write(
    `To be compared: ${state.waiting}${state.waiting === 0 ? "" : `, the oldest for ${Math.round(state.oldestSeconds)} s`}`,
  );
  write(`Incidents without a ticket: ${state.withoutTicket.length}`);
  for (const { key, reason } of state.refused) write(`Refused: ${key}: ${reason}`);
  for (const { key, text } of state.findings) write(`Finding: ${key}: ${text}`);
  if (state.refused.length > 0) write("`--tickets-repeat` tries what was refused again.");
  const isNeeded = unreached + state.refused.length + state.findings.length > 0;
  return isNeeded ? exitCodes.somebodyNeeded : exitCodes.done;
}
