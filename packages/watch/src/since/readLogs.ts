/** The tenant's logs, of everybody who is not the customer's own: each entry once. */
import { optionalText, recordOf, recordsOf, textOf, textsOf } from "@defender-mssp/errors/json";
import { dayMs } from "@defender-mssp/errors/time";
import { isCallError, ServiceError } from "@defender-mssp/errors";
import {
  graphDirectoryAudits,
  graphSignIns,
  ListPages,
  nextPage,
  type DirectoryAudit,
  type GraphCall,
} from "@defender-mssp/microsoft";
import { unreadReason } from "@defender-mssp/tenant";
import { departed, type LogActor, type Actors } from "./actors";

export type LogName =
  "changes" | "sign-ins of people" | "sign-ins of people without interaction" | "sign-ins of applications";

export interface LogEntry {
  readonly id: string;
  readonly log: LogName;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly actor: LogActor;
  readonly who: string;
  readonly what: string;
  /** Entra refused it. */
  readonly isRefused: boolean;
}

export interface ReadLogs {
  /** The oldest first. */
  readonly entries: readonly LogEntry[];
  /** Changes by the MSSP, as the log has them. */
  readonly changes: readonly DirectoryAudit[];
  /** Changes by applications that are gone. */
  readonly departedChanges: readonly DirectoryAudit[];
  readonly unread: readonly { readonly log: LogName; readonly reason: string }[];
  /** Whether the tenant's edition has sign-ins by API. Undefined where nothing tells. */
  readonly hasSignIns: boolean | undefined;
  /** Days for which the logs are kept. */
  readonly keptDays: 7 | 30;
}

type Raw = Readonly<Record<string, unknown>>;

/** Most people's entries are the customer's own: they are dropped while the pages are read. */
export async function readLogs(call: GraphCall, actors: Actors, from: Date): Promise<ReadLogs> {
  const entries = new Map<string, LogEntry>();
  const changes: DirectoryAudit[] = [];
  const departedChanges: DirectoryAudit[] = [];
  const unread: { log: LogName; reason: string; isLicence: boolean }[] = [];
  const read = async (log: LogName, paths: readonly string[], entry: (raw: Raw) => Promise<LogEntry | undefined>) => {
    const own = new Map<string, LogEntry>();
    try {
      for (const path of paths)
        await eachItem(call, path, async (raw) => {
          const shown = await entry(raw);
          if (shown === undefined || own.has(shown.id) || shown.at < from.toISOString()) return;
          own.set(shown.id, shown);
          if (log !== "changes") return;
          if (shown.actor.whose === "mssp") changes.push(raw as unknown as DirectoryAudit);
          else if (shown.actor.key === departed) departedChanges.push(raw as unknown as DirectoryAudit);
        });
    } catch (error) {
      if (!isCallError(error)) throw error;
      const isLicence = error instanceof ServiceError && /NonPremium|RequiresPremium/i.test(error.serviceCode);
      const reason = isLicence
        ? "the tenant's edition of Entra ID has no sign-ins by API: it needs P1"
        : unreadReason(error, "AuditLog.Read.All and Directory.Read.All");
      unread.push({ log, reason, isLicence });
    }
    // What was read before a failure is shown, too.
    for (const each of own.values()) entries.set(each.id, each);
  };
  await read("changes", [`${graphDirectoryAudits.path}?$filter=${since("activityDateTime", from)}`], (raw) =>
    change(raw, actors),
  );
  const signIns = graphSignIns("beta").path;
  const people = (type: string) => [
    `${signIns}?$filter=${since("createdDateTime", from, `signInEventTypes/any(t: t eq '${type}')`)}`,
  ];
  await read("sign-ins of people", people("interactiveUser"), (raw) => signIn("sign-ins of people", raw, actors));
  const silent = "sign-ins of people without interaction";
  await read(silent, people("nonInteractiveUser"), (raw) => signIn(silent, raw, actors));
  // Home tenants are not applicable to applications: they are asked for by their IDs.
  const ofApplications = [...actors.appIds()].map(
    (appId) =>
      `${signIns}?$filter=${since("createdDateTime", from, `appId eq '${appId}' and signInEventTypes/any(t: t eq 'servicePrincipal')`)}`,
  );
  await read("sign-ins of applications", ofApplications, (raw) => signIn("sign-ins of applications", raw, actors));
  const hasLicence = unread.every(({ isLicence }) => !isLicence);
  return {
    entries: [...entries.values()].sort((a, b) => (a.at < b.at ? -1 : 1)),
    changes,
    departedChanges,
    unread: unread.map(({ log, reason }) => ({ log, reason })),
    hasSignIns: hasLicence ? (unread.length === 0 ? true : undefined) : false,
    keptDays: hasLicence ? 30 : 7,
  };
}

function since(moment: string, from: Date, further?: string): string {
  return encodeURIComponent(
    [`${moment} ge ${from.toISOString()}`, ...(further === undefined ? [] : [further])].join(" and "),
  );
}

/** Entries stand in memory a page at a time. @throws ServiceError where the list is not whole */
async function eachItem(call: GraphCall, path: string, take: (raw: Raw) => Promise<void>): Promise<void> {
  const pages = new ListPages(path);
  for (let next: string | undefined = path; next !== undefined;) {
    const { status, body } = await call(next);
    const page = recordOf(body);
    if (!Array.isArray(page["value"]))
      throw new ServiceError({ status, message: "the answer is no list", method: "GET", url: path });
    const items = recordsOf(page["value"]);
    for (const item of items) await take(item);
    next = nextPage(optionalText(page["@odata.nextLink"]), { status, url: path });
    pages.add(items, next, status);
  }
}

async function change(raw: Raw, actors: Actors): Promise<LogEntry | undefined> {
  const { user, app } = recordOf(raw["initiatedBy"]);
  const [person, application] = [recordOf(user), recordOf(app)];
  const name =
    textOf(person["userPrincipalName"]) || textOf(person["displayName"]) || textOf(application["displayName"]);
  const actor = await actors.identify({
    id: textOf(person["id"]) || textOf(application["servicePrincipalId"]),
    appId: textOf(application["appId"]),
    homeTenantId: textOf(person["homeTenantId"]),
    name,
    displayName: textOf(person["displayName"]),
  });
  if (actor === undefined) return undefined;
  const targets = recordsOf(raw["targetResources"]).flatMap((target) => textOf(target["displayName"]) || []);
  const activity = textOf(raw["activityDisplayName"]).trim();
  return {
    id: textOf(raw["id"]),
    log: "changes",
    at: textOf(raw["activityDateTime"]),
    actor,
    who: name || actor.id,
    what: targets.length === 0 ? activity : `${activity}: ${targets.join(", ")}`,
    isRefused: textOf(raw["result"]) === "failure",
  };
}

async function signIn(log: LogName, raw: Raw, actors: Actors): Promise<LogEntry | undefined> {
  const isApplication = textsOf(raw["signInEventTypes"]).includes("servicePrincipal");
  const name = textOf(raw["userPrincipalName"]) || textOf(raw["servicePrincipalName"]) || textOf(raw["appDisplayName"]);
  const actor = await actors.identify({
    id: textOf(raw["userId"]) || textOf(raw["servicePrincipalId"]),
    appId: isApplication ? textOf(raw["appId"]) : "",
    homeTenantId: isApplication ? "" : textOf(raw["homeTenantId"]),
    name,
    displayName: textOf(raw["userDisplayName"]),
  });
  if (actor === undefined) return undefined;
  const code = Number(recordOf(raw["status"])["errorCode"] ?? 0);
  const to = textOf(raw["resourceDisplayName"]) || textOf(raw["appDisplayName"]);
  return {
    id: textOf(raw["id"]),
    log,
    at: textOf(raw["createdDateTime"]),
    actor,
    who: name || actor.id,
    what: `sign-in${to === "" ? "" : ` to ${to}`} from ${textOf(raw["ipAddress"]) || "an unknown address"}`,
    isRefused: code !== 0,
  };
}

/** What the reader must know first: what the edition keeps, and since when. */
export function retentionNote({ hasSignIns, keptDays }: ReadLogs, from: Date, now: Date): string {
  const edition =
    hasSignIns === false
      ? "This tenant has Entra ID Free: there are no sign-ins by API, and changes of 7 days."
      : `This tenant keeps sign-ins and changes for ${keptDays} days${hasSignIns === undefined ? ", if they may be read" : ""}.`;
  const oldest = new Date(now.getTime() - keptDays * dayMs);
  return from < oldest
    ? `${edition} What was before ${oldest.toISOString().slice(0, 16).replace("T", " ")} UTC is not shown, although you asked for it.`
    : edition;
}
