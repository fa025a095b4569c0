/** How analysts get into the customer's Defender portal: `portalAccess`. */
import {
  isDefenderAction,
  portalAccessRoles,
  tierNames,
  tiers,
  type PortalAccessRole,
  type Tier,
} from "@defender-mssp/microsoft";
import * as z from "zod/mini";
import { directoryNameLimit } from "./naming";
import { shown, valueAt, type SettingProblem } from "./problems";
import { domainRule, emailRule, listOf, mapOf, nameRule, oneOf, text, wholeNumber } from "./validators";

/** A group of analysts and what its members may do in Defender. */
export interface TierSettings {
  /** The group's display name. */
  readonly name: string;
  /** Actions of Defender's unified RBAC; the tier's usual ones where this is not set. */
  readonly permissions?: readonly string[];
}
export type Tiers = Readonly<Record<Tier, TierSettings>>;

export const reviewIntervals = ["month", "quarter", "halfYear", "year"] as const;
export type ReviewInterval = (typeof reviewIntervals)[number];

export type PortalAccessSettings =
  /** A directory role of Entra's. */
  | { readonly model: "basic"; readonly role: PortalAccessRole; readonly assignTo: "group" | "guests" }
  /** A group for each tier, with a role of Defender's unified RBAC. */
  | { readonly model: "rbac"; readonly tiers: Tiers }
  /** Access packages, which the MSSP's people request for themselves. */
  | {
      readonly model: "entitlement";
      readonly tiers: Tiers;
      /** The customer's people who approve who may approve: e-mail addresses or user principal names. */
      readonly approvers: readonly string[];
      /** Days after which access ends unless it is requested again. */
      readonly expiresAfterDays: number;
      readonly reviewEvery: ReviewInterval;
      /** What tells that somebody is of the MSSP's: its tenant, or a domain. */
      readonly identitySource: { readonly tenantId: string } | { readonly domain: string };
    };

export type PortalAccessModel = PortalAccessSettings["model"];
const models = ["basic", "rbac", "entitlement"] as const satisfies readonly PortalAccessModel[];

/** Which keys go with which model; `model` goes with each. */
const keysOfModel: Readonly<Record<PortalAccessModel, readonly string[]>> = {
  basic: ["role", "assignTo"],
  rbac: ["tiers"],
  entitlement: ["tiers", "approvers", "expiresAfterDays", "reviewEvery", "identitySource"],
};

const tier = mapOf("a tier: name, permissions", {
  name: z.optional(nameRule("the group's name", directoryNameLimit)),
  permissions: z.optional(
    listOf(
      "a list of up to 100 actions of Defender's unified RBAC ([] for none)",
      text("an action such as microsoft.xdr/secops/securitydata/read", isDefenderAction),
      { most: 100 },
    ),
  ),
});

const portalAccess = mapOf("basic, rbac or entitlement, or a map with model and what goes with it", {
  model: oneOf("how analysts get into the portal", models),
  role: z.optional(oneOf("the directory role", portalAccessRoles)),
  assignTo: z.optional(oneOf("who gets the directory role", ["group", "guests"])),
  tiers: z.optional(
    mapOf("a map of tiers: tier1, tier2, approvers", {
      tier1: z.optional(tier),
      tier2: z.optional(tier),
      approvers: z.optional(tier),
    }),
  ),
  approvers: z.optional(
    listOf("a list of 1 to 10 people of the customer's, by e-mail address or user principal name", emailRule(), {
      least: 1,
      most: 10,
    }),
  ),
  expiresAfterDays: z.optional(wholeNumber("days until access ends", { most: 3660 })),
  reviewEvery: z.optional(oneOf("how often access is reviewed", reviewIntervals)),
  identitySource: z.optional(
    z.union([z.literal("tenant"), mapOf("", { domain: domainRule("a domain of the MSSP's") })], {
      error: "tenant, or a map with the domain of the MSSP's people: { domain: mssp.example }",
    }),
  ),
});

export const portalAccessSettings = { portalAccess: z.optional(portalAccess) };

/** A model alone is short for a map with it; without a word it is `rbac`. */
export function portalAccessMap(raw: unknown): unknown {
  return typeof raw === "string" ? { model: raw } : raw;
}

export function portalAccessFrom(
  checked: z.infer<typeof portalAccess> | undefined,
  msspTenantId: string,
): PortalAccessSettings {
  const access: Partial<z.infer<typeof portalAccess>> = checked ?? {};
  const model = access.model ?? "rbac";
  if (model === "basic") return { model, role: access.role ?? "Security Reader", assignTo: access.assignTo ?? "group" };
  const tiers = tiersFrom(access.tiers);
  if (model === "rbac") return { model, tiers };
  const { identitySource = "tenant" } = access;
  return {
    model,
    tiers,
    approvers: access.approvers ?? [],
    expiresAfterDays: access.expiresAfterDays ?? 365,
    reviewEvery: access.reviewEvery ?? "year",
    identitySource: identitySource === "tenant" ? { tenantId: msspTenantId } : identitySource,
  };
}

function tiersFrom(named: z.infer<typeof portalAccess>["tiers"]): Tiers {
  const one = (key: Tier): TierSettings => ({ ...named?.[key], name: named?.[key]?.name ?? tierNames[key] });
  return { tier1: one("tier1"), tier2: one("tier2"), approvers: one("approvers") };
}

/** What several keys make together. */
export function portalAccessProblems(
  raw: Readonly<Record<string, unknown>>,
  secrets: ReadonlySet<string>,
): SettingProblem[] {
  const access = raw["portalAccess"];
  const model = valueAt(access, ["model"]) ?? "rbac";
  if (!models.includes(model as PortalAccessModel)) return [];
  const secret = secrets.has("portalAccess");
  return [
    ...foreignKeys(access, model as PortalAccessModel, secret),
    ...(model === "entitlement" ? entitlementProblems(raw, access, secrets) : []),
    ...sameNames(access, secret),
  ];
}

function foreignKeys(access: unknown, model: PortalAccessModel, secret: boolean): SettingProblem[] {
  const others = [...new Set(Object.values(keysOfModel).flat())].filter((key) => !keysOfModel[model].includes(key));
  return others.flatMap((key) => {
    const value = valueAt(access, [key]);
    if (value === undefined) return [];
    const goesWith = models.filter((one) => keysOfModel[one].includes(key)).join(" or ");
    return [{ key: `portalAccess.${key}`, seen: shown(value, secret), allowed: `only with the model ${goesWith}` }];
  });
}

function entitlementProblems(
  raw: Readonly<Record<string, unknown>>,
  access: unknown,
  secrets: ReadonlySet<string>,
): SettingProblem[] {
  const problems: SettingProblem[] = [];
  if (valueAt(access, ["approvers"]) === undefined) {
    const allowed = "a list of 1 to 10 people of the customer's who approve the MSSP's approvers";
    problems.push({ key: "portalAccess.approvers", seen: "(not set)", allowed });
  }
  const analysts = raw["analysts"];
  if (Array.isArray(analysts) && analysts.length > 0) {
    const allowed = "[] with the model entitlement: nobody is invited, the MSSP's people request an access package";
    problems.push({ key: "analysts", seen: shown(analysts, secrets.has("analysts")), allowed });
  }
  return problems;
}

/** Two groups of one name are two that nobody can tell apart. */
function sameNames(access: unknown, secret: boolean): SettingProblem[] {
  const names = tiers.map((key) => {
    const name = valueAt(access, ["tiers", key, "name"]);
    return typeof name === "string" ? name : tierNames[key];
  });
  return names.flatMap((name, index) => {
    const first = names.findIndex((other) => other.toLowerCase() === name.toLowerCase());
    if (first === index) return [];
    const allowed = `a name of its own: ${tiers[first]} has this one`;
    return [{ key: `portalAccess.tiers.${tiers[index]}.name`, seen: shown(name, secret), allowed }];
  });
}
