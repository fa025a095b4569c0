/** Administrative units. https://learn.microsoft.com/graph/api/resources/administrativeunit, …/scopedrolemembership */
import type { EntityProperties } from "./property";
import { complex, computed, dateTime, readOnly, string } from "./property";
import { directorySet, plainSet } from "./entitySet";

const administrativeUnit: EntityProperties = {
  id: string({ ...computed }),
  deletedDateTime: dateTime(readOnly),
  displayName: string({ required: true }),
  description: string(),
  visibility: string({ values: ["HiddenMembership", "Public"] }),
};

const scopedRoleMembership: EntityProperties = {
  id: string({ ...computed }),
  roleId: string({ nullable: false, required: true, write: "create" }),
  administrativeUnitId: string({ ...computed }),
  roleMemberInfo: complex("identity", { required: true, write: "create" }),
};

export const administrativeUnitTypes: Readonly<Record<string, EntityProperties>> = {
  identity: { id: string(), displayName: string() },
};

export const administrativeUnitSets = {
  administrativeUnits: directorySet("administrativeUnit", administrativeUnit, {
    path: "directory/administrativeUnits",
    softDelete: true,
    links: { members: { targets: ["users", "groups"] } },
  }),
  /** Role assignments in the scope of a unit; none is stored. */
  scopedRoleMemberships: plainSet("scopedRoleMembership", scopedRoleMembership),
};
