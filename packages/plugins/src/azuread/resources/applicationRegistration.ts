/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationregistration/ */
import { boolean, integer, set, string, type ResourceProperties } from "../../schema/property";
import {
  httpUrl,
  integerBetween,
  lengthBetween,
  logoutUrl,
  notEmpty,
  oneOf,
  resourceId,
} from "../../schema/validators";
import { signInAudiences } from "@defender-mssp/sandbox/entities";
import { graphBody, changedNames, nullIfEmpty, readFrom, required, textAt } from "../mapping";
import type { GraphEntity } from "../graph";
import { type AzureadResource, objectId } from "../types";

export const groupMembershipClaims = oneOf("All", "None", "ApplicationGroup", "DirectoryRole", "SecurityGroup");
export const applicationId = resourceId("Application", "/applications/{applicationId}");

const url = { check: httpUrl };

const properties: ResourceProperties = {
  displayName: string("required", { graph: "displayName", check: notEmpty }),
  description: string("optional", { graph: "description", check: lengthBetween(0, 1024) }),
  groupMembershipClaims: set("optional", { check: groupMembershipClaims }),
  homepageUrl: string("optional", { graph: "web.homePageUrl", ...url }),
  implicitAccessTokenIssuanceEnabled: boolean("optional", {
    graph: "web.implicitGrantSettings.enableAccessTokenIssuance",
  }),
  implicitIdTokenIssuanceEnabled: boolean("optional", { graph: "web.implicitGrantSettings.enableIdTokenIssuance" }),
  logoutUrl: string("optional", { graph: "web.logoutUrl", check: logoutUrl }),
  marketingUrl: string("optional", { graph: "info.marketingUrl", ...url }),
  notes: string("optional", { graph: "notes", check: notEmpty }),
  privacyStatementUrl: string("optional", { graph: "info.privacyStatementUrl", ...url }),
  requestedAccessTokenVersion: integer("optional", {
    graph: "api.requestedAccessTokenVersion",
    default: 2,
    check: integerBetween(1, 2),
  }),
  serviceManagementReference: string("optional", { graph: "serviceManagementReference", check: notEmpty }),
  signInAudience: string("optional", {
    graph: "signInAudience",
    default: "AzureADMyOrg",
    check: oneOf(...signInAudiences),
  }),
  supportUrl: string("optional", { graph: "info.supportUrl", ...url }),
  termsOfServiceUrl: string("optional", { graph: "info.termsOfServiceUrl", ...url }),
  clientId: string("computed", { graph: "appId" }),
  disabledByMicrosoft: string("computed"),
  objectId: string("computed", { graph: "id" }),
  publisherDomain: string("computed", { graph: "publisherDomain" }),
};

export const applicationRegistration: AzureadResource = {
  name: "ApplicationRegistration",
  terraform: "azuread_application_registration",
  properties,
  schemaVersion: 0,
  minutes: { create: 10, read: 5, update: 10, delete: 5 },
  importId: applicationId,
  async create(plan, call, created) {
    const body = {
      ...graphBody("applications", properties, plan),
      groupMembershipClaims: claimsText(plan.texts("groupMembershipClaims")),
    };
    const application = await call.post("/applications", body);
    created(`/applications/${required(application.id, "object ID returned for application")}`);
  },
  async read(id, call) {
    const application = await call.find(`/applications/${objectId(id)}`);
    if (application === undefined) return undefined;
    return {
      ...readFrom(properties, application),
      groupMembershipClaims: claimsOf(textAt(application, "groupMembershipClaims")),
      disabledByMicrosoft: disabledByMicrosoft(application),
    };
  },
  async update(id, plan, call) {
    const body = graphBody("applications", properties, plan, changedNames(properties, plan));
    if (plan.changed("groupMembershipClaims")) {
      body.groupMembershipClaims = claimsText(plan.texts("groupMembershipClaims"));
    }
    await call.locked(objectId(id), () => call.patch(`/applications/${objectId(id)}`, body));
  },
  async delete(id, call) {
    await call.remove(`Application (Application: "${objectId(id)}")`, `/applications/${objectId(id)}`);
  },
};

/**
 * The official plugin writes Go's notation of a nullable value into its state; so does the
 * stand-in.
 */
function disabledByMicrosoft(application: GraphEntity): string {
  const status = application.disabledByMicrosoftStatus;
  if (status === undefined) return "";
  return typeof status === "string" ? `map[true:${status}]` : "map[false:]";
}

/** Graph has them as one comma-separated string. */
export function claimsText(claims: readonly string[]): string | null {
  return nullIfEmpty(claims.map((claim) => claim.trim()).join(","));
}

export function claimsOf(text: string): string[] {
  return text === "" ? [] : text.split(",").map((claim) => claim.trim());
}
