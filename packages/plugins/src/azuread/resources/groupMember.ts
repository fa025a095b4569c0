/** https://www.pulumi.com/registry/packages/azuread/api-docs/groupmember/ */
import { string, type ResourceProperties } from "../../schema/property";
import { uuid } from "../../schema/validators";
import type { GraphOperation } from "../graph";
import { sameText } from "../mapping";
import { subResourceId } from "../subResourceId";
import { type AzureadResource, segments } from "../types";

const properties: ResourceProperties = {
  groupObjectId: string("required", { forceNew: true, check: uuid }),
  memberObjectId: string("required", { forceNew: true, check: uuid }),
};

export const groupMember: AzureadResource = {
  name: "GroupMember",
  terraform: "azuread_group_member",
  properties,
  schemaVersion: 0,
  minutes: { create: 5, read: 5, delete: 5 },
  importId: subResourceId("Member", "member"),
  async create(plan, call, created) {
    const group = plan.text("groupObjectId");
    const member = plan.text("memberObjectId");
    const id = `${group}/member/${member}`;
    await call.locked(group, async () => {
      await call.get(`/groups/${group}`, "beta");
      const members = await call.list(`/groups/${group}/members`, "beta");
      if (members.some((one) => sameText(one.id, member))) {
        throw new Error(
          `[id] A resource with the ID "${id}" already exists: To be managed via Terraform, this resource needs to be imported into the ` +
            'State. Please see the resource documentation for "azuread_group_member" for more information.',
        );
      }
      await call.post(`/groups/${group}/members/$ref`, call.reference(member, "beta"), "beta");
      created(id);
    });
  },
  async read(id, call) {
    const { first: group, last: member } = segments(id);
    return (await isMember(call, group, member)) ? { groupObjectId: group, memberObjectId: member } : undefined;
  },
  async delete(id, call) {
    const { first: group, last: member } = segments(id);
    await call.locked(group, async () => {
      await call.delete(`/groups/${group}/members/${member}/$ref`, "beta");
      await call.untilAgreed(
        `removal of Group Id Member (Group: "${group}"\nDirectory Object: "${member}")`,
        async () => !(await isMember(call, group, member)),
      );
    });
  },
};

async function isMember(call: GraphOperation, group: string, member: string): Promise<boolean> {
  const filter = encodeURIComponent(`id eq '${member}'`);
  const members = await call.findAll(`/groups/${group}/members?$filter=${filter}`, "beta");
  return members?.some((one) => sameText(one.id, member)) === true;
}
