/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationcertificate/ */
import { randomUUID } from "node:crypto";
import { string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { oneOf } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import type { GraphEntity } from "../graph";
import { objectsAt, textAt } from "../mapping";
import { subResourceId } from "../subResourceId";
import { type AzureadResource, alreadyExists, segments } from "../types";
import { credentialIn, untilGone, untilSeen, validity } from "./applicationPassword";
import { applicationId } from "./applicationRegistration";

const properties: ResourceProperties = {
  applicationId: string("required", { forceNew: true, check: applicationId }),
  encoding: string("optional", { forceNew: true, default: "pem", unsupported: true }),
  keyId: string("optional or computed", { forceNew: true, unsupported: true }),
  ...validity,
  type: string("optional", { forceNew: true, check: oneOf("AsymmetricX509Cert", "Symmetric") }),
  value: string("required", { forceNew: true, secret: true }),
};

export const applicationCertificate: AzureadResource = {
  name: "ApplicationCertificate",
  terraform: "azuread_application_certificate",
  properties,
  minutes: { create: 10, read: 5, update: 10, delete: 5 },
  importId: subResourceId("Certificate", "certificate"),
  async create(plan, call, created) {
    const application = segments(plan.text("applicationId")).last;
    const keyId = randomUUID();
    const id = `${application}/certificate/${keyId}`;
    const credential = credentialOf(plan, keyId);
    await call.locked(application, async () => {
      const existing = await call.get(`/applications/${application}`);
      if (credentialIn(existing, "keyCredentials", keyId) !== undefined) {
        throw alreadyExists("azuread_application_certificate", id);
      }
      await call.patch(`/applications/${application}`, bodyFor(application, [...keysOf(existing), credential]));
      await untilSeen(call, application, { list: "keyCredentials", keyId, name: "certificate" });
      created(id, { keyId });
    });
  },
  async read(id, call) {
    const { first: application, last: keyId } = segments(id);
    const found = await call.find(`/applications/${application}`);
    const credential = found && credentialIn(found, "keyCredentials", keyId);
    if (credential === undefined) return undefined;
    return {
      applicationId: `/applications/${application}`,
      keyId,
      type: textAt(credential, "type"),
      startDate: textAt(credential, "startDateTime"),
      endDate: textAt(credential, "endDateTime"),
    };
  },
  async delete(id, call) {
    const { first: application, last: keyId } = segments(id);
    await call.locked(application, async () => {
      const found = await call.get(`/applications/${application}`);
      const gone = credentialIn(found, "keyCredentials", keyId);
      const rest = keysOf(found).filter((credential) => credential !== gone);
      await call.patch(`/applications/${application}`, bodyFor(application, rest));
      await untilGone(call, application, { list: "keyCredentials", keyId, name: "certificate" });
    });
  },
};

function keysOf(application: GraphEntity): GraphEntity[] {
  return objectsAt(application, "keyCredentials");
}

function bodyFor(application: string, keyCredentials: readonly object[]): object {
  return { "@odata.type": odataType("applications"), id: application, keyCredentials };
}

function credentialOf(plan: Fields, keyId: string): object {
  return {
    keyId,
    type: plan.text("type"),
    usage: "Verify",
    key: Buffer.from(plan.text("value")).toString("base64"),
    ...(plan.has("startDate") ? { startDateTime: plan.text("startDate") } : {}),
    ...(plan.has("endDate") ? { endDateTime: plan.text("endDate") } : {}),
  };
}
