/** Access of analysts to the customer's Defender portal: `portalAccess`. */
import {
  isDefenderAction,
  portalAccessRoles,
  tierNames,
  tiers,
  type PortalAccessRole,
  type Tier,
} from "@defender-mssp/microsoft";
import * as z from "zod/mini";
import { governanceFrom, governanceKeys, governanceProblems, type GovernanceSettings } from "./governance";
import { directoryNameLimit, groupNameInDirectory, securityGroupName } from "../domain/naming";
import { SettingPlace } from "./place";
import { optional, required } from "./setting";
import { domainName, emailAddress, listOf, mapOf, displayName, oneOf, text, wholeNumber } from "./validators";

/** A group of analysts and what its members may do in Defender. */
export interface TierSettings {
  /** The group's display name. */
  readonly name: string;
  /** Actions of Defender's unified RBAC. Default: those of the tier. */
  readonly permissions?: readonly string[];
}
export type Tiers = Readonly<Record<Tier, TierSettings>>;

export const reviewIntervals = ["month", "quarter", "halfYear", "year"] as const;
export type ReviewIntervalSetting = (typeof reviewIntervals)[number];

/** Just-in-time access: analysts are eligible members and activate for some hours. */
export interface ActivationSettings {
  /** The longest activation, 1 to 8 hours. */
  readonly hours: number;
  /**
   * Who approves an activation in tier 2: the members of the MSSP's approvers' group, or people of
   * the customer. Default: nobody needs to.
   */
  readonly tier2Approval?: "approvers" | "customer";
  /** Those people of the customer: e-mail addresses or user principal names. */
  readonly approvers?: readonly string[];
}

/** Membership is standing unless `activation` is set. */
interface Activated {
  readonly activation?: ActivationSettings;
}

export type PortalAccessSettings =
  /** A directory role of Entra. */
  | ({ readonly model: "basic"; readonly role: PortalAccessRole; readonly assignTo: "group" | "guests" } & Activated)
  /** A group for each tier, with a role of Defender's unified RBAC. */
  | ({ readonly model: "rbac"; readonly tiers: Tiers } & Activated)
  /** Access packages, which the MSSP's users request. */
  | {
      readonly model: "entitlement";
      readonly tiers: Tiers;
      /**
       * The customer's users who decide on the approvers: e-mail addresses or user principal names.
       */
      readonly approvers: readonly string[];
      /** Days after which access ends unless it is requested again. */
      readonly expiresAfterDays: number;
      readonly reviewEvery: ReviewIntervalSetting;
      /** The MSSP's identity source: its tenant or a domain. */
      readonly identitySource: { readonly tenantId: string } | { readonly domain: string };
    }
  /** Roles of the MSSP's own groups, by a governance relationship. */
  | GovernanceSettings;

export type PortalAccessModelName = PortalAccessSettings["model"];
const models = ["basic", "rbac", "entitlement", "governance"] as const satisfies readonly PortalAccessModelName[];

/** The keys of each model, besides `model`. */
const keysOfModel: Readonly<Record<PortalAccessModelName, readonly string[]>> = {
  basic: ["role", "assignTo", "activation"],
  rbac: ["tiers", "activation"],
  entitlement: ["tiers", "approvers", "expiresAfterDays", "reviewEvery", "identitySource"],
  governance: ["groups", "provisionConnector"],
};

const tier = mapOf("a tier: name, permissions", {
  name: optional(displayName("the group's name", directoryNameLimit), {
    description: "Display name of the tier's group.",
    default: "Microsoft's name for the tier",
    example: "SOC Tier 1",
  }),
  permissions: optional(
    listOf(
      "a list of up to 100 actions of Defender's unified RBAC ([] for none)",
      text("an action such as microsoft.xdr/secops/securitydata/read", isDefenderAction),
      { most: 100 },
    ),
    {
      description: "Actions of Defender's unified RBAC that the group's role allows.",
      default: "the tier's actions in `npx mssp docs portal-access`",
      example: "[microsoft.xdr/secops/securitydata/read]",
    },
  ),
});

const oneTier = (key: Tier) =>
  optional(tier, {
    description: `Group and role of ${tierNames[key]}.`,
    default: "its usual name and permissions",
    example: "{ name: SOC }",
  });

/** Microsoft, "PIM for Groups API overview": an activation lasts eight hours at most. */
const longestActivation = 8;
const customerApprovers = "a list of 1 to 10 people of the customer, by e-mail address or user principal name";

const activation = mapOf("a map with hours and tier2Approval", {
  hours: optional(wholeNumber("hours until an activation ends", { most: longestActivation }), {
    description: `Hours after which an activation ends, 1 to ${longestActivation}.`,
    default: `\`${longestActivation}\``,
    example: "4",
  }),
  tier2Approval: optional(
    z.union([z.literal("approvers"), listOf(customerApprovers, emailAddress(), { least: 1, most: 10 })], {
      error: `approvers, or ${customerApprovers}`,
    }),
    {
      description:
        "Who approves each activation in tier 2: `approvers`, the active members of the MSSP's approvers' group, or people of the customer. " +
        "Only with the model `rbac`.",
      default: "no approval",
      example: "[security.admin@contoso.com]",
    },
  ),
});

const portalAccess = mapOf("basic, rbac, entitlement or governance, or a map with model and the keys of that model", {
  model: required(oneOf("how analysts get access to the portal", models), {
    description:
      "`basic`: a directory role. `rbac`: for each tier a group and a role of Defender's unified RBAC. `entitlement`: access packages. " +
      "`governance`: a governance relationship of Microsoft Entra, never tried on a tenant; `up` creates no guests and no groups.",
    example: "rbac",
  }),
  role: optional(oneOf("the directory role", portalAccessRoles), {
    description: "Directory role of the analysts. Only with the model `basic`.",
    default: "`Security Reader`",
    example: "Security Operator",
  }),
  assignTo: optional(oneOf("who gets the directory role", ["group", "guests"]), {
    description:
      "Assigns the directory role to the analysts' group, which requires Microsoft Entra ID P1, or to each guest. Only with the model `basic`.",
    default: "`group`",
    example: "guests",
  }),
  tiers: optional(
    mapOf("a map of tiers: tier1, tier2, approvers", {
      tier1: oneTier("tier1"),
      tier2: oneTier("tier2"),
      approvers: oneTier("approvers"),
    }),
    {
      description: "Names and permissions of the tiers. Only with the models `rbac` and `entitlement`.",
      default: "Microsoft's tiers",
      example: "{ tier1: { name: SOC Tier 1 } }",
    },
  ),
  activation: optional(
    z.union([z.literal("standing"), z.literal("justInTime"), activation], {
      error: "standing, justInTime, or a map with hours and tier2Approval",
    }),
    {
      description:
        "`standing`: analysts are members of their groups. `justInTime`, or a map: analysts are eligible members and activate with MFA and " +
        "a justification (Privileged Identity Management, which requires Microsoft Entra ID P2 or ID Governance). Only with the models `basic`, " +
        "assigned to the group, and `rbac`.",
      default: "`standing`",
      example: "{ hours: 4, tier2Approval: approvers }",
    },
  ),
  approvers: optional(
    listOf("a list of 1 to 10 people of the customer, by e-mail address or user principal name", emailAddress(), {
      least: 1,
      most: 10,
    }),
    {
      description:
        "People of the customer who approve requests for the MSSP's approvers package. Required with the model `entitlement`.",
      default: "none",
      example: "[security.admin@contoso.com]",
    },
  ),
  expiresAfterDays: optional(wholeNumber("days until access ends", { most: 3660 }), {
    description: "Days after which access ends unless it is requested again. Only with the model `entitlement`.",
    default: "`365`",
    example: "180",
  }),
  reviewEvery: optional(oneOf("how often access is reviewed", reviewIntervals), {
    description: "Interval of access reviews. Only with the model `entitlement`.",
    default: "`year`",
    example: "quarter",
  }),
  identitySource: optional(
    z.union(
      [
        z.literal("tenant"),
        mapOf("", {
          domain: required(domainName("a domain of the MSSP"), {
            description: "Domain of the MSSP's users, instead of its tenant.",
            example: "mssp.example",
          }),
        }),
      ],
      { error: "tenant, or a map with the domain of the MSSP's users: { domain: mssp.example }" },
    ),
    {
      description:
        "Identifies the MSSP's users in the connected organization, by tenant or by domain. Only with the model `entitlement`.",
      default: "`tenant`",
      example: "{ domain: mssp.example }",
    },
  ),
  ...governanceKeys,
});

export const portalAccessSettings = {
  portalAccess: optional(portalAccess, {
    description: "How analysts get access to the Defender portal: a model, or a map with `model` and the model's keys.",
    default: "`rbac`",
    example: "{ model: basic, role: Security Operator }",
  }),
};

/** A string is short for a map with that model. Default: `rbac`. */
export function portalAccessMap(raw: unknown): unknown {
  return typeof raw === "string" ? { model: raw } : raw;
}

export function portalAccessFrom(
  checked: z.infer<typeof portalAccess> | undefined,
  msspTenantId: string,
): PortalAccessSettings {
  const access: Partial<z.infer<typeof portalAccess>> = checked ?? {};
  const model = access.model ?? "rbac";
  if (model === "governance") return governanceFrom(access);
  const activated = activationFrom(access.activation);
  if (model === "basic") {
    return { model, role: access.role ?? "Security Reader", assignTo: access.assignTo ?? "group", ...activated };
  }
  const tiers = tiersFrom(access.tiers);
  if (model === "rbac") return { model, tiers, ...activated };
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

function activationFrom(checked: z.infer<typeof portalAccess>["activation"]): Activated {
  if (checked === undefined || checked === "standing") return {};
  const { hours = longestActivation, tier2Approval } = checked === "justInTime" ? {} : checked;
  if (tier2Approval === undefined) return { activation: Object.freeze({ hours }) };
  const approval =
    tier2Approval === "approvers"
      ? ({ tier2Approval } as const)
      : ({ tier2Approval: "customer", approvers: tier2Approval } as const);
  return { activation: Object.freeze({ hours, ...approval }) };
}

function tiersFrom(named: z.infer<typeof portalAccess>["tiers"]): Tiers {
  const one = (key: Tier): TierSettings => ({ ...named?.[key], name: named?.[key]?.name ?? tierNames[key] });
  return { tier1: one("tier1"), tier2: one("tier2"), approvers: one("approvers") };
}

/** Problems between several keys. */
export function portalAccessProblems(settings: SettingPlace): void {
  const access = settings.at("portalAccess");
  const model = access.at("model").oneOf(models, "rbac");
  if (model === undefined) return;
  access.refuseKeysOfOthers("model", model, keysOfModel);
  if (model === "entitlement") entitlementProblems(settings);
  if (model === "governance") governanceProblems(settings);
  if (model === "basic" || model === "rbac") activationProblems(settings, model);
  groupNameProblems(settings);
}

/**
 * Names of groups are unique in the tenant. Two groups that are created at once would evade the
 * provider's check.
 */
function groupNameProblems(settings: SettingPlace): void {
  const names = tiers.map((key) => settings.at("portalAccess", "tiers", key, "name"));
  SettingPlace.refuseRepeated(
    names,
    (first) => `a name of its own: ${tiers[first]} has this one`,
    tiers.map((key) => tierNames[key]),
    groupNameInDirectory,
  );
  const msspName = settings.at("msspName").text;
  if (msspName === undefined) return;
  const comparable = (name: string) => groupNameInDirectory(name).toLowerCase();
  for (const name of names) {
    if (name.text !== undefined && comparable(name.text) === comparable(securityGroupName(msspName))) {
      name.refuse("another name than that of the group of all analysts, <msspName> MSSP Analysts");
    }
  }
}

function activationProblems(settings: SettingPlace, model: "basic" | "rbac"): void {
  const place = settings.at("portalAccess", "activation");
  if (!place.isSet || place.value === "standing") return;
  if (settings.at("portalAccess", "assignTo").value === "guests") {
    place.refuse("only with assignTo group: a guest is an eligible member of the group that has the directory role");
  }
  const approval = place.at("tier2Approval");
  if (model === "basic" && approval.isSet) approval.refuse("only with the model rbac, which has tiers");
  const omitted = settings.at("adopted", "omit").items(100);
  if (approval.value === "approvers" && omitted.some(({ value }) => value === "approvers")) {
    approval.refuse("people of the customer: adopted.omit leaves out the group of the MSSP's approvers");
  }
  for (const one of settings.at("adopted", "objects").items(1100)) {
    if (!isMembersGroup(one.at("resource").text, model)) continue;
    place.refuse(
      "standing as long as adopted.objects has the group: its policy was not made by this stack",
      shownGroup(one),
    );
  }
}

/** Whether an adopted resource is a group whose members would be eligible. */
function isMembersGroup(resource: string | undefined, model: "basic" | "rbac"): boolean {
  const names = model === "basic" ? ["analysts"] : tiers;
  return names.some((name) => resource?.endsWith(`-access-${name}-group`) === true);
}

function shownGroup(one: SettingPlace): string {
  return `set, and ${one.at("resource").text ?? ""} is adopted`;
}

function entitlementProblems(settings: SettingPlace): void {
  const approvers = settings.at("portalAccess", "approvers");
  if (!approvers.isSet) {
    approvers.refuse("a list of 1 to 10 people of the customer who approve requests for the MSSP's approvers package");
  }
  const analysts = settings.at("analysts");
  if (analysts.items(Infinity).length > 0) {
    analysts.refuse("[] with the model entitlement: nobody is invited; the MSSP's users request an access package");
  }
}
