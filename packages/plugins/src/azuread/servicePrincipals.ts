/** Shared by the resource and the function for service principals and applications. */
import type { Value, ValueRecord } from "../protocol/values";
import type { Fields } from "../schema/fields";
import { type ResourceProperties, boolean, list, map, objects, string } from "../schema/property";
import type { GraphOperation, GraphEntity } from "./graph";
import { objectsAt, readFrom, sameText, textAt } from "./mapping";

/** Tags with a meaning for Microsoft, by the name of their flag. */
const featureTags: Readonly<Record<string, string>> = {
  customSingleSignOn: "WindowsAzureActiveDirectoryCustomSingleSignOnApplication",
  enterprise: "WindowsAzureActiveDirectoryIntegratedApp",
  gallery: "WindowsAzureActiveDirectoryGalleryApplicationNonPrimaryV1",
  hide: "HideApp",
};

/** The flags' older names; `visibleToUsers` is the opposite of `hide`. */
const deprecatedFeatures: Readonly<Record<string, string>> = {
  customSingleSignOnApp: "customSingleSignOn",
  enterpriseApplication: "enterprise",
  galleryApplication: "gallery",
};

export const featureTagFields: ResourceProperties = {
  customSingleSignOn: boolean("optional"),
  enterprise: boolean("optional"),
  gallery: boolean("optional"),
  hide: boolean("optional"),
};

export const featureFields: ResourceProperties = {
  customSingleSignOnApp: boolean("optional"),
  enterpriseApplication: boolean("optional"),
  galleryApplication: boolean("optional"),
  visibleToUsers: boolean("optional", { default: true }),
};

/** The roles and scopes that a service principal publishes. */
export const published: ResourceProperties = {
  appRoles: objects("computed", {
    allowedMemberTypes: list("computed", { graph: "allowedMemberTypes" }),
    description: string("computed", { graph: "description" }),
    displayName: string("computed", { graph: "displayName" }),
    enabled: boolean("computed", { graph: "isEnabled" }),
    id: string("computed", { graph: "id" }),
    value: string("computed", { graph: "value" }),
  }),
  appRoleIds: map("computed"),
  oauth2PermissionScopes: objects("computed", {
    adminConsentDescription: string("computed", { graph: "adminConsentDescription" }),
    adminConsentDisplayName: string("computed", { graph: "adminConsentDisplayName" }),
    enabled: boolean("computed", { graph: "isEnabled" }),
    id: string("computed", { graph: "id" }),
    type: string("computed", { graph: "type" }),
    userConsentDescription: string("computed", { graph: "userConsentDescription" }),
    userConsentDisplayName: string("computed", { graph: "userConsentDisplayName" }),
    value: string("computed", { graph: "value" }),
  }),
  oauth2PermissionScopeIds: map("computed"),
};

/** Roles and scopes: whole, and as a map from their values to their IDs. */
export function publishedBy(object: GraphEntity, scopesPath = "oauth2PermissionScopes"): Record<string, Value> {
  const roles = objectsAt(object, "appRoles");
  const scopes = objectsAt(object, scopesPath);
  const fields = (name: string) => published[name]?.fields ?? {};
  return {
    appRoles: roles.map((role) => readFrom(fields("appRoles"), role)),
    appRoleIds: idsByValue(roles),
    oauth2PermissionScopes: scopes.map((scope) => readFrom(fields("oauth2PermissionScopes"), scope)),
    oauth2PermissionScopeIds: idsByValue(scopes),
  };
}

/** The flags of an object's tags. */
export function featuresIn(object: GraphEntity): Record<"featureTags" | "features", Value> {
  const tags = tagsOf(object);
  const has = (flag: string) => tags.some((tag) => sameText(tag, featureTags[flag] ?? ""));
  const flags = Object.fromEntries(Object.keys(featureTags).map((flag) => [flag, has(flag)]));
  const older = Object.entries(deprecatedFeatures).map(([name, flag]) => [name, has(flag)] as const);
  return { featureTags: [flags], features: [{ ...Object.fromEntries(older), visibleToUsers: !has("hide") }] };
}

/**
 * Tags to write: those of the flags, if the program has flags and, in an update, changed them, else
 * `tags`.
 */
export function tagsFor(plan: Fields, isUpdate: boolean): string[] {
  for (const name of ["featureTags", "features"]) {
    const blocks = plan.knows(name) ? plan.blocks(name) : [];
    const [flags] = blocks;
    if (flags !== undefined && (!isUpdate || plan.changed(name))) return tagsOfFlags(flags.values);
  }
  return plan.texts("tags");
}

export function tagsOf(object: GraphEntity): string[] {
  const { tags } = object as { tags?: string[] };
  return tags ?? [];
}

/** Without the application ID itself, which Graph lists among the names. */
export function namesOf(object: GraphEntity): string[] {
  const { servicePrincipalNames } = object as { servicePrincipalNames?: string[] };
  return (servicePrincipalNames ?? []).filter((name) => !sameText(name, textAt(object, "appId")));
}

/** Graph v1.0 doesn't have it. */
export async function samlMetadataUrl(call: GraphOperation, id: string): Promise<string> {
  return textAt(await call.get(`/servicePrincipals/${id}?$select=samlMetadataUrl`, "beta"), "samlMetadataUrl");
}

/**
 * The owners of a new application or service principal: the caller and up to 19 others; the rest
 * follow one by one.
 */
export function initialOwners(owners: readonly string[], callerId: string): { first: string[]; extra: string[] } {
  const others = owners.filter((owner) => !sameText(owner, callerId));
  return { first: [callerId, ...others.slice(0, 19)], extra: others.slice(19) };
}

function idsByValue(items: readonly GraphEntity[]): ValueRecord {
  const entries = items.map((item): [string, string] => [textAt(item, "value"), item.id ?? ""]);
  return Object.fromEntries(entries.filter(([value, id]) => value !== "" && id !== ""));
}

function tagsOfFlags(flags: ValueRecord): string[] {
  const isSet = (name: string) => {
    const older = Object.keys(deprecatedFeatures).find((one) => deprecatedFeatures[one] === name);
    if (name === "hide" && flags.hide !== true) return flags.visibleToUsers === false;
    return flags[name] === true || (older !== undefined && flags[older] === true);
  };
  return Object.entries(featureTags)
    .filter(([name]) => isSet(name))
    .map(([, tag]) => tag);
}
