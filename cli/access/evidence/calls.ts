/** The calls of Graph that an evidence consists of, and the log of how each was answered. */
import { isCallError, ListPages, nextPage, ServiceError, type GraphCall } from "@defender-mssp/microsoft";
import { isWithin, type Period } from "./period";

/** The lists of Graph that are read, with the property that has an entry's time. */
export const sources = {
  directoryAudits: {
    file: "directory-audits.jsonl",
    title: "Directory audit log",
    moment: "activityDateTime",
    permission: "AuditLog.Read.All",
    document: "https://learn.microsoft.com/graph/api/directoryaudit-list",
  },
  interactiveSignIns: {
    file: "sign-ins-interactive.jsonl",
    title: "Interactive sign-ins of users",
    moment: "createdDateTime",
    permission: "AuditLog.Read.All and Directory.Read.All",
    document: "https://learn.microsoft.com/graph/api/signin-list",
  },
  nonInteractiveSignIns: {
    file: "sign-ins-non-interactive.jsonl",
    title: "Non-interactive sign-ins of users",
    moment: "createdDateTime",
    permission: "AuditLog.Read.All and Directory.Read.All",
    document: "https://learn.microsoft.com/graph/api/signin-list?view=graph-rest-beta",
  },
  servicePrincipalSignIns: {
    file: "sign-ins-service-principal.jsonl",
    title: "Sign-ins of applications",
    moment: "createdDateTime",
    permission: "AuditLog.Read.All and Directory.Read.All",
    document: "https://learn.microsoft.com/graph/api/signin-list?view=graph-rest-beta",
  },
} as const;

export type SourceName = keyof typeof sources;

/** One list to read, about one person or application. */
export interface WantedCall {
  readonly source: SourceName;
  /** Whom it is about, in words. */
  readonly subject: string;
  /** Path and query under Graph's base address. */
  readonly path: string;
}

/** How a call was answered; without its entries. */
export interface CallRecord extends WantedCall {
  /** HTTP status of the last answer, of the call before where this one was not made; 0: none came. */
  readonly status: number;
  /** Graph's error code; empty if it gave none. */
  readonly code: string;
  /** Why the list is not whole; empty if it is. */
  readonly problem: string;
  readonly pages: number;
  /** Number of entries within the period, by this call. */
  readonly entries: number;
}

export type Entry = Readonly<Record<string, unknown>>;

export interface Collected {
  readonly calls: readonly CallRecord[];
  /** Each entry once, the oldest first. */
  readonly entries: Readonly<Record<SourceName, readonly Entry[]>>;
}

/** Codes of Graph's for a tenant without Entra ID P1. */
export function isLicenceProblem(code: string): boolean {
  return /NonPremiumTenant/.test(code);
}

/**
 * Makes the calls one after the other. What Graph refuses becomes a record, and the other calls of
 * the same list are not made: they would be refused, too.
 * @param graph base address of Graph; a link to a page on another host is not followed.
 */
export async function collect(
  call: GraphCall,
  graph: string,
  wanted: readonly WantedCall[],
  period: Period,
): Promise<Collected> {
  const found = new Map<SourceName, Map<string, Entry>>();
  const refused = new Map<string, CallRecord>();
  const calls: CallRecord[] = [];
  for (const one of wanted) {
    const before = refused.get(listOf(one));
    if (before !== undefined) {
      const { status, code } = before;
      calls.push({ ...one, status, code, problem: "not called: Graph refused the call before", pages: 0, entries: 0 });
      continue;
    }
    const kept = found.get(one.source) ?? new Map<string, Entry>();
    found.set(one.source, kept);
    const record = await read(call, graph, one, period, kept);
    if (record.status === 401 || record.status === 403) refused.set(listOf(one), record);
    calls.push(record);
  }
  const entriesOf = (source: SourceName): readonly Entry[] =>
    [...(found.get(source)?.values() ?? [])].sort((a, b) => (momentOf(source, a) < momentOf(source, b) ? -1 : 1));
  return {
    calls,
    entries: {
      directoryAudits: entriesOf("directoryAudits"),
      interactiveSignIns: entriesOf("interactiveSignIns"),
      nonInteractiveSignIns: entriesOf("nonInteractiveSignIns"),
      servicePrincipalSignIns: entriesOf("servicePrincipalSignIns"),
    },
  };
}

/** The list of Graph's that a call reads, without the query. */
function listOf({ path }: WantedCall): string {
  return path.split("?")[0] ?? "";
}

function momentOf(source: SourceName, entry: Entry): string {
  return String(entry[sources[source].moment]);
}

async function read(
  call: GraphCall,
  graph: string,
  wanted: WantedCall,
  period: Period,
  kept: Map<string, Entry>,
): Promise<CallRecord> {
  let [pages, entries] = [0, 0];
  let status = 0;
  const list = new ListPages(wanted.path);
  try {
    for (let next: string | undefined = wanted.path; next !== undefined;) {
      const answer = await call(next);
      status = answer.status;
      const page = (answer.body ?? {}) as { value?: unknown; "@odata.nextLink"?: string };
      if (!Array.isArray(page.value)) throw incomplete(wanted, status, "the answer is no list");
      pages++;
      for (const entry of page.value as Entry[]) {
        // Graph's filters include the end.
        if (!isWithin(period, momentOf(wanted.source, entry))) continue;
        entries++;
        kept.set(String(entry["id"]), entry);
      }
      next = followed(page["@odata.nextLink"], graph, wanted, status);
      list.add(page.value, next, status);
    }
    return { ...wanted, status, code: "", problem: "", pages, entries };
  } catch (error) {
    if (!isCallError(error)) throw error;
    const isService = error instanceof ServiceError;
    const code = isService ? error.serviceCode : "";
    return { ...wanted, status: isService ? error.status : 0, code, problem: error.message, pages, entries };
  }
}

/** Path and query of the next page. @throws ServiceError for a link to another host */
function followed(link: unknown, graph: string, wanted: WantedCall, status: number): string | undefined {
  if (link === undefined) return undefined;
  const text = typeof link === "string" ? link : "";
  const next = nextPage(text, { status, url: wanted.path });
  if (new URL(text).host === new URL(graph).host) return next;
  throw incomplete(wanted, status, `its next page is on another host, ${new URL(text).host}, and was not read`);
}

function incomplete({ path }: WantedCall, status: number, message: string): ServiceError {
  return new ServiceError({ status, message, method: "GET", url: path });
}
