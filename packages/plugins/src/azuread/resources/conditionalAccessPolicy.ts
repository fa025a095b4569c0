/** https://www.pulumi.com/registry/packages/azuread/api-docs/conditionalaccesspolicy/ */
import { type Value, isRecord } from "../../protocol/values";
import type { Fields } from "../../schema/fields";
import { boolean, integer, list, object, objects, string, type ResourceProperties } from "../../schema/property";
import { integerAtLeast, notEmpty, oneOf, resourceId } from "../../schema/validators";
import type { GraphEntity } from "../graph";
import { nullIfEmpty, required, textAt } from "../mapping";

import { objectId, type AzureadResource } from "../types";

const base = "/identity/conditionalAccess/policies";
const named = (id: string) => `Identity Conditional Access Policy (Conditional Access Policy: "${id}")`;
const strengthBase = "/policies/authenticationStrengthPolicies";

const filter = object("optional", {
  mode: string("required", { check: oneOf("exclude", "include") }),
  rule: string("required", { check: notEmpty }),
});
const clients: ResourceProperties = {
  excludedServicePrincipals: list("optional"),
  filter,
  includedServicePrincipals: list("optional"),
};
const guests: ResourceProperties = {
  guestOrExternalUserTypes: list("required"),
  externalTenants: objects("optional", {
    membershipKind: string("required", { check: oneOf("all", "enumerated") }),
    members: list("optional"),
  }),
};
const users: ResourceProperties = {
  includedUsers: list("optional"),
  excludedUsers: list("optional"),
  includedGroups: list("optional"),
  excludedGroups: list("optional"),
  includedRoles: list("optional"),
  excludedRoles: list("optional"),
  includedGuestsOrExternalUsers: objects("optional", guests),
  excludedGuestsOrExternalUsers: objects("optional", guests),
};
const conditions: ResourceProperties = {
  applications: object("required", {
    includedApplications: list("optional"),
    excludedApplications: list("optional"),
    includedUserActions: list("optional"),
  }),
  authenticationFlowTransferMethods: { ...list("optional"), unsupported: true },
  clientApplications: object("optional", clients, { unsupported: true }),
  clientAppTypes: list("required"),
  devices: object("optional", { filter }, { unsupported: true }),
  insiderRiskLevels: string("optional or computed"),
  locations: object("optional", { includedLocations: list("required"), excludedLocations: list("optional") }),
  platforms: object("optional", { includedPlatforms: list("required"), excludedPlatforms: list("optional") }),
  servicePrincipalRiskLevels: list("optional"),
  signInRiskLevels: list("optional"),
  userRiskLevels: list("optional"),
  users: object("required", users),
};
const grantControls: ResourceProperties = {
  operator: string("required", { check: oneOf("AND", "OR") }),
  builtInControls: list("optional"),
  authenticationStrengthPolicyId: string("optional"),
  customAuthenticationFactors: list("optional"),
  termsOfUses: list("optional", { terraform: "terms_of_use" }),
};
const sessionControls: ResourceProperties = {
  applicationEnforcedRestrictionsEnabled: boolean("optional"),
  cloudAppSecurityPolicy: string("optional"),
  disableResilienceDefaults: boolean("optional"),
  persistentBrowserMode: string("optional"),
  signInFrequency: integer("optional", { check: integerAtLeast(0) }),
  signInFrequencyAuthenticationType: string("optional or computed"),
  signInFrequencyInterval: string("optional or computed"),
  signInFrequencyPeriod: string("optional", { check: oneOf("days", "hours") }),
};

const properties: ResourceProperties = {
  displayName: string("required", { graph: "displayName", check: notEmpty }),
  state: string("required", {
    graph: "state",
    check: oneOf("disabled", "enabled", "enabledForReportingButNotEnforced"),
  }),
  conditions: object("required", conditions),
  grantControls: object("optional", grantControls, { atLeastOneOf: ["grant_controls", "session_controls"] }),
  sessionControls: object("optional", sessionControls, { atLeastOneOf: ["grant_controls", "session_controls"] }),
  objectId: string("computed"),
};

export const conditionalAccessPolicy: AzureadResource = {
  name: "ConditionalAccessPolicy",
  terraform: "azuread_conditional_access_policy",
  properties,
  schemaVersion: 1,
  minutes: { create: 5, read: 5, update: 15, delete: 5 },
  importId: resourceId("Identity Conditional Access Policy", `${base}/{conditionalAccessPolicyId}`),
  async create(plan, call, created) {
    const made = await call.post(base, policyBody(plan));
    const id = required(made.id, "ID of the new conditional access policy");
    await call.untilThere(named(id), `${base}/${id}`);
    created(`${base}/${id}`);
  },
  async read(id, call) {
    const policy = await call.find(`${base}/${objectId(id)}`);
    if (policy === undefined) return undefined;
    return {
      displayName: textAt(policy, "displayName"),
      state: textAt(policy, "state"),
      conditions: conditionsIn(policy),
      grantControls: grantControlsIn(policy),
      sessionControls: sessionControlsIn(policy),
      objectId: textAt(policy, "id"),
    };
  },
  async update(id, plan, call) {
    const path = `${base}/${objectId(id)}`;
    await call.patch(path, policyBody(plan));
    await call.untilAgreed(`update of ${named(objectId(id))}`, async () => {
      const found = await call.get(path);
      return found["displayName"] === plan.text("displayName") && found["state"] === plan.text("state");
    });
  },
  async delete(id, call) {
    const path = `${base}/${objectId(id)}`;
    if ((await call.find(path)) !== undefined) await call.remove(named(objectId(id)), path);
  },
};

function policyBody(plan: Fields): object {
  return {
    displayName: plan.text("displayName"),
    state: plan.text("state"),
    conditions: conditionsFrom(plan.block("conditions")),
    ...(plan.isSet("grantControls") ? { grantControls: grantControlsFrom(plan.block("grantControls")) } : {}),
    sessionControls: plan.isSet("sessionControls") ? sessionControlsFrom(plan.block("sessionControls")) : null,
  };
}

function conditionsFrom(from: Fields): object {
  const applications = from.block("applications");
  const risk = from.text("insiderRiskLevels");
  return {
    applications: {
      includeApplications: applications.texts("includedApplications"),
      excludeApplications: applications.texts("excludedApplications"),
      includeUserActions: applications.texts("includedUserActions"),
    },
    clientAppTypes: from.texts("clientAppTypes"),
    ...(risk === "" ? {} : { insiderRiskLevels: risk }),
    ...inAndOut(from, "locations", "Locations"),
    ...inAndOut(from, "platforms", "Platforms"),
    servicePrincipalRiskLevels: from.texts("servicePrincipalRiskLevels"),
    signInRiskLevels: from.texts("signInRiskLevels"),
    userRiskLevels: from.texts("userRiskLevels"),
    users: usersFrom(from.block("users")),
  };
}

function inAndOut(from: Fields, name: "locations" | "platforms", ending: "Locations" | "Platforms"): object {
  if (!from.isSet(name)) return {};
  const block = from.block(name);
  return {
    [name]: {
      [`include${ending}`]: block.texts(`included${ending}`),
      [`exclude${ending}`]: block.texts(`excluded${ending}`),
    },
  };
}

const kindsOfUsers = ["Users", "Groups", "Roles"] as const;

function usersFrom(from: Fields): object {
  return {
    ...Object.fromEntries(
      kindsOfUsers.flatMap((kind) => [
        [`include${kind}`, from.texts(`included${kind}`)],
        [`exclude${kind}`, from.texts(`excluded${kind}`)],
      ]),
    ),
    ...guestsFrom(from, "included", "include"),
    ...guestsFrom(from, "excluded", "exclude"),
  };
}

function guestsFrom(from: Fields, ours: "included" | "excluded", theirs: "include" | "exclude"): object {
  const [first] = from.blocks(`${ours}GuestsOrExternalUsers`);
  if (first === undefined) return {};
  const [tenants] = first.blocks("externalTenants");
  const membershipKind = tenants?.text("membershipKind") ?? "";
  const kind = membershipKind === "enumerated" ? "Enumerated" : "All";
  const externalTenants = tenants && {
    "@odata.type": `#microsoft.graph.conditionalAccess${kind}ExternalTenants`,
    membershipKind,
    ...(membershipKind === "enumerated" ? { members: tenants.texts("members") } : {}),
  };
  return {
    [`${theirs}GuestsOrExternalUsers`]: {
      guestOrExternalUserTypes: first.texts("guestOrExternalUserTypes").join(","),
      ...(externalTenants === undefined ? {} : { externalTenants }),
    },
  };
}

function grantControlsFrom(from: Fields): object {
  const strength = from.text("authenticationStrengthPolicyId");
  return {
    operator: nullIfEmpty(from.text("operator")),
    builtInControls: from.texts("builtInControls"),
    customAuthenticationFactors: from.texts("customAuthenticationFactors"),
    termsOfUse: from.texts("termsOfUses"),
    ...(strength === "" ? {} : { authenticationStrength: { id: objectId(strength) } }),
  };
}

/** Graph refuses session controls without an effect. */
function sessionControlsFrom(from: Fields): object | null {
  const [value, interval] = [from.number("signInFrequency"), from.text("signInFrequencyInterval")];
  const authenticationType = from.text("signInFrequencyAuthenticationType") || "primaryAndSecondaryAuthentication";
  const isFrequent = value > 0 || interval !== "";
  const isEveryTime = interval === "everyTime";
  const signInFrequency = {
    isEnabled: true,
    ...(value > 0 ? { type: from.text("signInFrequencyPeriod"), value } : {}),
    authenticationType,
    frequencyInterval: interval === "" ? "timeBased" : interval,
  };
  const [restrictions, resilience] = [
    from.flag("applicationEnforcedRestrictionsEnabled"),
    from.flag("disableResilienceDefaults"),
  ];
  const [cloudApp, browser] = [from.text("cloudAppSecurityPolicy"), from.text("persistentBrowserMode")];
  if (!isFrequent && !restrictions && !resilience && cloudApp === "" && browser === "") return null;
  return {
    ...(cloudApp === "" ? {} : { cloudAppSecurity: { isEnabled: true, cloudAppSecurityType: cloudApp } }),
    ...(browser === "" ? {} : { persistentBrowser: { isEnabled: true, mode: browser } }),
    ...(isEveryTime
      ? {}
      : { applicationEnforcedRestrictions: { isEnabled: restrictions }, disableResilienceDefaults: resilience }),
    ...(isFrequent ? { signInFrequency } : {}),
  };
}

type Json = Readonly<Record<string, unknown>>;

function conditionsIn(policy: GraphEntity): Value {
  const found = inner(policy, "conditions");
  const applications = inner(found, "applications");
  return {
    applications: {
      includedApplications: texts(applications, "includeApplications"),
      excludedApplications: texts(applications, "excludeApplications"),
      includedUserActions: texts(applications, "includeUserActions"),
    },
    clientAppTypes: texts(found, "clientAppTypes"),
    insiderRiskLevels: text(found, "insiderRiskLevels"),
    locations: inAndOutIn(found, "locations", "Locations"),
    platforms: inAndOutIn(found, "platforms", "Platforms"),
    servicePrincipalRiskLevels: texts(found, "servicePrincipalRiskLevels"),
    signInRiskLevels: texts(found, "signInRiskLevels"),
    userRiskLevels: texts(found, "userRiskLevels"),
    users: usersIn(inner(found, "users")),
  };
}

function inAndOutIn(from: Json, name: string, ending: string): Value {
  if (!isRecord((from[name] ?? null) as Value)) return null;
  const found = inner(from, name);
  return {
    [`included${ending}`]: texts(found, `include${ending}`),
    [`excluded${ending}`]: texts(found, `exclude${ending}`),
  };
}

function usersIn(found: Json): Value {
  return Object.fromEntries([
    ...kindsOfUsers.flatMap((kind) => [
      [`included${kind}`, texts(found, `include${kind}`)],
      [`excluded${kind}`, texts(found, `exclude${kind}`)],
    ]),
    ["includedGuestsOrExternalUsers", guestsIn(found["includeGuestsOrExternalUsers"])],
    ["excludedGuestsOrExternalUsers", guestsIn(found["excludeGuestsOrExternalUsers"])],
  ]) as Value;
}

function guestsIn(value: unknown): Value {
  if (!isRecord(value as Value)) return [];
  const found = value as Json;
  const tenants = inner(found, "externalTenants");
  const hasTenants = Object.keys(tenants).length > 0;
  return [
    {
      guestOrExternalUserTypes: text(found, "guestOrExternalUserTypes")
        .split(",")
        .map((type) => type.trim()),
      externalTenants: hasTenants
        ? [{ membershipKind: text(tenants, "membershipKind"), members: texts(tenants, "members") }]
        : [],
    },
  ];
}

function grantControlsIn(policy: GraphEntity): Value {
  if (!isRecord((policy["grantControls"] ?? null) as Value)) return null;
  const found = inner(policy, "grantControls");
  const strength = text(inner(found, "authenticationStrength"), "id");
  return {
    operator: text(found, "operator"),
    builtInControls: texts(found, "builtInControls"),
    authenticationStrengthPolicyId: strength === "" ? "" : `${strengthBase}/${strength}`,
    customAuthenticationFactors: texts(found, "customAuthenticationFactors"),
    termsOfUses: texts(found, "termsOfUse"),
  };
}

function sessionControlsIn(policy: GraphEntity): Value {
  if (!isRecord((policy["sessionControls"] ?? null) as Value)) return null;
  const found = inner(policy, "sessionControls");
  const frequency = inner(found, "signInFrequency");
  const value = frequency["value"];
  return {
    applicationEnforcedRestrictionsEnabled: inner(found, "applicationEnforcedRestrictions")["isEnabled"] === true,
    cloudAppSecurityPolicy: text(inner(found, "cloudAppSecurity"), "cloudAppSecurityType"),
    disableResilienceDefaults: found["disableResilienceDefaults"] === true,
    persistentBrowserMode: text(inner(found, "persistentBrowser"), "mode"),
    signInFrequency: typeof value === "number" ? value : 0,
    signInFrequencyAuthenticationType: text(frequency, "authenticationType"),
    signInFrequencyInterval: text(frequency, "frequencyInterval"),
    signInFrequencyPeriod: typeof value === "number" ? text(frequency, "type") : "",
  };
}

function inner(from: Json, name: string): Json {
  const value = from[name];
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function text(from: Json, name: string): string {
  const value = from[name];
  return typeof value === "string" ? value : "";
}

function texts(from: Json, name: string): string[] {
  const value = from[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
