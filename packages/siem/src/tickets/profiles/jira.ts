/**
 * Jira's REST API. Version 2 was tried with jira820 0.12.0, a stand-in of Jira Data Center; version 3, of Jira Cloud,
 * is from Atlassian's documents alone: texts in the Atlassian Document Format, and search by `/search/jql`.
 */
import { createHash } from "node:crypto";
import {
  isRecord,
  listOf,
  optionalText,
  recordOf,
  recordsOf,
  textOf,
  textsOf,
  valueAt,
  type JsonRecord,
} from "@defender-mssp/errors/json";
import { pathSegment } from "@defender-mssp/microsoft/http";
import { jiraWiki, plainLine } from "../plainText";
import type { SettingsOf } from "../ticketSettings";
import {
  compareIds,
  type Ticket,
  type TicketDraft,
  type TicketNote,
  type ProfileContext,
  type Tracker,
} from "../tracker";
import { mostPages, trackerCall, unreadable, type TrackerCalls } from "../trackerCall";

/** Every ticket of this program has it: the list of what has changed asks for it. */
const ownLabel = "defender";
const keyPrefix = "defender/";

const pageSize = 100;

/** Search goes by minutes, and an index is late: the list begins so much earlier. */
const overlapMinutes = 10;

const fields = "summary,status,resolution,priority,assignee,labels,updated";

interface JiraTicket extends Ticket {
  readonly labels: readonly string[];
}

export function jira(settings: SettingsOf<"jira">, { name, secret, signal, sleep, now }: ProfileContext): Tracker {
  const isThree = settings.api === "3";
  const api = `${settings.url.replace(/\/+$/, "")}/rest/api/${settings.api}`;
  const credentials =
    settings.user === undefined
      ? `Bearer ${secret}`
      : `Basic ${Buffer.from(`${settings.user}:${secret}`).toString("base64")}`;
  const calls: TrackerCalls = {
    name: `The tracker "${name}"`,
    headers: { authorization: credentials, "x-atlassian-token": "no-check" },
    signal,
    sleep,
    reasonOf: (body) =>
      [
        ...textsOf(valueAt(body, ["errorMessages"])),
        ...Object.values(recordOf(valueAt(body, ["errors"]))).map(textOf),
      ].join("; "),
  };
  const call = (url: string, options: Parameters<typeof trackerCall>[2] = {}, accept?: readonly number[]) =>
    trackerCall(url, calls, options, accept);
  const body = (lines: readonly string[], link?: string | null): unknown =>
    isThree ? documentOf(lines, link) : [...lines.map(jiraWiki), ...(link ? [link] : [])].join("\n");

  async function* search(jql: string): AsyncGenerator<readonly Ticket[]> {
    let next: string | undefined;
    for (let page = 0, start = 0; page < mostPages; page++) {
      const at = isThree
        ? next === undefined
          ? ""
          : `&nextPageToken=${encodeURIComponent(next)}`
        : `&startAt=${start}`;
      const address = `${api}/search${isThree ? "/jql" : ""}?jql=${encodeURIComponent(jql)}&maxResults=${pageSize}&fields=${fields}${at}`;
      const { body: answer } = await call(address);
      const issues = valueAt(answer, ["issues"]);
      if (!Array.isArray(issues)) throw unreadable(calls.name);
      yield recordsOf(issues).map(ticketOf);
      start += issues.length;
      next = optionalText(valueAt(answer, ["nextPageToken"]));
      const total = Number(valueAt(answer, ["total"]));
      if (issues.length === 0 || (isThree ? next === undefined : !(start < total))) return;
    }
    throw unreadable(calls.name);
  }

  function ticketOf({ key: id, fields: given }: JsonRecord): JiraTicket {
    const issue = recordOf(given);
    const status = textOf(valueAt(issue, ["status", "name"]));
    const labels = textsOf(issue["labels"]);
    const keyed = labels.find((label) => label.startsWith(keyPrefix));
    const assignee = recordOf(issue["assignee"]);
    const reason = optionalText(valueAt(issue, ["resolution", "name"])) ?? null;
    const priority = optionalText(valueAt(issue, ["priority", "name"])) ?? null;
    const owner =
      optionalText(assignee["name"]) ??
      optionalText(assignee["emailAddress"]) ??
      optionalText(assignee["accountId"]) ??
      null;
    const seen = [status, reason, priority, owner, keyed, textOf(issue["updated"])];
    return {
      id: textOf(id),
      key: keyed?.slice(keyPrefix.length) ?? "",
      version: createHash("sha256").update(JSON.stringify(seen)).digest("hex").slice(0, 16),
      isOpen: valueAt(issue, ["status", "statusCategory", "key"]) !== "done",
      status,
      reason,
      priority,
      owner,
      notes: [],
      labels,
    };
  }

  async function read(id: string): Promise<Ticket | undefined> {
    const { status, body: issue } = await call(`${api}/issue/${pathSegment(id)}?fields=${fields}`, {}, [404]);
    if (status === 404) return undefined;
    if (!isRecord(issue) || !isRecord(issue["fields"])) throw unreadable(calls.name);
    return { ...ticketOf(issue), notes: await notesOf(id) };
  }

  async function notesOf(id: string): Promise<TicketNote[]> {
    const notes = new Map<string, string>();
    for (let page = 0, start = 0; page < mostPages; page++) {
      const { body: answer } = await call(
        `${api}/issue/${pathSegment(id)}/comment?startAt=${start}&maxResults=${pageSize}`,
      );
      const comments = valueAt(answer, ["comments"]);
      if (!Array.isArray(comments)) throw unreadable(calls.name);
      for (const comment of recordsOf(comments))
        notes.set(textOf(comment["id"]), unescaped(textOfBody(comment["body"])));
      start += comments.length;
      if (comments.length === 0 || !(start < Number(valueAt(answer, ["total"])))) break;
    }
    return [...notes].map(([note, text]) => ({ id: note, text })).sort((a, b) => compareIds(a.id, b.id));
  }

  /** What a workflow offers and the status of the settings; else whatever ends, or does not. */
  async function move(id: string, isClosing: boolean, reason: string | undefined): Promise<void> {
    const address = `${api}/issue/${pathSegment(id)}/transitions`;
    const { body: answer } = await call(`${address}?expand=transitions.fields`);
    const wanted = isClosing ? settings.closed : settings.reopened;
    const offered = recordsOf(valueAt(answer, ["transitions"]));
    const fits = offered.filter((offer) => (valueAt(offer, ["to", "statusCategory", "key"]) === "done") === isClosing);
    const transition = fits.find((offer) => valueAt(offer, ["to", "name"]) === wanted) ?? fits[0];
    // Without an offer Jira is asked for none: its refusal says the same in its own words.
    const hasReason = isClosing && isRecord(valueAt(transition, ["fields", "resolution"]));
    const json = {
      transition: { id: textOf(transition?.["id"]) || "0" },
      ...(hasReason && reason !== undefined ? { fields: { resolution: { name: reason } } } : {}),
    };
    await call(address, { method: "POST", json, idempotent: false });
  }

  return {
    name,
    settings,
    searchSettles: settings.searchSettles * 1000,
    find: async (key, project) => {
      const found: Ticket[] = [];
      const where = project === undefined ? "" : `project = "${project}" AND `;
      for await (const page of search(`${where}labels = "${keyPrefix}${key}"`)) found.push(...page);
      return found.filter((ticket) => ticket.key === key).sort((a, b) => compareIds(a.id, b.id));
    },
    read,
    create: async (draft) => {
      const json = {
        fields: {
          project: { key: draft.project },
          issuetype: { name: settings.issueType },
          summary: draft.title,
          description: body(linesOf(draft), draft.link),
          labels: [ownLabel, `${keyPrefix}${draft.key}`],
          ...(draft.priority === undefined ? {} : { priority: { name: draft.priority } }),
        },
      };
      const { body: answer } = await call(`${api}/issue`, { method: "POST", json, idempotent: false });
      const id = textOf(valueAt(answer, ["key"]));
      if (id === "") throw unreadable(calls.name);
      return id;
    },
    update: async (ticket, change) => {
      const address = `${api}/issue/${pathSegment(ticket.id)}`;
      // Jira has no versions: what changes between the reading and this is a gap. Notes first: a kill behind them leaves
      // the state as it was, so that the rest is done again.
      for (const { text, marker } of change.notes) {
        const json = { body: body([plainLine(text, 4000), marker]) };
        await call(`${address}/comment`, { method: "POST", json, idempotent: false });
      }
      if (change.link !== undefined) {
        const issues = { inwardIssue: { key: ticket.id }, outwardIssue: { key: change.link } };
        const json = { type: { name: settings.linkType }, ...issues };
        // Jira keeps one link of two issues and a type, however often it is asked for.
        await call(`${api}/issueLink`, { method: "POST", json, idempotent: true }, [400, 404]);
      }
      if (change.close !== undefined && ticket.isOpen) await move(ticket.id, true, change.close);
      if (change.reopen === true && !ticket.isOpen) await move(ticket.id, false, undefined);
      const others = (ticket as JiraTicket).labels.filter((label) => !label.startsWith(keyPrefix));
      const written = {
        ...(change.priority === undefined ? {} : { priority: { name: change.priority } }),
        ...(change.key === undefined ? {} : { labels: [...others, `${keyPrefix}${change.key}`] }),
      };
      if (Object.keys(written).length > 0) await call(address, { method: "PUT", json: { fields: written } });
    },
    changed: async function* (position) {
      const began = now();
      const minutes = Math.ceil((began - Number(position ?? 0)) / 60_000) + overlapMinutes;
      const since = position === undefined ? "" : ` AND updated >= "-${minutes}m"`;
      for await (const tickets of search(`labels = "${ownLabel}"${since}`)) yield { tickets, next: position ?? "0" };
      yield { tickets: [], next: String(began) };
    },
  };
}

function linesOf({ key, lines, customer, severity }: TicketDraft): readonly string[] {
  return [`Customer: ${customer}`, `Severity: ${severity}`, ...lines, `Key: ${key}`];
}

/** Text nodes are text: nothing in them is markup, a mention or a link. */
function documentOf(lines: readonly string[], link?: string | null): JsonRecord {
  const paragraphs = [...lines, ...(link ? [link] : [])].filter((line) => line !== "");
  const content = paragraphs.map((text) => ({ type: "paragraph", content: [{ type: "text", text }] }));
  return { type: "doc", version: 1, content };
}

function textOfBody(body: unknown): string {
  if (!isRecord(body)) return textOf(body);
  const inner = listOf(body["content"]).map(textOfBody);
  return body["type"] === "text" ? textOf(body["text"]) : inner.join(body["type"] === "doc" ? "\n" : "");
}

/** As it was before `jiraWiki`: markers and people's notes are read as text. */
function unescaped(text: string): string {
  return text.replace(/\\([\\{}[\]!*_+^~|?#@<>&-])/g, "$1");
}
