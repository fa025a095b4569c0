/**
 * What If: whether a Conditional Access policy applies to a sign-in that is described by its kind
 * of user, application and client. What the sign-in does not say counts as `notEnoughInformation`.
 */
import type { Json } from "../cloud/model";
import { innerOf, isObject, jsonText, textsIn, type JsonObject } from "./json";

export interface EvaluatedSignIn {
  readonly identity: JsonObject;
  readonly context: JsonObject;
  readonly conditions: JsonObject;
}

/** Why a policy does not apply, as members of `whatIfAnalysisReasons`; empty: it applies. */
export function whatIf(policy: JsonObject, signIn: EvaluatedSignIn): string[] {
  const conditions = policy["conditions"];
  const reasons = [
    policy["state"] === "disabled" ? "policyNotEnabled" : undefined,
    usersReason(innerOf(conditions, "users"), signIn.identity),
    applicationReason(innerOf(conditions, "applications"), signIn.context),
    listReason(texts(conditions, "clientAppTypes"), jsonText(signIn.conditions["clientAppType"]), "clientApps"),
    platformReason(innerOf(conditions, "platforms"), jsonText(signIn.conditions["devicePlatform"])),
    locationReason(innerOf(conditions, "locations")),
    ...(["signInRiskLevels", "userRiskLevels"] as const).map((name) =>
      riskReason(texts(conditions, name), signIn.conditions, name),
    ),
  ];
  return [...new Set(reasons.filter((reason) => reason !== undefined))];
}

function usersReason(users: Json | undefined, identity: JsonObject): string | undefined {
  const has = (name: string, value: string) => value !== "" && texts(users, name).includes(value);
  const isExternal = !["", "none"].includes(jsonText(identity["externalUserType"]));
  const is = (side: "include" | "exclude") =>
    has(`${side}Users`, jsonText(identity["userId"])) ||
    (isExternal && has(`${side}Users`, "GuestsOrExternalUsers")) ||
    isGuestOf(innerOf(users, `${side}GuestsOrExternalUsers`), identity);
  if (is("exclude")) return "users";
  if (has("includeUsers", "All") || is("include")) return undefined;
  const byMembership = [...texts(users, "includeGroups"), ...texts(users, "includeRoles")];
  return byMembership.length > 0 ? "notEnoughInformation" : "users";
}

function isGuestOf(condition: Json | undefined, identity: JsonObject): boolean {
  if (!isObject(condition)) return false;
  const kinds = jsonText(condition["guestOrExternalUserTypes"]).split(",");
  const asked = jsonText(identity["externalUserType"]).split(",");
  if (!asked.some((kind) => kinds.includes(kind))) return false;
  const tenants = condition["externalTenants"];
  return (
    innerOf(tenants, "membershipKind") !== "enumerated" ||
    texts(tenants, "members").includes(jsonText(identity["externalTenantId"]))
  );
}

function applicationReason(applications: Json | undefined, context: JsonObject): string | undefined {
  const asked = texts(context, "includeApplications");
  const included = texts(applications, "includeApplications");
  const isNamed = (names: string[]) => asked.some((name) => names.includes(name));
  if (isNamed(texts(applications, "excludeApplications"))) return "application";
  return included.includes("All") || isNamed(included) ? undefined : "application";
}

function listReason(allowed: string[], value: string, reason: string): string | undefined {
  if (allowed.includes("all")) return undefined;
  if (value === "") return "notEnoughInformation";
  return allowed.includes(value) ? undefined : reason;
}

function platformReason(platforms: Json | undefined, value: string): string | undefined {
  if (!isObject(platforms)) return undefined;
  if (texts(platforms, "excludePlatforms").includes(value)) return "devicePlatform";
  return listReason(texts(platforms, "includePlatforms"), value, "devicePlatform");
}

/** The sandbox has no named locations: only "all of them" can be judged. */
function locationReason(locations: Json | undefined): string | undefined {
  if (!isObject(locations)) return undefined;
  const isEverywhere = texts(locations, "includeLocations").includes("All");
  return isEverywhere && texts(locations, "excludeLocations").length === 0 ? undefined : "notEnoughInformation";
}

function riskReason(levels: string[], conditions: JsonObject, name: "signInRiskLevels" | "userRiskLevels") {
  if (levels.length === 0) return undefined;
  const [asked, reason] =
    name === "signInRiskLevels"
      ? [jsonText(conditions["signInRiskLevel"]), "signInRisk"]
      : [jsonText(conditions["userRiskLevel"]), "userRisk"];
  if (asked === "") return "notEnoughInformation";
  return levels.includes(asked) ? undefined : reason;
}

function texts(value: Json | undefined, name: string): string[] {
  return textsIn(innerOf(value, name));
}
