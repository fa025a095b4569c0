/**
 * The looks of the search for what somebody added, by name. Each kind of access names the looks that
 * find its additions.
 */
import { always, hasDetections, hasModel, type PrerequisiteSettings } from "./prerequisiteSettings";

const hasPeople = hasModel("basic", "rbac", "entitlement");

/** Whether a stack with these settings has something that the look compares. No name changes. */
const applies = {
  "added to the application": always,
  "added to the service principal": always,
  "added consents": always,
  "added to the groups": always,
  "added to Defender roles": hasPeople,
  "added guests": always,
  "changed guests": hasPeople,
  "added to access packages": always,
  "added directory roles": always,
  "added eligibilities": hasPeople,
  "added memberships": always,
  "added ownerships": always,
  "added app roles": hasPeople,
  "added to catalogs": hasModel("entitlement"),
  "added connected organizations": always,
  "added applications of the MSSP": always,
  "added to the automation": always,
  "added trust of the MSSP": always,
  "added Azure roles": always,
  "added Azure delegations": always,
  "changed detection rules": hasDetections,
  "governance relationship": hasPeople,
} as const satisfies Readonly<Record<string, (settings: PrerequisiteSettings) => boolean>>;

export type AdditionsPartName = keyof typeof applies;

/** In the order in which reports have them. */
export const additionsPartNames = Object.keys(applies) as readonly AdditionsPartName[];

export function isPartOf(settings: PrerequisiteSettings, part: AdditionsPartName): boolean {
  return applies[part](settings);
}

/**
 * What a look needs besides the permissions that read its kinds. `permissionsToFindAdditions` does not
 * ask for it: it reads the whole directory.
 * https://learn.microsoft.com/graph/api/user-list-approleassignments
 */
export const furtherPermissions: Readonly<Partial<Record<AdditionsPartName, readonly ["Directory.Read.All"]>>> = {
  "added app roles": ["Directory.Read.All"],
};
