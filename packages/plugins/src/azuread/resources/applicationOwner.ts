/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationowner/ */
import { string, type ResourceProperties } from "../../schema/property";
import { resourceId, uuid } from "../../schema/validators";
import type { GraphOperation } from "../graph";
import { sameText } from "../mapping";
import { type AzureadResource, alreadyExists, segments } from "../types";
import { applicationId } from "./applicationRegistration";

const properties: ResourceProperties = {
  applicationId: string("required", { forceNew: true, check: applicationId }),
  ownerObjectId: string("required", { forceNew: true, check: uuid }),
};

export const applicationOwner: AzureadResource = {
  name: "ApplicationOwner",
  terraform: "azuread_application_owner",
  properties,
  schemaVersion: 0,
  minutes: { create: 10, read: 5, delete: 5 },
  importId: resourceId("ApplicationIdOwner", "/applications/{applicationId}/owners/{directoryObjectId}"),
  async create(plan, call, created) {
    const application = segments(plan.text("applicationId")).last;
    const owner = plan.text("ownerObjectId");
    const id = `/applications/${application}/owners/${owner}`;
    await call.locked(application, async () => {
      if (await isOwner(call, application, owner)) throw alreadyExists("azuread_application_owner", id);
      const path = `/applications/${application}/owners/$ref`;
      await call.post(path, call.reference(owner), "v1.0", { notFound: true });
      created(id);
    });
  },
  async read(id, call) {
    const { first: application, last: owner } = segments(id);
    const isThere = await call.locked(application, () => isOwner(call, application, owner));
    return isThere ? { applicationId: `/applications/${application}`, ownerObjectId: owner } : undefined;
  },
  async delete(id, call) {
    const { first: application, last: owner } = segments(id);
    await call.locked(application, () => call.delete(`/applications/${application}/owners/${owner}/$ref`));
  },
};

async function isOwner(call: GraphOperation, application: string, owner: string): Promise<boolean> {
  const filter = encodeURIComponent(`id eq '${owner}'`);
  const owners = await call.findAll(`/applications/${application}/owners?$filter=${filter}`);
  return Boolean(owners?.some(({ id }) => sameText(id, owner)));
}
