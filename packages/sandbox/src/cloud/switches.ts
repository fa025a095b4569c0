/**
 * Licences and policies of a tenant that an onboarding depends on. A tenant has and allows
 * everything until a switch is set (`npx mssp sandbox tenant`); set switches are stored with the
 * tenant.
 */
import { VisibleError } from "@defender-mssp/errors";
import { dateOf, hasBegun } from "@defender-mssp/microsoft";
import type { Tenant } from "./model";
import { replicaProfiles } from "./replicaProfiles";

/** The values of a switch; the first is the default. */
export const switches = {
  /**
   * Microsoft Entra ID's licence: `free` has no role-assignable groups, `p1` and `free` have no
   * entitlement management. `governance` is P2 with ID Governance, which a governance relationship
   * needs for applications.
   */
  entraLicence: ["p2", "p1", "free", "governance"],
  /** Whether guests can be invited (External collaboration settings). */
  b2bInvitations: ["on", "off"],
  /**
   * Client secrets by the tenant's app management policy: allowed, forbidden, or limited in days.
   */
  clientSecrets: ["on", "off", "<days>"],
  /** Whether users have registered methods of multifactor authentication; `sms`: text messages alone, which Microsoft ends. */
  mfa: ["on", "sms", "off"],
  /** Whether roles of Defender's unified RBAC have an effect: always, never, or from a day on (UTC). */
  unifiedRbac: ["on", "off", "<day>"],
  /** Whether an Azure subscription is linked that pays for the governance of guests. */
  guestBilling: ["linked", "unlinked"],
  /**
   * Where the tenant's alerts come from: `endpoint` alone; `mixed`, also products whose alerts alerts_v2
   * leaves out, shows late, or hunting lacks; `lossy`, also alerts that alerts_v2 has and never lists.
   */
  alertSources: ["endpoint", "mixed", "lossy"],
  /** Whether the legacy alert API answers: always, never, or until a day, which is the first without it (UTC). */
  legacyAlertApi: ["on", "off", "<day>"],
  /** Whether detection rules show their last run: always, never, or until a day, which is the first without it (UTC). */
  runDetails: ["on", "off", "<day>"],
  /** Whether the queries of custom detection rules run; `fail`: the service turns the enabled rules off. */
  detectionRuns: ["complete", "fail"],
  /** Whether detection rules have quotas: 10 lists and 10 creates a minute. */
  detectionQuotas: ["off", "on"],
  /** How long writes take until each replica has them, where the server has no profile of its own. */
  replicas: replicaProfiles,
} as const;

export type SwitchName = keyof typeof switches;

/** The collection of set switches, each an object with its name as ID. */
const collection = "sandboxSwitches";

/** The current value of a switch. */
export function switchValue(tenant: Tenant, name: SwitchName): string {
  const value = tenant.objects(collection).get(name)?.["value"];
  return typeof value === "string" ? value : switches[name][0];
}

/** All switches with their current values. */
export function switchValues(tenant: Tenant): Record<SwitchName, string> {
  const names = Object.keys(switches) as SwitchName[];
  return Object.fromEntries(names.map((name) => [name, switchValue(tenant, name)])) as Record<SwitchName, string>;
}

/**
 * Sets all given switches, or none if one is invalid. The caller calls `cloud.changed()`. Throws
 * `VisibleError`.
 */
export function setSwitches(tenant: Tenant, wanted: Readonly<Record<string, string>>): void {
  const checked = Object.entries(wanted).map(([name, value]) => [switchName(name), value.toLowerCase()] as const);
  for (const [name, value] of checked) checkValue(name, value);
  for (const [name, value] of checked) {
    // A default value is not stored: a tenant without set switches equals a new one.
    if (value === switches[name][0]) tenant.objects(collection).delete(name);
    else tenant.objects(collection).set(name, { id: name, value });
  }
}

/** The longest lifetime of a client secret in days: 0 if forbidden, Infinity if unlimited. */
export function longestSecretDays(tenant: Tenant): number {
  const value = switchValue(tenant, "clientSecrets");
  if (value === "on") return Infinity;
  return value === "off" ? 0 : Number(value);
}

/** Whether the tenant has Microsoft Entra ID P2, which privileged identity management and others need. */
export function hasEntraP2(tenant: Tenant): boolean {
  return ["p2", "governance"].includes(switchValue(tenant, "entraLicence"));
}

/** Whether something is off at a time of the sandbox's clock: its day ends it, that of unified RBAC begins it. */
export function isSwitchedOff(
  tenant: Tenant,
  name: "legacyAlertApi" | "unifiedRbac" | "runDetails",
  now: Date,
): boolean {
  const value = switchValue(tenant, name);
  if (value === "on" || value === "off") return value === "off";
  return name === "unifiedRbac" ? dateOf(now) < value : dateOf(now) >= value;
}

/** Whether users can answer a request for multifactor authentication. */
export function canAnswerMfa(tenant: Tenant, now: Date): boolean {
  const value = switchValue(tenant, "mfa");
  return value === "on" || (value === "sms" && !hasBegun("sms-voice", now));
}

function switchName(name: string): SwitchName {
  const found = (Object.keys(switches) as SwitchName[]).find((known) => known.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new VisibleError(`The sandbox has no switch "${name}". There are ${Object.keys(switches).join(", ")}.`);
}

function checkValue(name: SwitchName, value: string): void {
  const values: readonly string[] = switches[name];
  if (values.includes(value) && !value.startsWith("<")) return;
  if (values.includes("<days>") && /^[1-9]\d{0,3}$/.test(value)) return;
  if (values.includes("<day>") && isDay(value)) return;
  throw new VisibleError(`The switch ${name} can't be "${value}"; it can be ${values.join(", ")}.`);
}

/** `YYYY-MM-DD`, a day of the calendar. */
function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && new Date(text).toString() !== "Invalid Date";
}
