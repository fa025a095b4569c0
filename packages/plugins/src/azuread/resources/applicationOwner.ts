/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationowner/ */
import { string, type ResourceProperties } from "../../schema/property";
import { uuid } from "../../schema/validators";
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
      const path = `/applications/${application}/owners`;
      if (idsOf(await call.list(path)).includes(owner)) throw alreadyExists("azuread_application_owner", id);
      await call.post(`${path}/$ref`, call.reference(owner, "v1.0"), "v1.0", { notFound: true });
      created(id);
    });
  },
  async read(id, call) {
    const { first: application, last: owner } = segments(id);
    const found = await call.find(`/applications/${application}`);
    const owners = found && idsOf(await call.list(`/applications/${application}/owners`));
    if (owners?.includes(owner) !== true) return undefined;
    return { applicationId: `/applications/${application}`, ownerObjectId: owner };
  },
  delete: (id, call) => call.delete(`${id}/$ref`),
};
