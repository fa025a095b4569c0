/**
 * Who added something and when, by the tenant's audit log, which keeps 7 days, or 30 with Entra ID
 * P1. Reading needs `AuditLog.Read.All`. https://learn.microsoft.com/graph/api/directoryaudit-list
 */
import {
  directoryAuditsOf,
  initiatorName,
  ServiceError,
  type DirectoryAudit,
  type GraphCall,
} from "@defender-mssp/microsoft";
import type { FoundAddition } from "./addition";
import type { Addition, Done } from "../../stack/additionsPart";

/** Additions with their authors, or the reason why the audit log could not be read. */
export interface Audited {
  readonly additions: readonly Addition[];
  /** Undefined if the log was read. */
  readonly notAsked: string | undefined;
}

/**
 * Adds author and time from the audit log. Without it, additions keep their objects' creation time.
 */
export async function withAudit(call: GraphCall, found: readonly FoundAddition[]): Promise<Audited> {
  const ids = [...new Set(found.flatMap(({ targets }) => targets))];
  const entries = new Map<string, readonly DirectoryAudit[]>();
  let notAsked: string | undefined;
  try {
    for (const id of ids) entries.set(id, await directoryAuditsOf(call, id));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    notAsked =
      error.status === 401 || error.status === 403
        ? "author not known: reading the audit log requires AuditLog.Read.All"
        : `author not known: the audit log could not be read (${error.message})`;
  }
  const additions = found.map(({ createdOn = "", targets, mentions, ...addition }) => ({
    ...addition,
    done: doneBy(
      targets.flatMap((id) => entries.get(id) ?? []),
      mentions ?? [addition.id],
    ) ?? { by: "", on: createdOn },
  }));
  return { additions, notAsked };
}

/** The last entry that mentions all texts, as a target or in a new value. */
function doneBy(entries: readonly DirectoryAudit[], mentions: readonly string[]): Done | undefined {
  const about = entries
    .filter((entry) => mentions.every((text) => namedIn(entry, text.toLowerCase())))
    .sort((a, b) => (a.activityDateTime < b.activityDateTime ? 1 : -1));
  const [last] = about;
  if (last === undefined) return undefined;
  return { by: initiatorName(last), on: last.activityDateTime };
}

function namedIn({ targetResources = [] }: DirectoryAudit, text: string): boolean {
  return targetResources.some(
    ({ id, modifiedProperties }) =>
      id?.toLowerCase() === text ||
      (modifiedProperties ?? []).some(({ newValue }) => newValue?.toLowerCase().includes(text) === true),
  );
}
