/** https://www.pulumi.com/registry/packages/azuread/api-docs/conditionalaccesspolicy/ */
import { type Value, isRecord } from "../../protocol/values";
import {
  boolean,
  integer,
  list,
  object,
  objects,
  string,
  type GraphForm,
  type PlannedValues,
  type ResourceProperties,
  type ResourceProperty,
} from "../../schema/property";
import { integerAtLeast, notEmpty, oneOf, resourceId } from "../../schema/validators";
import { blockBody, readFrom, required } from "../mapping";
import { objectId, type AzureadResource } from "../types";

const base = "/identity/conditionalAccess/policies";
const named = (id: string) => `Identity Conditional Access Policy (Conditional Access Policy: "${id}")`;
const strengthBase = "/policies/authenticationStrengthPolicies";

const strengthForm: GraphForm = {
  send: (plan, name) => (plan.has(name) ? { id: objectId(plan.text(name)) } : undefined),
  read: (value) => (isRecord(value as Value) ? `${strengthBase}/${text(value as Json, "id")}` : ""),
};

/** A program can't set what is unsupported; an update takes back what another party has set. */
const unsupported = true;
const others = (graph: string): ResourceProperty => list("optional", { graph, unsupported });

const guestsForm: GraphForm = { send: guestsFrom, read: guestsIn };
const guests: ResourceProperties = {
  guestOrExternalUserTypes: list("required"),
  externalTenants: objects("optional", {
    membershipKind: string("required", { check: oneOf("all", "enumerated") }),
    members: list("optional"),
  }),
};
const users: ResourceProperties = {
  includedUsers: others("includeUsers"),
  excludedUsers: others("excludeUsers"),
  includedGroups: others("includeGroups"),
  excludedGroups: others("excludeGroups"),
  includedRoles: others("includeRoles"),
  excludedRoles: others("excludeRoles"),
  includedGuestsOrExternalUsers: objects("optional", guests, {
    graph: "includeGuestsOrExternalUsers",
    graphForm: guestsForm,
  }),
  excludedGuestsOrExternalUsers: objects("optional", guests, {
    graph: "excludeGuestsOrExternalUsers",
    graphForm: guestsForm,
    unsupported,
  }),
};
const applications: ResourceProperties = {
  includedApplications: list("optional", { graph: "includeApplications" }),
  excludedApplications: others("excludeApplications"),
  includedUserActions: others("includeUserActions"),
};
const locations = { includedLocations: others("includeLocations"), excludedLocations: others("excludeLocations") };
const platforms = { includedPlatforms: others("includePlatforms"), excludedPlatforms: others("excludePlatforms") };
const conditions: ResourceProperties = {
  applications: object("required", applications, { graph: "applications" }),
  clientAppTypes: list("required", { graph: "clientAppTypes" }),
  insiderRiskLevels: string("optional or computed", {
    graph: "insiderRiskLevels",
    graphForm: { send: () => undefined },
    unsupported,
  }),
  locations: object("optional", locations, { graph: "locations", unsupported }),
  platforms: object("optional", platforms, { graph: "platforms", unsupported }),
  servicePrincipalRiskLevels: others("servicePrincipalRiskLevels"),
  signInRiskLevels: others("signInRiskLevels"),
  userRiskLevels: others("userRiskLevels"),
  users: object("required", users, { graph: "users" }),
};
const grantControls: ResourceProperties = {
  operator: string("required", { graph: "operator", check: oneOf("AND", "OR") }),
  builtInControls: list("optional", { graph: "builtInControls" }),
  authenticationStrengthPolicyId: string("optional", { graph: "authenticationStrength", graphForm: strengthForm }),
  customAuthenticationFactors: others("customAuthenticationFactors"),
  termsOfUses: { ...others("termsOfUse"), terraform: "terms_of_use" },
};
const sessionControls: ResourceProperties = {
  applicationEnforcedRestrictionsEnabled: boolean("optional", { unsupported }),
  cloudAppSecurityPolicy: string("optional", { unsupported }),
  disableResilienceDefaults: boolean("optional", { unsupported }),
  persistentBrowserMode: string("optional", { unsupported }),
  signInFrequency: integer("optional", { check: integerAtLeast(0) }),
  signInFrequencyAuthenticationType: string("optional or computed", { unsupported }),
  signInFrequencyInterval: string("optional or computed", { unsupported }),
  signInFrequencyPeriod: string("optional", { check: oneOf("days", "hours") }),
};

const atLeastOneOf = ["grant_controls", "session_controls"];

const properties: ResourceProperties = {
  displayName: string("required", { graph: "displayName", check: notEmpty }),
  state: string("required", {
    graph: "state",
    check: oneOf("disabled", "enabled", "enabledForReportingButNotEnforced"),
  }),
  conditions: object("required", conditions, { graph: "conditions" }),
  grantControls: object("optional", grantControls, { graph: "grantControls", atLeastOneOf }),
  sessionControls: object("optional", sessionControls, {
    graph: "sessionControls",
    graphForm: { send: sessionControlsFrom, read: sessionControlsIn },
    atLeastOneOf,
  }),
  objectId: string("computed", { graph: "id" }),
};

export const conditionalAccessPolicy: AzureadResource = {
  name: "ConditionalAccessPolicy",
  terraform: "azuread_conditional_access_policy",
  properties,
  schemaVersion: 1,
  minutes: { create: 5, read: 5, update: 15, delete: 5 },
  importId: resourceId("Identity Conditional Access Policy", `${base}/{conditionalAccessPolicyId}`),
  async create(plan, call, created) {
    const made = await call.post(base, blockBody(properties, plan));
    const id = required(made.id, "ID of the new conditional access policy");
    await call.untilThere(named(id), `${base}/${id}`);
    created(`${base}/${id}`);
  },
  async read(id, call) {
    const policy = await call.find(`${base}/${objectId(id)}`);
    return policy && readFrom(properties, policy);
  },
  async update(id, plan, call) {
    const path = `${base}/${objectId(id)}`;
    await call.patch(path, blockBody(properties, plan));
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

function guestsFrom(plan: PlannedValues, name: string): object | undefined {
  const [first] = plan.blocks(name);
  if (first === undefined) return undefined;
  const [tenants] = first.blocks("externalTenants");
  const membershipKind = tenants?.text("membershipKind") ?? "";
  const kind = membershipKind === "enumerated" ? "Enumerated" : "All";
  const externalTenants = tenants && {
    "@odata.type": `#microsoft.graph.conditionalAccess${kind}ExternalTenants`,
    membershipKind,
    ...(membershipKind === "enumerated" ? { members: tenants.texts("members") } : {}),
  };
  return {
    guestOrExternalUserTypes: first.texts("guestOrExternalUserTypes").join(","),
    ...(externalTenants === undefined ? {} : { externalTenants }),
  };
}

/** Graph refuses session controls without an effect. */
function sessionControlsFrom(plan: PlannedValues, name: string): object | null {
  const controls = plan.block(name);
  const value = controls.number("signInFrequency");
  if (value <= 0) return null;
  return {
    applicationEnforcedRestrictions: { isEnabled: false },
    disableResilienceDefaults: false,
    signInFrequency: {
      isEnabled: true,
      type: controls.text("signInFrequencyPeriod"),
      value,
      authenticationType: "primaryAndSecondaryAuthentication",
      frequencyInterval: "timeBased",
    },
  };
}

type Json = Readonly<Record<string, unknown>>;

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

function sessionControlsIn(controls: unknown): Value {
  if (!isRecord(controls as Value)) return null;
  const sent = controls as Json;
  const frequency = inner(sent, "signInFrequency");
  const value = frequency["value"];
  return {
    applicationEnforcedRestrictionsEnabled: inner(sent, "applicationEnforcedRestrictions")["isEnabled"] === true,
    cloudAppSecurityPolicy: text(inner(sent, "cloudAppSecurity"), "cloudAppSecurityType"),
    disableResilienceDefaults: sent["disableResilienceDefaults"] === true,
    persistentBrowserMode: text(inner(sent, "persistentBrowser"), "mode"),
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
