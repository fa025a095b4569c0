/**
 * What a stack's part of a partner's configuration is: how it is put into an entry that has other
 * values, and how it is taken out again. Pure: `crossTenantPartner.ts` makes the calls.
 */
import { isDeepStrictEqual } from "node:util";
import { VisibleError } from "@defender-mssp/errors";
import type {
  AccessConfiguration,
  AccessPartner,
  AccessProperty,
  AccessTargets,
  B2BSetting,
} from "../graph/crossTenantAccess";

/** The parts that the settings may name. What is undefined is left alone. */
export type PartnerPart = {
  readonly isMfaAccepted?: boolean;
  readonly isCompliantDeviceAccepted?: boolean;
  readonly isHybridAzureADJoinedDeviceAccepted?: boolean;
  /** Accepts the invitation for the partner's users, if the partner's tenant does so, too. */
  readonly inboundConsentAllowed?: boolean;
  /** Object ID of the only group of the partner's tenant whose members may come as guests. */
  readonly limitToGroup?: string;
  /** Application ID of the only application that they may use. */
  readonly limitToApplication?: string;
};

type Members = Readonly<Record<string, unknown>>;

/** How one property was before the stack changed it. */
export interface PropertyRecord {
  /** Null: it inherited the tenant's default. */
  readonly before: Members | null;
  /** Members that the stack sets. */
  readonly members: readonly string[];
  /** The other members that were written with them, because a null property has none. */
  readonly filled: Members;
}

export type PartnerRecord = Readonly<Partial<Record<AccessProperty, PropertyRecord>>>;

export const accessProperties: readonly AccessProperty[] = [
  "inboundTrust",
  "automaticUserConsentSettings",
  "b2bCollaborationInbound",
];

/** The entry that the settings ask for, and how to take the stack's part out of it. */
export interface PartnerPlan {
  /** Properties to write, each as a whole. */
  readonly values: Partial<Record<AccessProperty, Members | null>>;
  readonly record: PartnerRecord;
}

/**
 * @param current the entry as it is; undefined if there is none.
 * @param record of the stack's last change; empty before the first.
 * @param interrupted of a change that landed, and that the state does not know.
 * @throws VisibleError if the settings and the entry, or the tenant's default, exclude each other.
 */
export function planPartner(
  part: PartnerPart,
  current: AccessPartner | undefined,
  defaults: AccessConfiguration,
  record: PartnerRecord,
  interrupted: PartnerRecord = {},
): PartnerPlan {
  let base: Partial<AccessPartner> = { ...current };
  for (const change of [record, interrupted])
    base = { ...base, ...planRemoval(base as AccessPartner, defaults, change) };
  const wanted = membersOf(part);
  const values: Partial<Record<AccessProperty, Members | null>> = {};
  const next: Partial<Record<AccessProperty, PropertyRecord>> = {};
  for (const property of accessProperties) {
    const members = wanted[property];
    if (members === undefined && record[property] === undefined) continue;
    const before = valueOf(base[property]);
    let value = before;
    if (members !== undefined) {
      if (property === "b2bCollaborationInbound") checkLimits(members, before, valueOf(defaults[property]));
      const filled = without(before ?? fallback(property, defaults), Object.keys(members));
      value = { ...filled, ...members };
      next[property] = { before, members: Object.keys(members), filled };
    }
    if (!isDeepStrictEqual(value, valueOf(current?.[property]))) values[property] = value;
  }
  return { values, record: next };
}

/**
 * How a stack's part is taken out of an entry that it has not been put into yet: as `planPartner`
 * records it.
 *
 * @param found the properties before the first change: `configurationIn`.
 */
export function recordFrom(
  part: PartnerPart,
  found: AccessConfiguration,
  defaults: AccessConfiguration,
): PartnerRecord {
  return planPartner(part, found as AccessPartner, defaults, {}).record;
}

/** The properties of an entry that a stack may change. */
export function configurationIn(entry: Partial<AccessConfiguration>): AccessConfiguration {
  const { inboundTrust = null, automaticUserConsentSettings = null, b2bCollaborationInbound = null } = entry;
  return { inboundTrust, automaticUserConsentSettings, b2bCollaborationInbound };
}

/** What to write so that the entry is as if the stack had never changed it. */
export function planRemoval(
  current: AccessPartner,
  defaults: AccessConfiguration,
  record: PartnerRecord,
): Partial<Record<AccessProperty, Members | null>> {
  const values: Partial<Record<AccessProperty, Members | null>> = {};
  for (const property of accessProperties) {
    const change = record[property];
    const now = valueOf(current[property]);
    // Somebody has set it to inherit since: that stays.
    if (change === undefined || now === null) continue;
    const { before, members, filled } = change;
    const others = without(now, members);
    if (before === null && isDeepStrictEqual(others, filled)) values[property] = null;
    else {
      const source: Members = before ?? fallback(property, defaults);
      const restored = Object.fromEntries(members.map((name) => [name, source[name] ?? null]));
      values[property] = { ...others, ...restored };
    }
  }
  return values;
}

/** Whether an entry says nothing any more: every value is inherited, and nobody has added one. */
export function isEmptyPartner(partner: Readonly<Record<string, unknown>>): boolean {
  const flags = ["isServiceProvider", "isInMultiTenantOrganization"];
  return Object.entries(partner).every(
    ([name, value]) =>
      name === "tenantId" ||
      name.startsWith("@odata.") ||
      isNothing(value) ||
      (flags.includes(name) && value === false),
  );
}

/** The stack's part as an entry has it. A member that has another form is undefined. */
export function partIn(current: AccessConfiguration, part: PartnerPart): PartnerPart {
  const trust = current.inboundTrust ?? {};
  const limits: B2BSetting = current.b2bCollaborationInbound ?? {};
  const found: Readonly<Record<keyof PartnerPart, boolean | string | null | undefined>> = {
    isMfaAccepted: trust.isMfaAccepted,
    isCompliantDeviceAccepted: trust.isCompliantDeviceAccepted,
    isHybridAzureADJoinedDeviceAccepted: trust.isHybridAzureADJoinedDeviceAccepted,
    inboundConsentAllowed: current.automaticUserConsentSettings?.inboundAllowed,
    limitToGroup: onlyTarget(limits.usersAndGroups, "group"),
    limitToApplication: onlyTarget(limits.applications, "application"),
  };
  const named = Object.entries(found).filter(
    ([name, value]) => part[name as keyof PartnerPart] !== undefined && value !== undefined && value !== null,
  );
  return Object.fromEntries(named);
}

function membersOf(part: PartnerPart): Partial<Record<AccessProperty, Members>> {
  const { isMfaAccepted, isCompliantDeviceAccepted, isHybridAzureADJoinedDeviceAccepted } = part;
  const { inboundConsentAllowed: inboundAllowed, limitToGroup, limitToApplication } = part;
  const properties = {
    inboundTrust: defined({ isMfaAccepted, isCompliantDeviceAccepted, isHybridAzureADJoinedDeviceAccepted }),
    automaticUserConsentSettings: defined({ inboundAllowed }),
    b2bCollaborationInbound: defined({
      usersAndGroups: limitToGroup && only(limitToGroup, "group"),
      applications: limitToApplication && only(limitToApplication, "application"),
    }),
  };
  return Object.fromEntries(Object.entries(properties).filter(([, members]) => Object.keys(members).length > 0));
}

function only(target: string, targetType: "group" | "application"): AccessTargets {
  return { accessType: "allowed", targets: [{ target, targetType }] };
}

function onlyTarget(side: AccessTargets | null | undefined, targetType: string): string | undefined {
  const [first, ...others] = side?.targets ?? [];
  return side?.accessType === "allowed" && first?.targetType === targetType && others.length === 0
    ? first.target
    : undefined;
}

const sides = {
  usersAndGroups: { all: "AllUsers", words: "users", setting: "limitToGroup" },
  applications: { all: "AllApplications", words: "applications", setting: "limitToDefenderPortal" },
} as const;

/**
 * A limit of the customer's is never replaced, and Entra blocks all users exactly where it blocks
 * all applications.
 */
function checkLimits(members: Members, before: Members | null, defaults: Members | null): void {
  for (const [side, { all, words, setting }] of Object.entries(sides)) {
    const wanted = members[side];
    const own = before?.[side] as AccessTargets | undefined;
    if (wanted !== undefined && own !== undefined && !isAllowedFor(own, all) && !isDeepStrictEqual(own, wanted)) {
      throw new VisibleError(
        `The partner entry already limits B2B collaboration to certain ${words}, which this stack did not set. ` +
          `It is not replaced: remove crossTenantTrust.${setting}, or let the customer's administrator remove that limit.`,
      );
    }
    const inherited = (own ?? defaults?.[side]) as AccessTargets | undefined;
    if (wanted === undefined && inherited?.accessType === "blocked" && hasTarget(inherited, all)) {
      throw new VisibleError(
        `The tenant blocks all ${words} of other tenants, and Entra blocks users and applications together: ` +
          `set crossTenantTrust.${setting}, too.`,
      );
    }
  }
}

function isAllowedFor(side: AccessTargets, all: string): boolean {
  return side.accessType === "allowed" && hasTarget(side, all);
}

function hasTarget({ targets }: AccessTargets, all: string): boolean {
  return targets.some(({ target }) => target === all);
}

/** The members of a property that inherits, by the tenant's default. */
function fallback(property: AccessProperty, defaults: AccessConfiguration): Members {
  const everyone: Readonly<Record<AccessProperty, Members>> = {
    inboundTrust: {},
    automaticUserConsentSettings: {},
    b2bCollaborationInbound: {
      usersAndGroups: { accessType: "allowed", targets: [{ target: "AllUsers", targetType: "user" }] },
      applications: { accessType: "allowed", targets: [{ target: "AllApplications", targetType: "application" }] },
    },
  };
  return { ...everyone[property], ...valueOf(defaults[property]) };
}

/** Null also where each member is null: Graph shows some inherited properties so. */
function valueOf(value: unknown): Members | null {
  return isNothing(value) ? null : (value as Members);
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === "object" && !Array.isArray(value) && Object.values(value).every(isNothing);
}

function without(value: Members, names: readonly string[]): Members {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

function defined(value: Members): Members {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}
