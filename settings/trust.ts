/** Trust of the MSSP's tenant: `crossTenantTrust` and `conditionalAccess`. */
import {
  authenticationStrengths,
  type AuthenticationStrength,
  type CrossTenantTrust,
  type MsspConditionalAccess,
} from "@defender-mssp/microsoft";
import type * as z from "zod/mini";
import { SettingPlace } from "./place";
import { optional, required } from "./setting";
import { mapOf, oneOf, switchOf, uuid, wholeNumber } from "./validators";

const modes = ["report", "enforce"] as const;
const strengths = Object.keys(authenticationStrengths) as AuthenticationStrength[];

const crossTenantTrust = mapOf("a map with mfa, compliantDevice or another key of crossTenantTrust", {
  mfa: optional(switchOf("whether multifactor authentication in the MSSP's tenant counts"), {
    description:
      "Trusts multifactor authentication of the MSSP's tenant, so that analysts need not register in the customer's.",
    default: "left as it is",
    example: "true",
  }),
  compliantDevice: optional(switchOf("whether a compliant device of the MSSP counts as compliant"), {
    description: "Trusts the MSSP's device compliance.",
    default: "left as it is",
    example: "true",
  }),
  hybridJoinedDevice: optional(switchOf("whether a hybrid joined device of the MSSP counts as such"), {
    description: "Trusts the MSSP's Microsoft Entra hybrid joined devices.",
    default: "left as it is",
    example: "false",
  }),
  automaticConsent: optional(switchOf("whether invitations are accepted without asking"), {
    description:
      "Accepts invitations without asking the invited people. The MSSP's tenant must allow it, too; the output `nextSteps` says where.",
    default: "left as it is",
    example: "true",
  }),
  limitToGroup: optional(uuid("the object ID of a group in the MSSP's tenant"), {
    description:
      "Object ID of the analysts' group in the MSSP's own tenant. Nobody else of that tenant can be a guest of the customer then.",
    default: "no limit is set",
    example: "77777777-8888-9999-0000-111111111111",
  }),
  limitToDefenderPortal: optional(switchOf("whether the MSSP's people may use the Defender portal only"), {
    description:
      "Lets people of the MSSP's tenant use the Defender portal only (with Purview and Intune, which share its " +
      "application). It closes every other application to them.",
    default: "no limit is set",
    example: "true",
  }),
});

const conditionalAccess = mapOf("report or enforce, or a map with mode", {
  mode: required(oneOf("whether the policy is enforced", modes), {
    description: "`report`: the policy only reports what it would do. `enforce`: it is on.",
    example: "report",
  }),
  strength: optional(oneOf("the authentication strength", strengths), {
    description: "Built-in authentication strength that the policy requires.",
    default: "multifactor",
    example: "phishingResistant",
  }),
  compliantDevice: optional(switchOf("whether a compliant device is required"), {
    description: "Requires a compliant device, too. Only with `crossTenantTrust.compliantDevice`.",
    default: "not required",
    example: "true",
  }),
  signInFrequencyHours: optional(wholeNumber("hours until people sign in again", { most: 23 }), {
    description: "Hours after which people of the MSSP's tenant sign in again.",
    default: "the tenant's",
    example: "8",
  }),
});

export const trustSettings = {
  crossTenantTrust: optional(crossTenantTrust, {
    description:
      "What the customer's tenant trusts of the MSSP's tenant: its entry in the cross-tenant access policy. Only the " +
      "keys that are set are changed. Requires Microsoft Entra ID P1, except for `automaticConsent` alone; see `npx mssp docs trust`.",
    default: "nothing is changed",
    example: "{ mfa: true, compliantDevice: true }",
  }),
  conditionalAccess: optional(conditionalAccess, {
    description:
      "The customer's own Conditional Access policy for people of the MSSP's tenant: `report`, `enforce`, or a map " +
      "with `mode`. It never includes anybody else. Requires Microsoft Entra ID P1; see `npx mssp docs trust`.",
    default: "none",
    example: "{ mode: report }",
  }),
};

/** A string is short for a map with that mode. */
export function conditionalAccessMap(raw: unknown): unknown {
  return typeof raw === "string" ? { mode: raw } : raw;
}

export function crossTenantTrustFrom(
  checked: z.infer<typeof crossTenantTrust> | undefined,
): CrossTenantTrust | undefined {
  if (checked === undefined) return undefined;
  const { limitToGroup, ...rest } = checked;
  return Object.freeze(limitToGroup === undefined ? rest : { ...rest, limitToGroup: limitToGroup.toLowerCase() });
}

export function conditionalAccessFrom(
  checked: z.infer<typeof conditionalAccess> | undefined,
): MsspConditionalAccess | undefined {
  if (checked === undefined) return undefined;
  const { mode, strength = "multifactor", compliantDevice = false, ...rest } = checked;
  return Object.freeze({ mode, strength, compliantDevice, ...rest });
}

/** Combinations that would lock the MSSP out, or change nothing. */
export function trustProblems(settings: SettingPlace): void {
  const trust = settings.at("crossTenantTrust");
  if (trust.isSet && isEmptyMap(trust.value)) {
    trust.refuse("at least one key, such as { mfa: true }; leave the setting out to change nothing");
  }
  const policy = settings.at("conditionalAccess");
  if (isOn(policy.at("compliantDevice")) && !isOn(trust.at("compliantDevice"))) {
    policy
      .at("compliantDevice")
      .refuse("true only with crossTenantTrust.compliantDevice: true; the policy would lock the MSSP's analysts out");
  }
  const strength = policy.at("strength").oneOf(strengths, "multifactor");
  if (strength !== undefined && strength !== "multifactor" && !isOn(trust.at("mfa"))) {
    policy
      .at("strength")
      .refuse(
        "multifactor, unless crossTenantTrust.mfa is true: guests can't register such a method in the customer's tenant, and would be locked out",
      );
  }
}

function isEmptyMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

function isOn(place: SettingPlace): boolean {
  return place.value === true || place.value === "true";
}
