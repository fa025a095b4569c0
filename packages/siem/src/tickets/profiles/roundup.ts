/**
 * Roundup's REST interface: one-time tokens for a create, ETags for a change. Tried with Roundup 2.6.0.
 * Source: Roundup, "REST API for Roundup".
 */
import { isRecord, type JsonRecord, optionalText, recordsOf, textOf, valueAt } from "@defender-mssp/errors/json";
import { pathSegment } from "@defender-mssp/microsoft/http";
import { plainLine } from "../plainText";
import type { SettingsOf } from "../ticketSettings";
import {
  compareIds,
  StaleTicket,
  type ListedTicket,
  type Ticket,
  type TicketChange,
  type TicketDraft,
  type TicketNote,
  type ProfileContext,
  type Tracker,
} from "../tracker";
import { mostPages, refusal, trackerCall, unreadable, type TrackerCalls } from "../trackerCall";

const pageSize = 100;

/** Texts of messages that are remembered. */
const mostTexts = 5000;

/** A list begins so much earlier than the last one ended: a transaction is seen when it ends. */
const overlapSeconds = 60;

interface RoundupTicket extends Ticket {
  readonly etag: string;
  /** IDs, all of which a change gives again. */
  readonly messages: readonly string[];
}

export function roundup(settings: SettingsOf<"roundup">, { name, secret, signal, sleep }: ProfileContext): Tracker {
  const base = settings.url.replace(/\/+$/, "");
  const data = `${base}/rest/data`;
  const { origin } = new URL(base);
  const user = settings.user ?? "admin";
  const calls: TrackerCalls = {
    name: `The tracker "${name}"`,
    headers: {
      authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`,
      // Roundup takes a change from a page of its own only.
      "x-requested-with": "rest",
      origin,
      referer: `${base}/`,
    },
    signal,
    sleep,
    reasonOf: (body) => textOf(valueAt(body, ["error", "msg"])),
  };
  const call = (url: string, options: Parameters<typeof trackerCall>[2] = {}, accept?: readonly number[]) =>
    trackerCall(url, calls, options, accept);
  const fields = `title,status,priority,assignedto,messages,activity,${settings.keyField},${settings.reasonField}`;

  /** Messages do not change. */
  const texts = new Map<string, string>();

  async function list(query: string): Promise<readonly (ListedTicket & { readonly activity: string })[]> {
    const { body } = await call(`${data}/issue?${query}&@verbose=2&@fields=${fields}&@page_size=${pageSize}`);
    const collection = valueAt(body, ["data", "collection"]);
    if (!Array.isArray(collection)) throw unreadable(calls.name);
    return recordsOf(collection).map((item) => ({
      id: textOf(item["id"]),
      key: textOf(item[settings.keyField]),
      activity: textOf(item["activity"]),
      version: versionOf(item),
    }));
  }

  /** Roundup's times are whole seconds: what a person sees changes the version, too. */
  function versionOf(item: JsonRecord): string {
    const names = ["status", "priority", "assignedto", settings.reasonField].map((field) => nameOf(item[field]) ?? "");
    const messages = recordsOf(item["messages"]);
    return [textOf(item["activity"]), ...names, messages.length].join("|");
  }

  async function notesOf(messages: readonly string[]): Promise<TicketNote[]> {
    const notes: TicketNote[] = [];
    for (const id of messages) {
      let text = texts.get(id);
      if (text === undefined) {
        const { body } = await call(`${data}/msg/${pathSegment(id)}?@verbose=3&@fields=content`);
        text = textOf(valueAt(body, ["data", "attributes", "content"]));
        if (texts.size >= mostTexts) texts.clear();
        texts.set(id, text);
      }
      notes.push({ id, text });
    }
    return notes.sort((a, b) => compareIds(a.id, b.id));
  }

  async function message(text: string): Promise<string> {
    const json = { content: text, author: user, date: "." };
    const { body } = await call(`${data}/msg`, { method: "POST", json, idempotent: false });
    return textOf(valueAt(body, ["data", "id"]));
  }

  return {
    name,
    settings,
    searchSettles: 10_000,
    find: async (key) => {
      const found = await list(`${settings.keyField}:=${encodeURIComponent(key)}`);
      return found.filter((ticket) => ticket.key === key).sort((a, b) => compareIds(a.id, b.id));
    },
    read: async (id) => {
      const { status, body } = await call(
        `${data}/issue/${pathSegment(id)}?@verbose=2&@fields=${fields}`,
        {},
        [404, 405, 410],
      );
      if (status >= 300) return undefined;
      const issue = valueAt(body, ["data", "attributes"]);
      if (!isRecord(issue)) throw unreadable(calls.name);
      // A retired issue is there for who asks for it.
      const [listed] = await list(`id=${pathSegment(id)}`);
      if (listed === undefined) return undefined;
      const messages = recordsOf(issue["messages"]).map((item) => textOf(item["id"]));
      const name = nameOf(issue["status"]) ?? "";
      return {
        id,
        key: textOf(issue[settings.keyField]),
        version: versionOf(issue),
        isOpen: !settings.closed.includes(name),
        status: name,
        reason: nameOf(issue[settings.reasonField]) ?? null,
        priority: nameOf(issue["priority"]) ?? null,
        owner: nameOf(issue["assignedto"]) ?? null,
        notes: await notesOf(messages),
        etag: textOf(valueAt(body, ["data", "@etag"])),
        messages,
      } satisfies RoundupTicket as Ticket;
    },
    reserve: async () => {
      const { body } = await call(`${data}/issue/@poe`, { method: "POST", json: {}, idempotent: true });
      // The link of the answer could be anywhere: only its token is taken.
      return /([A-Za-z0-9_-]{16,200})$/.exec(textOf(valueAt(body, ["data", "link"])))?.[1] ?? "";
    },
    create: async (draft, token) => {
      const text = await message(textOfDraft(draft));
      const json = {
        title: draft.title,
        [settings.keyField]: draft.key,
        messages: [text],
        ...(draft.priority === undefined ? {} : { priority: draft.priority }),
      };
      const url = token === undefined || token === "" ? `${data}/issue` : `${data}/issue/@poe/${pathSegment(token)}`;
      const { status, body } = await call(url, { method: "POST", json, idempotent: false }, [400]);
      if (status === 400 && /^POE token/i.test(calls.reasonOf(body))) return undefined;
      if (status === 400) throw refusal(calls, { status, body });
      const id = textOf(valueAt(body, ["data", "id"]));
      return id === "" ? undefined : id;
    },
    update: async (ticket, change) => {
      const { etag, messages } = ticket as RoundupTicket;
      const texts: string[] = [];
      for (const { text, marker } of change.notes) texts.push(await message(`${plainText(text)}\n${marker}`));
      if (change.link !== undefined) texts.push(await message(`Linked: issue${change.link} ${linkMarker(change)}`));
      const json = {
        // With a message Roundup opens an issue again, unless its status is given.
        status:
          change.close !== undefined ? settings.closed[0] : change.reopen === true ? settings.reopened : ticket.status,
        ...(texts.length === 0 ? {} : { messages: [...messages, ...texts] }),
        ...(change.close === undefined ? {} : { [settings.reasonField]: change.close }),
        ...(change.priority === undefined ? {} : { priority: change.priority }),
        ...(change.key === undefined ? {} : { [settings.keyField]: change.key }),
      };
      const options = { method: "PATCH", json, headers: { "if-match": etag }, idempotent: false };
      const { status } = await call(`${data}/issue/${pathSegment(ticket.id)}`, options, [412]);
      if (status === 412) throw new StaleTicket();
    },
    changed: async function* (position) {
      const seen = new Set<string>();
      let last = position ?? "";
      for (let page = 1; page <= mostPages; page++) {
        const from = position === undefined ? "" : `activity=${encodeURIComponent(`from ${earlier(position)}`)}&`;
        const tickets = await list(`${from}@sort=activity&@page_index=${page}`);
        const fresh = tickets.filter(({ id }) => !seen.has(id));
        for (const { id, activity } of fresh) {
          seen.add(id);
          if (activity > last) last = activity;
        }
        yield { tickets: fresh, next: last === "" ? "2000-01-01.00:00:00" : last };
        if (tickets.length < pageSize || fresh.length === 0) return;
      }
      throw unreadable(calls.name);
    },
  };
}

function linkMarker({ event }: TicketChange): string {
  return `(${plainLine(event, 120)})`;
}

function nameOf(value: unknown): string | undefined {
  if (!isRecord(value)) return optionalText(value);
  const { name, username } = value;
  return optionalText(username) ?? optionalText(name);
}

function plainText(text: string): string {
  return plainLine(text, 4000);
}

function textOfDraft({ key, lines, link, customer, severity }: TicketDraft): string {
  const about = [
    `Customer: ${customer}`,
    `Severity: ${severity}`,
    ...lines,
    ...(link === null ? [] : [`Incident: ${link}`]),
  ];
  return [...about, `Key: ${key}`, "[defender:000000000000]"].join("\n");
}

/** Roundup's own form of a time: `2026-06-01.12:00:00`. */
function earlier(position: string): string {
  const time = Date.parse(`${position.slice(0, 19).replace(".", "T")}Z`);
  if (Number.isNaN(time)) return "2000-01-01.00:00:00";
  return new Date(time - overlapSeconds * 1000).toISOString().slice(0, 19).replace("T", ".");
}
