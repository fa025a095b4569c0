/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationregistration/ */
import { boolean, integer, set, string, type GraphForm, type ResourceProperties } from "../../schema/property";
import { lengthBetween, notEmpty, oneOf, resourceId } from "../../schema/validators";
import { signInAudiences } from "@defender-mssp/sandbox/entities";
import { graphBody, changedNames, readFrom, required } from "../mapping";
import { type AzureadResource, objectId } from "../types";

export const applicationId = resourceId("Application", "/applications/{applicationId}");

const unsupported = true;
/** Graph has them as one comma-separated string. */
const claimsForm: GraphForm = {
  send: () => null,
  read: (value) => (typeof value === "string" ? value.split(",").map((claim) => claim.trim()) : []),
};

const implicitGrant = "web.implicitGrantSettings";

/** A program can't set what is unsupported; an update takes back what another party has set. */
const properties: ResourceProperties = {
  displayName: string("required", { graph: "displayName", check: notEmpty }),
  description: string("optional", { graph: "description", check: lengthBetween(0, 1024) }),
  groupMembershipClaims: set("optional", { graph: "groupMembershipClaims", unsupported, graphForm: claimsForm }),
  homepageUrl: string("optional", { graph: "web.homePageUrl", unsupported }),
  implicitAccessTokenIssuanceEnabled: boolean("optional", {
    graph: `${implicitGrant}.enableAccessTokenIssuance`,
    unsupported,
  }),
  implicitIdTokenIssuanceEnabled: boolean("optional", { graph: `${implicitGrant}.enableIdTokenIssuance`, unsupported }),
  logoutUrl: string("optional", { graph: "web.logoutUrl", unsupported }),
  marketingUrl: string("optional", { graph: "info.marketingUrl", unsupported }),
  notes: string("optional", { graph: "notes", unsupported }),
  privacyStatementUrl: string("optional", { graph: "info.privacyStatementUrl", unsupported }),
  requestedAccessTokenVersion: integer("optional", {
    graph: "api.requestedAccessTokenVersion",
    default: 2,
    unsupported,
  }),
  serviceManagementReference: string("optional", { graph: "serviceManagementReference", unsupported }),
  signInAudience: string("optional", {
    graph: "signInAudience",
    default: "AzureADMyOrg",
    check: oneOf(...signInAudiences),
  }),
  supportUrl: string("optional", { graph: "info.supportUrl", unsupported }),
  termsOfServiceUrl: string("optional", { graph: "info.termsOfServiceUrl", unsupported }),
  clientId: string("computed", { graph: "appId" }),
  objectId: string("computed", { graph: "id" }),
};

export const applicationRegistration: AzureadResource = {
  name: "ApplicationRegistration",
  terraform: "azuread_application_registration",
  properties,
  minutes: { create: 10, read: 5, update: 10, delete: 5 },
  importId: applicationId,
  async create(plan, call, created) {
    const application = await call.post("/applications", graphBody("applications", properties, plan));
    created(`/applications/${required(application.id, "object ID returned for application")}`);
  },
  async read(id, call) {
    const application = await call.find(`/applications/${objectId(id)}`);
    return application && readFrom(properties, application);
  },
  async update(id, plan, call) {
    const body = graphBody("applications", properties, plan, changedNames(properties, plan));
    await call.locked(objectId(id), () => call.patch(`/applications/${objectId(id)}`, body));
  },
  async delete(id, call) {
    await call.remove(`Application (Application: "${objectId(id)}")`, `/applications/${objectId(id)}`);
  },
};
