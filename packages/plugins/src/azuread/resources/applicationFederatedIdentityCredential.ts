/**
 * https://www.pulumi.com/registry/packages/azuread/api-docs/applicationfederatedidentitycredential/
 */
import { list, string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { lengthBetween, notEmpty } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import { readFrom, required } from "../mapping";
import { type AzureadResource, segments } from "../types";
import { applicationId } from "./applicationRegistration";
import { subResourceId } from "../subResourceId";

const properties: ResourceProperties = {
  applicationId: string("required", { forceNew: true, check: applicationId }),
  audiences: list("required", { graph: "audiences", maximumItems: 1, check: notEmpty }),
  displayName: string("required", { graph: "name", forceNew: true, check: lengthBetween(1, 120) }),
  issuer: string("required", { graph: "issuer" }),
  subject: string("required", { graph: "subject" }),
  description: string("optional", { graph: "description" }),
  credentialId: string("computed"),
};

export const applicationFederatedIdentityCredential: AzureadResource = {
  name: "ApplicationFederatedIdentityCredential",
  terraform: "azuread_application_federated_identity_credential",
  properties,
  minutes: { create: 15, read: 5, update: 5, delete: 5 },
  importId: subResourceId("Federated Identity Credential", "federatedIdentityCredential"),
  async create(plan, call, created) {
    const application = segments(plan.text("applicationId")).last;
    await call.locked(application, async () => {
      await call.get(`/applications/${application}`);
      const path = `/applications/${application}/federatedIdentityCredentials`;
      const credential = await call.post(path, credentialBody(plan));
      const id = required(credential.id, "ID of the new federated identity credential");
      // Taken into the state after this wait, as by the official plugin.
      await call.poll(
        `Application Id Federated Identity Credential (Application: "${application}"\nFederated Identity Credential: "${id}")`,
        async () => (await call.find(`${path}/${id}`)) !== undefined,
        { hits: 5, pause: 1000, givesUp: true },
      );
      created(`${application}/federatedIdentityCredential/${id}`);
    });
  },
  async read(id, call) {
    const { first: application, last: credential } = segments(id);
    const found = await call.find(`/applications/${application}/federatedIdentityCredentials/${credential}`);
    if (found === undefined) return undefined;
    return {
      ...readFrom(properties, found),
      applicationId: `/applications/${application}`,
      credentialId: credential,
    };
  },
  async update(id, plan, call) {
    const { first: application, last: credential } = segments(id);
    const path = `/applications/${application}/federatedIdentityCredentials/${credential}`;
    await call.locked(application, () => call.patch(path, { id: credential, ...credentialBody(plan) }));
  },
  async delete(id, call) {
    const { first: application, last: credential } = segments(id);
    const path = `/applications/${application}/federatedIdentityCredentials/${credential}`;
    await call.locked(application, () => call.remove(`federated identity credential "${credential}"`, path));
  },
};

function credentialBody(plan: Fields): object {
  return {
    "@odata.type": odataType("federatedIdentityCredentials"),
    audiences: plan.texts("audiences"),
    description: plan.text("description"),
    issuer: plan.text("issuer"),
    name: plan.text("displayName"),
    subject: plan.text("subject"),
  };
}
