/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationpassword/ */
import { map, string, type ResourceProperties } from "../../schema/property";
import { dateTime } from "../../schema/validators";
import type { Fields } from "../../schema/fields";
import type { GraphOperation, GraphEntity } from "../graph";
import { objectsAt, required, sameText, textAt } from "../mapping";
import { type AzureadResource, segments } from "../types";
import { applicationId } from "./applicationRegistration";

const changedMeansNew = { forceNew: true };

/** When a credential is valid; shared with certificates. */
export const validity: ResourceProperties = {
  startDate: string("optional or computed", { ...changedMeansNew, check: dateTime }),
  endDate: string("optional or computed", { ...changedMeansNew, check: dateTime }),
};

const properties: ResourceProperties = {
  applicationId: string("required", { ...changedMeansNew, check: applicationId }),
  displayName: string("optional or computed", changedMeansNew),
  ...validity,
  rotateWhenChanged: map("optional", changedMeansNew),
  keyId: string("computed"),
  value: string("computed", { secret: true }),
};

export const applicationPassword: AzureadResource = {
  name: "ApplicationPassword",
  terraform: "azuread_application_password",
  properties,
  schemaVersion: 1,
  minutes: { create: 15, read: 5, update: 5, delete: 5 },
  async create(plan, call, created) {
    const application = segments(plan.text("applicationId")).last;
    await call.locked(application, async () => {
      await call.get(`/applications/${application}`);
      const body = { passwordCredential: credentialOf(plan) };
      const step = `Adding password for Application (Application: "${application}")`;
      const credential = await call.post(`/applications/${application}/addPassword`, body, "v1.0", { step });
      const keyId = required(textAt(credential, "keyId"), "keyId of the new password");
      const value = required(textAt(credential, "secretText"), "the new password");
      await untilSeen(call, application, { list: "passwordCredentials", keyId, name: "password" });
      created(`${application}/password/${keyId}`, { value, keyId });
    });
  },
  async read(id, call, state) {
    const { first: application, last: keyId } = segments(id);
    const found = await call.find(`/applications/${application}`);
    const credential = found && credentialIn(found, "passwordCredentials", keyId);
    if (credential === undefined) return undefined;
    return {
      applicationId: `/applications/${application}`,
      keyId,
      // A value that the service omits was not given, or is in the state.
      displayName: textAt(credential, "displayName") || state.text("displayName"),
      startDate: textAt(credential, "startDateTime"),
      endDate: textAt(credential, "endDateTime"),
    };
  },
  async delete(id, call) {
    const { first: application, last: keyId } = segments(id);
    await call.locked(application, async () => {
      await call.post(`/applications/${application}/removePassword`, { keyId });
      await untilGone(call, application, { list: "passwordCredentials", keyId, name: "password" });
    });
  },
};

function credentialOf(plan: Fields): object {
  return {
    ...(plan.has("displayName") ? { displayName: plan.text("displayName") } : {}),
    ...(plan.has("startDate") ? { startDateTime: plan.text("startDate") } : {}),
    ...(plan.has("endDate") ? { endDateTime: plan.text("endDate") } : {}),
  };
}

export function credentialIn(application: GraphEntity, list: string, keyId: string): GraphEntity | undefined {
  return objectsAt(application, list).find((credential) => sameText(credential.keyId, keyId));
}

interface Credential {
  readonly list: string;
  readonly keyId: string;
  readonly name: string;
}

/**
 * Waits for a new credential of an application. The official plugin takes it into the state after
 * this wait: one that fails leaves a credential that no state has.
 */
export async function untilSeen(
  call: GraphOperation,
  application: string,
  { list, keyId, name }: Credential,
): Promise<void> {
  const isThere = async () => credentialIn(await call.get(`/applications/${application}`), list, keyId) !== undefined;
  const what = `${name} credential for Application (Application: "${application}")`;
  await call.poll(what, isThere, { hits: 5, pause: 1000, givesUp: true });
}

/** Waits until a credential is gone, where the sandbox has replicas. */
export async function untilGone(call: GraphOperation, application: string, credential: Credential): Promise<void> {
  const { list, keyId, name } = credential;
  await call.untilAgreed(`deletion of ${name} credential "${keyId}" from application "${application}"`, async () => {
    const found = await call.find(`/applications/${application}`);
    return found === undefined || credentialIn(found, list, keyId) === undefined;
  });
}
