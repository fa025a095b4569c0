/**
 * A receiver of signed webhooks: CloudEvents 1.0 in the structured mode, with the headers of Standard Webhooks.
 * docs/tickets.md has the contract: what is sent, the answer, and the list for the way back.
 */
import { createHmac, createPrivateKey, sign } from "node:crypto";
import { VisibleError } from "@defender-mssp/errors";
import { optionalText, recordsOf, textOf, valueAt, type JsonRecord } from "@defender-mssp/errors/json";
import { plainLine } from "../plainText";
import type { SettingsOf } from "../ticketSettings";
import {
  compareIds,
  type Ticket,
  type TicketChange,
  type TicketDraft,
  type ProfileContext,
  type Tracker,
} from "../tracker";
import { mostPages, trackerCall, unreadable, type TrackerCalls } from "../trackerCall";

const eventTypes = { create: "io.defender-mssp.ticket.create", change: "io.defender-mssp.ticket.change" } as const;

export function webhook(
  settings: SettingsOf<"webhook">,
  { name, secret, signal, sleep, now }: ProfileContext,
): Tracker {
  const signed = signer(settings.signature, secret, name);
  const calls: TrackerCalls = {
    name: `The tracker "${name}"`,
    headers: {},
    signal,
    sleep,
    reasonOf: (body) => textOf(valueAt(body, ["error"])),
  };

  /** The receiver knows a repeated event by its ID: the same answer, and nothing done twice. */
  async function send(type: string, id: string, subject: string, data: object): Promise<unknown> {
    const time = new Date(now()).toISOString();
    const event = {
      specversion: "1.0",
      id,
      source: "urn:defender-mssp:siem",
      type,
      subject,
      time,
      datacontenttype: "application/json",
      data,
    };
    const text = JSON.stringify(event);
    const headers = { "content-type": "application/cloudevents+json", ...signed(id, text, now()) };
    const { body } = await trackerCall(settings.url, calls, { method: "POST", text, headers, idempotent: true });
    return body;
  }

  async function* list(query: Readonly<Record<string, string>>) {
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const url = new URL(settings.list);
      for (const [key, value] of Object.entries({ ...query, ...(cursor === undefined ? {} : { cursor }) }))
        url.searchParams.set(key, value);
      const headers = signed("list", `${url.pathname}${url.search}`, now());
      const { body } = await trackerCall(url.href, calls, { headers });
      const tickets = valueAt(body, ["tickets"]);
      if (!Array.isArray(tickets)) throw unreadable(calls.name);
      const position = optionalText(valueAt(body, ["position"])) ?? "";
      yield { tickets: recordsOf(tickets).map(ticketOf), position };
      cursor = optionalText(valueAt(body, ["cursor"]));
      if (cursor === undefined) return;
    }
    throw unreadable(calls.name);
  }

  return {
    name,
    settings,
    searchSettles: 0,
    find: async (key) => {
      const found: Ticket[] = [];
      for await (const { tickets } of list({ subject: key })) found.push(...tickets);
      return found.filter((ticket) => ticket.key === key).sort((a, b) => compareIds(a.id, b.id));
    },
    read: async (id) => {
      for await (const { tickets } of list({ id })) {
        const ticket = tickets.find((listed) => listed.id === id);
        if (ticket !== undefined) return ticket;
      }
      return undefined;
    },
    create: async (draft: TicketDraft) => {
      const { updatedAt, ...data } = draft;
      const answer = await send(eventTypes.create, `${draft.key}/${updatedAt}`, draft.key, data);
      const id = optionalText(valueAt(answer, ["ticket"]));
      if (id === undefined) throw unreadable(calls.name);
      return id;
    },
    update: async (ticket: Ticket, { event, notes, ...change }: TicketChange) => {
      const texts = notes.map(({ text, marker }) => `${plainLine(text, 4000)}\n${marker}`);
      await send(eventTypes.change, event, ticket.key, { ticket: ticket.id, ...change, notes: texts });
    },
    changed: async function* (position) {
      for await (const page of list(position === undefined ? {} : { since: position }))
        yield { tickets: page.tickets, next: page.position };
    },
  };
}

function ticketOf(item: JsonRecord): Ticket {
  return {
    id: textOf(item["id"]),
    key: textOf(item["subject"]),
    version: textOf(item["version"]),
    isOpen: item["open"] === true,
    status: textOf(item["status"]),
    reason: optionalText(item["reason"]) ?? null,
    priority: optionalText(item["priority"]) ?? null,
    owner: optionalText(item["owner"]) ?? null,
    notes: recordsOf(item["notes"]).map(({ id, text }) => ({ id: textOf(id), text: textOf(text) })),
  };
}

/** Signs ID, time and body. A receiver refuses a time that is more than five minutes off. @throws VisibleError */
function signer(kind: "hmac" | "ed25519", secret: string, name: string) {
  const sealed = ((): ((content: string) => string) => {
    if (kind === "hmac") {
      const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
      if (key.length < 24)
        throw new VisibleError(`The secret of the tracker "${name}" has fewer than 24 bytes of base64.`);
      return (content) => `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
    }
    try {
      const key = createPrivateKey(secret);
      if (key.asymmetricKeyType !== "ed25519") throw new Error("it is of another kind");
      return (content) => `v1a,${sign(null, Buffer.from(content), key).toString("base64")}`;
    } catch (error) {
      throw new VisibleError(`The secret of the tracker "${name}" is no private key of Ed25519 in PEM.`, {
        cause: error,
      });
    }
  })();
  return (id: string, body: string, at: number): Readonly<Record<string, string>> => {
    const timestamp = String(Math.floor(at / 1000));
    return {
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": sealed(`${id}.${timestamp}.${body}`),
    };
  };
}
