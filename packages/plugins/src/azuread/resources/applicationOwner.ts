/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationowner/ */
import { string, type ResourceProperties } from "../../schema/property";
import { uuid } from "../../schema/validators";
import type { GraphOperation } from "../graph";
import { idsOf } from "../mapping";
import { subResourceId } from "../subResourceId";
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
  minutes: { create: 10, read: 5, update: 10, delete: 5 },
  importId: subResourceId("Owner", "owners"),
  async create(plan, call, created) {
    const application = segments(plan.text("applicationId")).last;
    const owner = plan.text("ownerObjectId");
    const id = `/applications/${application}/owners/${owner}`;
    await call.locked(application, async () => {
      if (await isOwner(application, owner, call)) throw alreadyExists("azuread_application_owner", id);
      await call.post(`/applications/${application}/owners/$ref`, call.reference(owner, "v1.0"), "v1.0", {
        notFound: true,
      });
      created(id);
    });
  },
  async read(id, call) {
    const { first: application, last: owner } = segments(id);
    if (!(await isOwner(application, owner, call))) return undefined;
    return { applicationId: `/applications/${application}`, ownerObjectId: owner };
  },
  delete: (id, call) => call.delete(`${id}/$ref`),
};

async function isOwner(application: string, owner: string, call: GraphOperation): Promise<boolean> {
  const filter = encodeURIComponent(`id eq '${owner}'`);
  try {
    return idsOf(await call.list(`/applications/${application}/owners?$filter=${filter}`)).includes(owner);
  } catch (error) {
    if (call.serviceError(error)?.status === 404) return false;
    throw error;
  }
}
