/** `tickets.yaml`: trackers, routes and tables. docs/tickets.md describes it. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { fileProblem, VisibleError } from "@defender-mssp/errors";
import { incidentClassifications, incidentDeterminations, type IncidentRecord } from "@defender-mssp/microsoft";
import { isSecureAddress } from "@defender-mssp/microsoft/http";

export const ticketSeverities = ["high", "medium", "low", "informational", "unknown"] as const;

const text = z.string().min(1).max(200);
const secret = z
  .union([z.strictObject({ file: text }), z.strictObject({ variable: z.string().regex(/^[A-Z_][A-Z0-9_]*$/) })])
  .describe("Where the secret is: a file, or an environment variable.");
const verdictPattern = new RegExp(
  `^(?:${incidentClassifications.join("|")})(?:/(?:${incidentDeterminations.join("|")}))?$`,
);
const closingPattern = new RegExp(
  `^(?:unknown|(?:${incidentClassifications.join("|")})(?:/(?:${incidentDeterminations.join("|")}))?)$`,
);

const tables = {
  priorities: z
    .record(z.enum(ticketSeverities), text)
    .optional()
    .describe("The tracker's priority for each severity. Without it no priority is set."),
  toTicket: z
    .record(z.string().regex(closingPattern), text)
    .optional()
    .describe("The close reason for each classification, or classification/determination."),
  toIncident: z
    .record(text, z.string().regex(verdictPattern))
    .optional()
    .describe("The classification, or classification/determination, for each close reason."),
  duplicate: text.optional().describe("The close reason of a double and of a merged incident's ticket."),
  owners: z
    .record(
      text,
      z.strictObject({ address: z.string().regex(/^[^\s@]+@[^\s@]+$/), customers: z.array(text).optional() }),
    )
    .default({})
    .describe(
      "Users of the tracker, each with the address in Defender and the customers of whom the user is an analyst.",
    ),
  customerNote: z
    .string()
    .min(2)
    .max(50)
    .default("#customer")
    .describe("A note that begins so becomes a comment of the incident."),
  keepOpen: z.array(text).default([]).describe("Statuses in which a ticket stays open when its incident is resolved."),
};

const shared = { url: z.url(), user: text.optional(), secret, ...tables };

const roundup = z.strictObject({
  profile: z.literal("roundup"),
  ...shared,
  keyField: text.default("defender").describe("The issue's String property that keeps the key."),
  reasonField: text.default("resolution").describe("The issue's property that keeps the close reason."),
  closed: z
    .array(text)
    .min(1)
    .default(["resolved", "done-cbb"])
    .describe("Statuses of closed tickets; the first is set."),
  reopened: text.default("chatting"),
});
const jira = z.strictObject({
  profile: z.literal("jira"),
  ...shared,
  api: z.enum(["2", "3"]).default("2"),
  issueType: text.default("Task"),
  closed: text.default("Done").describe("The status that a closed ticket gets."),
  reopened: text.default("Reopened"),
  linkType: text.default("Relates"),
  searchSettles: z.number().int().min(0).max(600).default(60).describe("Seconds until a search shows a new issue."),
});
const webhook = z.strictObject({
  profile: z.literal("webhook"),
  ...shared,
  list: z.url().describe("Where the receiver lists its tickets."),
  signature: z.enum(["hmac", "ed25519"]).default("hmac"),
});

const route = z.strictObject({
  name: text,
  tracker: text,
  project: text.optional(),
  customers: z.array(text).optional(),
  severities: z.array(z.enum(ticketSeverities)).optional(),
  tags: z.array(text).optional(),
  titles: z.array(text).optional().describe("Parts of the incident's title, or of a rule's name."),
});

export const ticketSettingsSchema = z.strictObject({
  version: z.literal(1),
  trackers: z.record(
    z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
    z.discriminatedUnion("profile", [roundup, jira, webhook]),
  ),
  routes: z.array(route).min(1),
});

export type TicketSettings = z.infer<typeof ticketSettingsSchema>;
export type TrackerSettings = TicketSettings["trackers"][string];
export type TicketRoute = z.infer<typeof route>;
export type SettingsOf<Profile extends TrackerSettings["profile"]> = Extract<TrackerSettings, { profile: Profile }>;

/** The file's usual name, beside the connection files or `Pulumi.yaml`. */
export const ticketFile = "tickets.yaml";

export interface TicketProblem {
  /** Such as `routes[0].tracker`; "" for the whole file. */
  readonly at: string;
  readonly what: string;
}

/** @throws VisibleError with everything that is wrong */
export async function readTicketSettings(file: string): Promise<TicketSettings> {
  let content: unknown;
  try {
    content = parse(await readFile(file, "utf8"), { maxAliasCount: 0 });
  } catch (error) {
    throw new VisibleError(`${file} can't be read: ${fileProblem(error)}.`, { cause: error });
  }
  return checkedTicketSettings(content, file);
}

/** @throws VisibleError with everything that is wrong */
export function checkedTicketSettings(content: unknown, file: string): TicketSettings {
  const { settings, problems } = judgedTicketSettings(content);
  if (settings !== undefined && problems.length === 0) return settings;
  const lines = problems.map(({ at, what }) => `  - ${at || "the file"}: ${what}`);
  throw new VisibleError(`${file} can't be used:\n${lines.join("\n")}`);
}

/** The settings, where they have their form, and everything that is wrong. */
export function judgedTicketSettings(content: unknown): {
  readonly settings?: TicketSettings;
  readonly problems: readonly TicketProblem[];
} {
  const { data, error } = ticketSettingsSchema.safeParse(content);
  if (error === undefined) return { settings: data, problems: problemsOf(data) };
  return { problems: error.issues.map(({ path: keys, message }) => ({ at: placeText(keys), what: message })) };
}

function placeText(keys: readonly PropertyKey[]): string {
  const parts = keys.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`));
  return parts.join("").replace(/^\./, "");
}

function problemsOf({ trackers, routes }: TicketSettings): TicketProblem[] {
  const problems = Object.entries(trackers).flatMap(([name, tracker]) => {
    const at = `trackers.${name}`;
    return [
      ...(["url", "list"] as const).flatMap((key) => {
        const url = key in tracker ? (tracker as SettingsOf<"webhook">)[key] : undefined;
        if (url === undefined || isSecureAddress(url)) return [];
        return [{ at: `${at}.${key}`, what: `${url} is not https, and a secret goes there.` }];
      }),
      ...holesOf(tracker).map(({ at: table, what }) => ({ at: `${at}.${table}`, what })),
    ];
  });
  const names = routes.map(({ name }) => name);
  for (const [index, { name, tracker, project }] of routes.entries()) {
    const at = `routes[${index}]`;
    const settings = Object.hasOwn(trackers, tracker) ? trackers[tracker] : undefined;
    if (settings === undefined) problems.push({ at: `${at}.tracker`, what: `there is no tracker "${tracker}".` });
    if (settings?.profile === "jira" && project === undefined) problems.push({ at, what: "Jira needs a project." });
    if (project !== undefined && !/^[A-Za-z][A-Za-z0-9_]{0,30}$/.test(project))
      problems.push({ at: `${at}.project`, what: `"${project}" is no project's key.` });
    if (names.indexOf(name) !== index) problems.push({ at: `${at}.name`, what: `the name "${name}" is there twice.` });
  }
  return problems;
}

/** A table that misses a value would have to guess one. */
function holesOf(tracker: TrackerSettings): TicketProblem[] {
  const { toTicket, toIncident } = reasonTables(tracker);
  const { priorities } = tracker;
  const rows = [
    ...["unknown", ...incidentClassifications]
      .filter((classification) => toTicket[classification] === undefined)
      .map((classification) => ["toTicket", `it has no close reason for ${classification}.`] as const),
    ...[...new Set(Object.values(toTicket))]
      .filter((reason) => !Object.hasOwn(toIncident, reason))
      .map((reason) => ["toIncident", `it has no classification for "${reason}", which toTicket uses.`] as const),
    ...ticketSeverities
      .filter((severity) => priorities !== undefined && !Object.hasOwn(priorities, severity))
      .map((severity) => ["priorities", `it has none for ${severity}.`] as const),
  ];
  return rows.map(([at, what]) => ({ at, what }));
}

interface ReasonTables {
  readonly toTicket: Readonly<Record<string, string>>;
  readonly toIncident: Readonly<Record<string, string>>;
}

/** Without tables, a tracker that takes any text has Microsoft's own names. */
export function reasonTables({ profile, toTicket, toIncident }: TrackerSettings): ReasonTables {
  if (profile === "jira") return { toTicket: toTicket ?? {}, toIncident: toIncident ?? {} };
  const pairs = incidentClassifications.flatMap((classification) => [
    classification,
    ...incidentDeterminations.map((determination) => `${classification}/${determination}`),
  ]);
  const own = Object.fromEntries(pairs.map((pair) => [pair, pair]));
  return {
    toTicket: toTicket ?? { ...own, unknown: "informationalExpectedActivity" },
    toIncident: toIncident ?? own,
  };
}

/** The routes that take an incident: one, none, or too many. */
export function routesFor(
  { routes }: TicketSettings,
  customer: string,
  { severity, title, customTags, systemTags, alerts }: IncidentRecord,
): readonly TicketRoute[] {
  const names = [title, ...(alerts ?? []).map((alert) => alert.title)].map((name) => name.toLowerCase());
  return routes.filter(
    ({ customers, severities, tags, titles }) =>
      (customers === undefined || customers.includes(customer)) &&
      (severities === undefined || severities.includes(severity)) &&
      (tags === undefined || tags.some((tag) => customTags.includes(tag) || systemTags.includes(tag))) &&
      (titles === undefined || titles.some((part) => names.some((name) => name.includes(part.toLowerCase())))),
  );
}

/** @param folder of the settings: a file's name is relative to it. @throws VisibleError */
export async function trackerSecret(
  { secret: place }: TrackerSettings,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if ("variable" in place) {
    const value = environment[place.variable]?.trim();
    if (value) return value;
    throw new VisibleError(`The tracker's secret is missing: set ${place.variable} in the environment.`);
  }
  const file = path.resolve(folder, place.file);
  try {
    const value = (await readFile(file, "utf8")).trim();
    if (value !== "") return value;
  } catch (error) {
    throw new VisibleError(`The tracker's secret ${file} can't be read: ${fileProblem(error)}.`, { cause: error });
  }
  throw new VisibleError(`The tracker's secret ${file} is empty.`);
}
