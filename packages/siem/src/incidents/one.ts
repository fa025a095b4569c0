/** One incident: shows it, or changes it and says what was changed. */
import {
  commentOnIncident,
  readIncident,
  readIncidentAlerts,
  recordOfIncident,
  ServiceError,
  updateIncident,
  type IncidentChanges,
  type IncidentClassification,
  type IncidentDetermination,
  type IncidentRecord,
  type SecurityIncident,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Output } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { visibleJson, visibleText } from "@defender-mssp/terminal/terminalText";
import type { GraphAccess } from "../tokens/graphAccess";

export interface OneOptions {
  readonly id: string;
  readonly close?: "resolved";
  readonly assign?: string;
  readonly comment?: string;
  readonly classify?: IncidentClassification;
  readonly determination?: IncidentDetermination;
  readonly json?: boolean;
}

/** A change of one property, as the service's answers show it. */
interface Change {
  readonly property: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** Redirections that are followed; a longer chain would be a circle. */
const longestChain = 10;

/** Whether the options ask for a change. */
export function isChange({ close, assign, comment, classify }: Partial<OneOptions>): boolean {
  return close !== undefined || assign !== undefined || comment !== undefined || classify !== undefined;
}

/** @throws VisibleError, ServiceError */
export async function runOne(
  access: Omit<GraphAccess, "credentials">,
  options: OneOptions,
  out: Output,
  signal: AbortSignal,
): Promise<void> {
  if (options.assign?.trim() === "") throw new VisibleError("--set assignedTo needs a user.");
  if (options.comment?.trim() === "") throw new VisibleError("--set comment needs a text.");
  const before = await found(access, options.id, signal);
  if (!isChange(options)) {
    const call = { endpoints: access.endpoints, signal };
    const alerts = await access.tokens.use((token) => readIncidentAlerts(before.id, { ...call, token }));
    const incident = recordOfIncident({ ...before, alerts }, access.tenantId);
    if (options.json === true) writeJson(out, "incidents", changedIncident(incident, [], false, undefined));
    else out.write(`${visibleJson(incident, 2)}\n`);
    return;
  }
  const { after, changes, isCommented } = await changed(access, before, options, signal);
  const record = recordOfIncident(after, access.tenantId);
  const merged = before.id === options.id ? undefined : options.id;
  if (options.json === true) writeJson(out, "incidents", changedIncident(record, changes, isCommented, merged));
  else out.write(changesText(record, changes, isCommented, merged));
}

/** The incident of this ID, or the one that it was merged into. */
async function found(
  { endpoints, tokens }: Omit<GraphAccess, "credentials">,
  id: string,
  signal: AbortSignal,
): Promise<SecurityIncident> {
  let wanted = id;
  for (let steps = 0; steps <= longestChain; steps++) {
    const { incident } = await read(wanted);
    if (typeof incident.redirectIncidentId !== "string") return incident;
    wanted = incident.redirectIncidentId;
  }
  throw new VisibleError(`Incident ${id} was merged into others ${longestChain} times; the last one is ${wanted}.`);

  async function read(one: string) {
    try {
      return await tokens.use((token) => readIncident(one, { endpoints, token, signal, withAlerts: false }));
    } catch (error) {
      if (!(error instanceof ServiceError) || error.status !== 404) throw error;
      throw new VisibleError(`The tenant has no incident ${one}, or no longer: Defender keeps them for 180 days.`);
    }
  }
}

/** Properties first, then the comment. What differs in the answer is a change. */
async function changed(
  { endpoints, tokens }: Omit<GraphAccess, "credentials">,
  before: SecurityIncident,
  options: OneOptions,
  signal: AbortSignal,
): Promise<{ after: SecurityIncident; changes: readonly Change[]; isCommented: boolean }> {
  const call = { endpoints, signal };
  const wanted = changesOf(options);
  const after =
    Object.keys(wanted).length === 0
      ? before
      : await tokens.use((token) => updateIncident(before.id, wanted, { ...call, token }));
  const changes = differences(before, after, Object.keys(wanted));
  const { comment } = options;
  if (comment === undefined) return { after, changes, isCommented: false };
  try {
    const comments = await tokens.use((token) => commentOnIncident(before.id, comment, { ...call, token }));
    return {
      after: { ...after, comments: comments.length > 0 ? comments : after.comments },
      changes,
      isCommented: true,
    };
  } catch (error) {
    throw withWhatWasDone(error, before.id, changes);
  }
}

function changesOf({ close, assign, classify, determination }: OneOptions): IncidentChanges {
  return {
    ...(close === undefined ? {} : { status: close }),
    ...(assign === undefined ? {} : { assignedTo: assign }),
    ...(classify === undefined ? {} : { classification: classify }),
    ...(determination === undefined ? {} : { determination }),
  };
}

function differences(before: SecurityIncident, after: SecurityIncident, names: readonly string[]): Change[] {
  const valueOf = (incident: SecurityIncident, name: string): string | null => {
    const value: unknown = incident[name as keyof SecurityIncident];
    return typeof value === "string" ? value : null;
  };
  return names
    .map((property) => ({ property, from: valueOf(before, property), to: valueOf(after, property) }))
    .filter(({ from, to }) => from !== to);
}

/** The properties may be changed although the comment is not there. */
function withWhatWasDone(error: unknown, id: string, changes: readonly Change[]): unknown {
  if (!(error instanceof ServiceError)) return error;
  const isUnknown = error.status === 0 || error.status >= 500;
  const comment = isUnknown
    ? `Whether the comment was added is not known: look at incident ${id} before you add it again.`
    : "The comment was not added.";
  const done =
    changes.length === 0 ? "" : ` Changed before that: ${changes.map(({ property }) => property).join(", ")}.`;
  const { status, serviceCode, requestId, retryAfter, method, url } = error;
  const message = `${error.message.replace(/\.$/, "")}. ${comment}${done}`;
  const explained = new ServiceError({ status, serviceCode, message, requestId, retryAfter, method, url });
  return Object.assign(explained, { message });
}

function changesText(
  { id, title, url }: IncidentRecord,
  changes: readonly Change[],
  isCommented: boolean,
  merged: string | undefined,
): string {
  const lines = [
    ...(merged === undefined ? [] : [`Incident ${merged} was merged into incident ${id}, which was changed instead.`]),
    `Incident ${id}: ${title}`,
    ...changes.map(({ property, from, to }) => `  ${property}: ${from ?? "none"} -> ${to ?? "none"}`),
    ...(isCommented ? ["  comment: added"] : []),
    ...(changes.length === 0 && !isCommented ? ["  nothing changed: it was so before"] : []),
    ...(url === null ? [] : [url]),
  ];
  return lines.map((line) => `${visibleText(line)}\n`).join("");
}

function changedIncident(
  incident: IncidentRecord,
  changes: readonly Change[],
  isCommented: boolean,
  merged: string | undefined,
) {
  return { id: incident.id, mergedFrom: merged ?? null, changes, commentAdded: isCommented, incident };
}
