/** Collects what the MSSP did in a customer's tenant. Changes nothing. */
import { readTenantFeatures } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Settings } from "../../../settings";
import { stackRandomId } from "../../../domain/resourceTypes";
import { readStackSettings } from "../../../settings/fromFile";
import type { Place } from "../../base/place";
import { deployedOf } from "../../tenant/deployed";
import { whoseIn } from "../../tenant/deployedWhose";
import { tenantOf } from "../../tenant/additions/find";
import type { AdditionsTenant } from "../../tenant/additions/tenant";
import { secretsOfEnvironment, secretText, withoutCredentials } from "../../base/redaction";
import { readDeployedHistory, type StackUpdate } from "../../stack/history";
import { collect, isLicenceProblem, sources, type Collected, type SourceName } from "./calls";
import { callProblem } from "./logReading";
import { isWithin, outsideRetention, type Period } from "./period";
import { findSubjects, type Subjects } from "./subjects";
import { wantedCalls } from "./wanted";
import { tenantEndpoints } from "../../tenant/tenantEndpoints";
import { allEntries, readDeployment, type Deployment } from "../../stack/deployment";
import { unknownResources, unknownResourcesNote } from "../../stack/unknownResources";

export interface EvidenceRun extends Place {
  readonly stack: string;
  readonly period: Period;
  /** The state, where the caller has read it. */
  readonly deployment?: Deployment;
  readonly now: Date;
}

/** What an evidence does not show, and why. */
export interface Gap {
  readonly kind: "licence" | "permission" | "retention" | "incomplete";
  /** One sentence, or two. */
  readonly text: string;
}

export interface Retention {
  /** Days that the tenant's logs are kept; undefined where the licence is not known. */
  readonly days: 7 | 30 | undefined;
  /** The part of the period before that, by the longest possible retention. */
  readonly outside: Period | undefined;
}

export interface Evidence extends Collected, Subjects {
  readonly stack: string;
  readonly settings: Pick<Settings, "customerName" | "msspName" | "tenantId" | "cloud">;
  readonly madeOn: Date;
  readonly period: Period;
  readonly retention: Retention;
  readonly history: readonly StackUpdate[];
  readonly gaps: readonly Gap[];
  /** Number of texts in the logs that had the form of a credential and were replaced. */
  readonly redacted: number;
}

/**
 * Reads the tenant's logs and the stack's history. What Graph refuses is a gap, no error.
 * @throws VisibleError where settings, state or credentials can't be used
 */
export async function collectEvidence(run: EvidenceRun): Promise<Evidence> {
  const { stack, period, now } = run;
  const { environment } = run;
  const settings = await readStackSettings(stack, run);
  const deployment = run.deployment ?? (await readDeployment(stack, run));
  const { updates, configurations } = await readDeployedHistory(stack, run);
  const seenWhose = whoseIn(allEntries(deployment), configurations);
  const tenant = await tenantOf({ ...run, whose: seenWhose }, deployedOf(deployment));
  const stackId = stackRandomId(deployment.resources);
  const whose = await findSubjects({ tenant, stackId, automation: environment["ARM_CLIENT_ID"] }, settings);
  const calls = wantedCalls(whose.subjects, period, settings.cloud);
  const raw = await collect(tenant.call, tenant.graph, calls, period);
  const { collected, redacted } = withoutSecrets(raw, secretsOfEnvironment(environment));
  const days = await retentionDays(settings, environment, collected);
  const retention = { days, outside: outsideRetention(period, days ?? 30, now) };
  const history = updates.filter(({ startedOn }) => isWithin(period, startedOn));
  const { customerName, msspName, tenantId, cloud } = settings;
  return {
    stack,
    settings: { customerName, msspName, tenantId, cloud },
    madeOn: now,
    period,
    ...whose,
    ...collected,
    retention,
    history: history.reverse(),
    gaps: [...gapsOf(whose, collected, retention), ...tenantGaps(tenant), ...unknownGaps(deployment)],
    redacted,
  };
}

async function retentionDays(
  { tenantId, cloud }: Settings,
  environment: NodeJS.ProcessEnv,
  { calls }: Collected,
): Promise<7 | 30 | undefined> {
  if (calls.some(({ code }) => isLicenceProblem(code))) return 7;
  try {
    const endpoints = await tenantEndpoints({ cloud }, environment);
    const { roleAssignableGroups } = await readTenantFeatures(tenantId, { environment, endpoints });
    return roleAssignableGroups === undefined ? undefined : roleAssignableGroups ? 30 : 7;
  } catch (error) {
    if (error instanceof VisibleError) return undefined;
    throw error;
  }
}

/** A sentence for each log that the identity may not read. A missing licence is none. */
export function refusedLogs({ calls }: Collected): readonly string[] {
  const refused = calls.filter(
    ({ status, code, problem }) => problem !== "" && !isLicenceProblem(code) && (status === 401 || status === 403),
  );
  return [...new Set(refused.map((call) => `${sources[call.source].title}: not read, ${callProblem(call)}.`))];
}

/** What is missing, in sentences for the customer. */
export function gapsOf(
  { unseen, subjects }: Subjects,
  { calls }: Collected,
  { days, outside }: Retention,
): readonly Gap[] {
  const names = Object.keys(sources) as SourceName[];
  const perSource = names.flatMap((source): Gap[] => {
    const failed = calls.filter((one) => one.source === source && one.problem !== "");
    const [first] = failed;
    if (first === undefined) return [];
    const { title } = sources[source];
    const refused = failed.find(({ status, code }) => isLicenceProblem(code) || status === 401 || status === 403);
    if (refused !== undefined) {
      const kind = isLicenceProblem(refused.code) ? "licence" : "permission";
      return [{ kind, text: `${title}: not read, ${callProblem(refused)}.` }];
    }
    const about = failed.map(({ subject }) => subject);
    return [{ kind: "incomplete", text: `${title}: incomplete for ${about.join(", ")}. ${first.problem}` }];
  });
  return [
    ...perSource,
    ...unseen.map((what): Gap => ({ kind: "permission", text: `Not looked for: ${what}.` })),
    ...(subjects.length === 0
      ? [{ kind: "incomplete" as const, text: "The stack's state has no guest and no application: nothing was asked." }]
      : []),
    ...(outside === undefined ? [] : [outsideGap(outside, days)]),
    ...(days === undefined ? [unknownRetention] : []),
  ];
}

/** A state and settings that name different tenants of the MSSP. */
function tenantGaps({ otherTenant }: AdditionsTenant): readonly Gap[] {
  return otherTenant === undefined ? [] : [{ kind: "incomplete", text: `${otherTenant}.` }];
}

/** Whether such a resource signs in, or is a person, nobody knows. */
function unknownGaps(deployment: Deployment): readonly Gap[] {
  const note = unknownResourcesNote(unknownResources(deployment));
  return note === undefined ? [] : [{ kind: "incomplete", text: note }];
}

function outsideGap({ from, until }: Period, days: number | undefined): Gap {
  const kept = days === undefined ? "at most 30 days" : `${days} days`;
  return {
    kind: "retention",
    text: `From ${from.toISOString()} to ${until.toISOString()}: outside of the retention. The tenant keeps its logs for ${kept}.`,
  };
}

const unknownRetention: Gap = {
  kind: "retention",
  text:
    "How long the tenant keeps its logs is not known: 30 days with Microsoft Entra ID P1 or P2, otherwise 7. " +
    "Reading the licence requires Organization.Read.All.",
};

/** Entra logs no secrets. Should a text have the form of one, it is not passed on. */
function withoutSecrets(
  collected: Collected,
  known: readonly string[],
): { readonly collected: Collected; readonly redacted: number } {
  let redacted = 0;
  const cleaned = (value: unknown): unknown => {
    if (typeof value === "string") {
      const text = withoutCredentials(value, known);
      if (text !== value) redacted += text.split(secretText).length - 1;
      return text;
    }
    if (Array.isArray(value)) return value.map(cleaned);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cleaned(inner)]));
  };
  return { collected: cleaned(collected) as Collected, redacted };
}
