/**
 * The waits for the service. Entra answers from replicas: a write that succeeded is not what the
 * next read shows, and an application gets no read-after-write.
 */
import { appendFileSync } from "node:fs";
import { EnvironmentError, ServiceError } from "@defender-mssp/errors";
import { hourMs, minuteMs, timeText } from "@defender-mssp/errors/time";
import { isOnSandbox } from "./clock";
import type { Environment } from "./endpoints";
import { wait, type RequestOptions } from "./http";
import { replicasVariable, timeScaleVariable } from "./sandboxVariables";

/** One wait for the service: what the product does until a change is seen everywhere. */
export interface Wait {
  /** What for, as a person reads it: "the new service principal". */
  readonly what: string;
  /** The call that shows it: "GET /servicePrincipals/{id}". */
  readonly shownBy: string;
  /** Values that must agree in each hit. */
  readonly values?: string;
  /** Consecutive answers that must agree. */
  readonly hits: number;
  /** Milliseconds between two looks at most. The first are a second apart, or less. */
  readonly pause: number;
  /** Milliseconds. */
  readonly longest: number;
  /** Document or observation. */
  readonly source: string;
}

/** A new or changed object of the directory, PIM or a catalog. */
const directory = { hits: 1, pause: 10_000, longest: 10 * minuteMs };
/** A role of Azure or a vault. */
const azure = { hits: 1, pause: 30_000, longest: 30 * minuteMs };
const noTiming = "no document states a time";

/** The rows of `docs/reference/waits.md`. */
export const waits = {
  servicePrincipal: {
    ...directory,
    what: "the new service principal",
    shownBy: "GET and POST /servicePrincipals",
    source: "404 for more than a minute: hashicorp/terraform-provider-azuread#1802",
  },
  appRole: {
    ...directory,
    what: "the new holder of application permissions",
    shownBy: "POST /servicePrincipals/{id}/appRoleAssignedTo",
    source: "400 for more than five minutes: microsoftgraph/msgraph-sdk-dotnet#2508",
  },
  guest: {
    ...directory,
    what: "the new guest",
    shownBy: "GET and PATCH /users/{id}",
    source: "unknown to PATCH: microsoftgraph/microsoft-graph-docs-contrib#2465",
  },
  guestMark: {
    ...directory,
    what: "the new guest's mark",
    shownBy: "GET /users/{id}",
    values: "employeeType",
    source: "a changed value reverts: hashicorp/terraform-provider-azuread#1806",
  },
  guestDeletion: {
    ...directory,
    what: "the guest's deletion",
    shownBy: "GET /users/{id}",
    source: "2.2 to 6.8 s for other objects: Omnicit/Omnicit.EntraRBAC",
  },
  groupMembers: {
    ...directory,
    what: "the new group or its new member",
    shownBy: "POST /groups/{id}/members/$ref",
    source: "404 for ten seconds: Omnicit/Omnicit.EntraRBAC",
  },
  connectedOrganization: {
    ...directory,
    what: "the new connected organization",
    shownBy: "GET and POST /identityGovernance/entitlementManagement/connectedOrganizations",
    source: noTiming,
  },
  partnerEntry: {
    ...directory,
    what: "the partner entry",
    shownBy: "GET and POST /policies/crossTenantAccessPolicy/partners",
    source: noTiming,
  },
  partnerDeletion: {
    ...directory,
    what: "the partner entry's deletion",
    shownBy: "GET /policies/crossTenantAccessPolicy/partners/{tenant ID}",
    source: noTiming,
  },
  eligibility: {
    ...directory,
    what: "the new group or member in Privileged Identity Management",
    shownBy: "POST /identityGovernance/privilegedAccess/group/eligibilityScheduleRequests",
    source: "up to two minutes: microsoftgraph/msgraph-sdk-dotnet#2772",
  },
  activationPolicy: {
    ...directory,
    what: "the group's activation policy",
    shownBy: "GET and PATCH /policies/roleManagementPolicies/{id}/rules",
    values: "the rules",
    source: "listed, then 404: hashicorp/terraform-provider-azuread#1769",
  },
  earlyRemoval: {
    hits: 1,
    pause: 15_000,
    longest: 10 * minuteMs,
    what: "the end of the eligibility's first five minutes",
    shownBy: "POST /identityGovernance/privilegedAccess/group/eligibilityScheduleRequests",
    source: "ActiveDurationTooShort: Microsoft's pages of PIM for Groups",
  },
  defenderRole: {
    ...directory,
    hits: 2,
    what: "the new Defender role or its assignment",
    shownBy: "GET /roleManagement/defender/roleDefinitions and roleAssignments",
    source: noTiming,
  },
  defenderPrincipal: {
    ...directory,
    what: "the new role and group in Defender",
    shownBy: "POST /roleManagement/defender/roleAssignments",
    source: noTiming,
  },
  detectionRule: {
    ...directory,
    what: "the new detection rule",
    shownBy: "PATCH /security/rules/detectionRules/{id}",
    source: noTiming,
  },
  detectionRuleName: {
    ...directory,
    what: "the deletion of the detection rule of this name",
    shownBy: "POST /security/rules/detectionRules",
    source: "taken for about a minute: observed",
  },
  lostAnswer: {
    hits: 1,
    pause: 5000,
    longest: minuteMs / 2,
    what: "the object of a request without an answer",
    shownBy: "the list or the object that the request makes",
    source: "1 in 25 had succeeded: hashicorp/terraform-provider-azuread#1896",
  },
  leftObject: {
    ...directory,
    what: "the object of a create that failed",
    shownBy: "the list or the object that the request makes",
    source: "present, then absent: hashicorp/terraform-provider-azuread#1810",
  },
  leftObjectDeletion: {
    ...directory,
    hits: 2,
    what: "the deletion of what a failed create has left",
    shownBy: "the list or the object that the request makes",
    source: "2.2 to 6.8 s: Omnicit/Omnicit.EntraRBAC",
  },
  tooEarly: {
    ...directory,
    what: "the new objects that this one refers to",
    shownBy: "the create or update of the resource",
    source: "ResourceNotFoundInOriginSystem for minutes: Omnicit/Omnicit.EntraRBAC",
  },
  refusedCreate: {
    hits: 1,
    pause: 5000,
    longest: 3000,
    what: "the object of a refused request",
    shownBy: "the object that the request makes",
    source: "1 in 25 had succeeded: hashicorp/terraform-provider-azuread#1896",
  },
  missing: {
    hits: 1,
    pause: 5000,
    longest: 10_000,
    what: "an object of this stack that a read did not find",
    shownBy: "the read of each dynamic resource",
    source: "present, then absent: hashicorp/terraform-provider-azuread#1810",
  },
  recentlyMissing: {
    hits: 1,
    pause: 10_000,
    longest: 5 * minuteMs,
    what: "an object that this stack wrote within the hour and a read did not find",
    shownBy: "the read of each dynamic resource",
    source: "present, then absent: hashicorp/terraform-provider-azuread#1810",
  },
  drift: {
    hits: 1,
    pause: 5000,
    longest: minuteMs,
    what: "a changed object",
    shownBy: "the read of each dynamic resource",
    values: "all properties of the state",
    source: "a changed value reverts: hashicorp/terraform-provider-azuread#1806",
  },
  recentDrift: {
    hits: 3,
    pause: 5000,
    longest: 2 * minuteMs,
    what: "a changed object that this stack wrote within the hour",
    shownBy: "the read of each dynamic resource",
    values: "all properties of the state",
    source: "a changed value reverts: hashicorp/terraform-provider-azuread#1806",
  },
  azurePrincipal: {
    ...azure,
    what: "the new group in Azure",
    shownBy: "PUT …/Microsoft.Authorization/roleAssignments/{name}",
    source: "PrincipalNotFound: Microsoft, Troubleshoot Azure RBAC",
  },
  azureParent: {
    ...azure,
    what: "the new vault, secret or resource group in Azure",
    shownBy: "PUT of a secret in the vault, or of a role assignment at the secret",
    source: "ParentResourceNotFound: Microsoft, Troubleshoot Azure Resource Manager",
  },
  vaultRole: {
    ...azure,
    what: "the new role in Key Vault",
    shownBy: "PUT {vault}/secrets/{name}",
    source: "ForbiddenByRbac for more than 28 min: Azure/avm-res-keyvault-vault#78",
  },
  signIn: {
    ...directory,
    hits: 2,
    what: "the new application or client secret at sign-in",
    shownBy: "POST /oauth2/v2.0/token",
    source: "4 to 18 s, also after success: microsoft-authentication-library-for-dotnet#3706",
  },
  tokenRoles: {
    ...directory,
    longest: 60 * minuteMs,
    what: "the new permission in access tokens",
    shownBy: "POST /oauth2/v2.0/token",
    values: "roles",
    source: "consented, and missing in tokens: MicrosoftDocs/azure-docs#85676",
  },
  droppedByRefresh: {
    hits: 1,
    pause: minuteMs / 2,
    longest: 10 * minuteMs,
    what: "an object of azuread that a refresh did not find within an hour of its write",
    shownBy: "npx mssp fleet: the preview with a refresh",
    source: "present, then absent: hashicorp/terraform-provider-azuread#1810",
  },
  removal: {
    hits: 5,
    pause: minuteMs,
    longest: 40 * minuteMs,
    what: "a removal, with the last look at least ten minutes after it",
    shownBy: "each object by its ID, and a search of every kind of access",
    source: "lists were stale for a minute: microsoftgraph/microsoft-graph-docs-contrib#2459",
  },
} as const satisfies Record<string, Wait>;

export type WaitName = keyof typeof waits;

/** Names a file that gets a line for each wait of a process, as `npx mssp rehearse --life` sets it. */
export const waitsVariable = "MSSP_WAITS_FILE";

/** Adds a wait that has ended to the file that the environment names, if it names one. */
export function recordWait(
  row: Wait,
  { milliseconds, ...seen }: { readonly milliseconds: number; readonly looks: number; readonly isSeen: boolean },
  environment: Environment,
): void {
  const file = environment[waitsVariable] ?? process.env[waitsVariable];
  const wait = Object.entries(waits).find(([, { what }]) => what === row.what)?.[0];
  if (!file || wait === undefined) return;
  try {
    appendFileSync(file, `${JSON.stringify({ wait, milliseconds: Math.round(milliseconds), ...seen })}\n`);
  } catch {
    // No update fails for a figure.
  }
}

/** Whether the last write is so recent that a replica may not have it. @param writtenOn ISO 8601; undefined: long ago */
export function isRecentWrite(writtenOn: string | undefined, now = new Date()): boolean {
  return writtenOn !== undefined && now.getTime() - Date.parse(writtenOn) < hourMs;
}

/** How `untilSeen` looks, and whom it tells. */
export interface WaitContext extends Pick<RequestOptions, "sleep" | "signal"> {
  /** Whether a failure means that the service does not know a new object yet. Default: never. */
  readonly isUnknown?: (failure: ServiceError) => boolean;
  /** Milliseconds of a clock that never goes back, for tests. */
  readonly now?: () => number;
  /** Tells a person what is waited for. Default: nobody. */
  readonly say?: ((text: string) => void) | undefined;
  /** Default: `process.env`. Only the time scale is read. */
  readonly environment?: Environment;
}

/** Entra's codes for an application or a secret that it does not know: wrong, or too new for `waits.signIn`. */
export const unknownToEntra: ReadonlySet<string> = new Set(["AADSTS700016", "AADSTS7000215"]);

/** For a wait for a time of the service's, which the caller tells, and which no sandbox shortens. */
export const fixedTime: WaitContext = { say: undefined, environment: {} };

/** Milliseconds until a person is told what is waited for, and between two such messages. */
const firstWord = 3000;
const nextWord = 30_000;

/**
 * Asks until the service has shown a change in `wait.hits` answers in a row. The pauses grow to
 * `wait.pause`. The hits follow each other closely as long as no answer has missed.
 * @param ask answers undefined or false, or fails as `isUnknown` says, while the change is not
 * there.
 * @returns what `ask` answered last; undefined after `wait.longest`.
 * @throws what `ask` throws, `isUnknown` failures only at the last look; the signal's reason, if it
 * aborts.
 */
export async function untilSeen<T>(
  row: Wait,
  ask: () => Promise<T | undefined | false>,
  context: WaitContext = {},
): Promise<T | undefined> {
  const { isUnknown = () => false, signal, say, environment = process.env } = context;
  const scale = timeScale(environment);
  const longest = row.longest * scale;
  const { elapsed, pause } = stopwatch(context, (passed) => say?.(waitText(row, longest - passed)));
  let hits = 0;
  for (let looks = 1, misses = 0; ; looks++) {
    signal?.throwIfAborted();
    let failure: ServiceError | undefined;
    const found = await ask().catch((error: unknown) => {
      if (!(error instanceof ServiceError) || !isUnknown(error)) throw error;
      failure = error;
      return undefined;
    });
    const isHit = found !== undefined && found !== false;
    hits = isHit ? hits + 1 : 0;
    const isSeen = isHit && hits >= row.hits;
    const left = longest - elapsed();
    if (isSeen || left <= 0) recordWait(row, { milliseconds: elapsed(), looks, isSeen }, environment);
    if (isSeen) return found;
    if (!isHit) misses++;
    if (left <= 0 && failure !== undefined) throw failure;
    if (left <= 0) return undefined;
    const next =
      misses === 0 ? Math.min(1000, row.pause) / 5 : Math.min(1000 * 2 ** Math.max(0, misses - 3), row.pause);
    await pause(Math.min(next * scale, left));
  }
}

/** Time that has passed, by the clock or by the pauses that were asked for: a test's pauses take none. */
function stopwatch(
  { now = () => performance.now(), sleep = wait, signal, say }: WaitContext,
  tell: (passed: number) => void,
) {
  const began = now();
  let slept = 0;
  let word = firstWord;
  const elapsed = () => Math.max(now() - began, slept);
  const pause = async (milliseconds: number) => {
    for (let left = milliseconds; left > 0;) {
      const step = say === undefined ? left : Math.max(0, Math.min(left, word - elapsed()));
      if (step > 0) await sleep(step, signal);
      slept += step;
      left -= step;
      if (elapsed() < word) continue;
      tell(elapsed());
      word = elapsed() + nextWord;
    }
  };
  return { elapsed, pause };
}

/**
 * Waits before a failed operation is repeated by somebody else, such as the engine.
 * @param tries failures so far.
 * @param began when the first failure came, by `performance.now()`.
 * @returns false after `row.longest`: the operation has failed.
 */
export async function waitForRepeat(
  row: Wait,
  { tries, began }: { readonly tries: number; readonly began: number },
  { sleep = wait, signal, say, environment = process.env, now = () => performance.now() }: WaitContext = {},
): Promise<boolean> {
  const scale = timeScale(environment);
  const left = row.longest * scale - (now() - began);
  recordWait(row, { milliseconds: now() - began, looks: tries, isSeen: left > 0 }, environment);
  if (left <= 0) return false;
  if (now() - began >= firstWord) say?.(waitText(row, left));
  await sleep(Math.min(Math.min(1000 * 2 ** tries, row.pause) * scale, left), signal);
  return true;
}

function waitText({ what }: Wait, left: number): string {
  return `Waiting for ${what} to be seen everywhere, up to ${timeText(left)} more.`;
}

/** What is allowed for MSSP_SANDBOX_TIME_SCALE; undefined if it is not set or valid. */
export function timeScaleFault(environment: Environment): string | undefined {
  const set = environment[timeScaleVariable];
  if (!set) return undefined;
  if (!isOnSandbox(environment))
    return "unset: waits are shortened on the sandbox only (ARM_METADATA_HOSTNAME names this machine)";
  const scale = Number(set);
  return scale > 0 && scale <= 1 ? undefined : "a number above 0, at most 1, such as 0.02";
}

/** What pauses are multiplied by. @throws EnvironmentError where MSSP_SANDBOX_TIME_SCALE can't be used. */
export function timeScale(environment: Environment = process.env): number {
  const set = environment[timeScaleVariable];
  const fault = timeScaleFault(environment);
  if (fault !== undefined) throw new EnvironmentError(`${timeScaleVariable} is "${set}"; allowed is ${fault}.`);
  return set ? Number(set) : 1;
}

/** Whether one read shows what every read does: a sandbox whose environment does not set `replicasVariable`. */
export function hasOneView(environment: Environment): boolean {
  return isOnSandbox(environment) && !environment[replicasVariable];
}
