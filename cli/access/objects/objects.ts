/** The objects and paths of a report, from the resources of a stack's state or preview. */
import { lastSegment, type ConnectorAccess } from "@defender-mssp/microsoft";
import { plannedId } from "../../planned/plannedId";
import { kinds } from "../../../domain/kinds/kinds";
import { isGrantedByAdministrator } from "../../../domain/prerequisiteSettings";
import {
  apiName,
  kindInReport,
  objectKinds,
  permissionName,
  type ObjectDescription,
  type ObjectKind,
} from "./kindInReport";
import { kindWords } from "./kindWords";
import { adminCenter, type LinkPlace } from "./links";
import type { ReportObject, ReportPath } from "./reportObject";
import type { ReportResource } from "../state/readState";
import {
  activationText,
  eligibleMembers,
  groupEligibility,
  resourceWithId,
  text,
  texts,
} from "../state/resourceWithId";

export interface ObjectsAndPaths {
  readonly objects: readonly ReportObject[];
  readonly paths: readonly ReportPath[];
}

/** The customer's tenant, and who grants the permissions of the connector there. */
export type ObjectsPlace = LinkPlace & { readonly connector: ConnectorAccess };

export function objectsOf(resources: readonly ReportResource[], place: ObjectsPlace): ObjectsAndPaths {
  const described = resources.flatMap((resource) => {
    const kind = kindInReport(resource.kind);
    return kind === undefined ? [] : [object(kind.word, resource, kind.describe(resource, resources), place)];
  });
  const hers = grantedByHer(resources, place);
  described.push(...hers.objects);
  const objects = described.map((one) => (one.kind === "clientSecret" ? toldApart(one, described) : one));
  objects.sort((a, b) => objectKinds.indexOf(a.kind) - objectKinds.indexOf(b.kind) || (a.name < b.name ? -1 : 1));
  const known = new Set(objects.map(({ key }) => key));
  const paths = [...resources.flatMap((resource) => pathsOf(resource, resources)), ...hers.paths].filter(
    ({ from, to }) => known.has(from) && known.has(to),
  );
  return { objects, paths };
}

/**
 * What an administrator of the customer grants by a click is no resource: it is what the registration asks for.
 * Whether she has clicked, only the tenant says; what may be granted is never left out.
 */
function grantedByHer(resources: readonly ReportResource[], { connector }: ObjectsPlace): ObjectsAndPaths {
  const principal = resources.find(({ kind }) => kind === "servicePrincipal");
  if (!isGrantedByAdministrator({ connector }) || principal === undefined) return { objects: [], paths: [] };
  const granted = resources.flatMap((one) => [text(one, "appRoleId"), ...texts(one, "claimValues")]);
  const asked = resources.filter(({ kind }) => kind === "requestedPermission");
  const objects = asked
    .flatMap((one) => [...texts(one, "roleIds"), ...texts(one, "scopeIds")])
    .filter((id) => !granted.includes(id) && !granted.includes(permissionName(id)))
    .map((id) => {
      const name = permissionName(id);
      const detail = `${apiName([name])}, by the consent of the customer's administrator`;
      return { key: `consent-${id}`, kind: "permission" as const, name, detail, objectId: "", adopted: false };
    });
  return { objects, paths: objects.map(({ key }) => ({ from: objectKey(principal), to: key, by: "may" })) };
}

function object(
  kind: ObjectKind,
  resource: ReportResource,
  description: ObjectDescription,
  place: LinkPlace,
): ReportObject {
  if (resource.id.startsWith(plannedId)) return plannedObject(kind, resource, description);
  const { name, detail, objectId = lastSegment(resource.id), appId, linkId } = description;
  const link =
    resource.id === "" ? undefined : linkTo(kind, place, linkId ?? (objectId || lastSegment(resource.id)), appId);
  const end = text(resource, "endDate");
  return {
    key: objectKey(resource),
    kind,
    name: name || resource.name,
    detail,
    objectId,
    ...(link === undefined ? {} : { link }),
    ...(resource.created === undefined ? {} : { since: resource.created }),
    ...(end === "" ? {} : { until: new Date(end).toISOString() }),
    adopted: resource.outputs["adopted"] === true,
  };
}

/** Two client secrets of a rotation have one name: the day on which each was made tells them apart. */
function toldApart(secret: ReportObject, all: readonly ReportObject[]): ReportObject {
  const { key, kind, name, since } = secret;
  const hasTwin = all.some((other) => other.key !== key && other.kind === kind && other.name === name);
  return hasTwin && since !== undefined ? { ...secret, name: `${name}, made on ${since.slice(0, 10)}` } : secret;
}

/** @param appId for an application, its client ID. */
export function linkTo(kind: ObjectKind, place: LinkPlace, objectId: string, appId = ""): string | undefined {
  return objectId === "" && appId === ""
    ? undefined
    : (kindWords[kind].link ?? adminCenter)(place, { objectId, appId });
}

/** Without what only the tenant decides, and without dates, which count from the creation. */
function plannedObject(kind: ObjectKind, resource: ReportResource, { name, detail }: ObjectDescription): ReportObject {
  const shown = detail.includes(plannedId) ? "" : detail;
  return { key: objectKey(resource), kind, name: name || resource.name, detail: shown, objectId: "", adopted: false };
}

/** Names of a program's resources are unique by type. */
export function objectKey({ type, name }: Pick<ReportResource, "type" | "name">): string {
  const short = type.split(":").at(-1) ?? type;
  return `${short}-${name}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}

/** Who reaches what by this resource. */
function pathsOf(resource: ReportResource, all: readonly ReportResource[]): ReportPath[] {
  const path = (from: string, to: ReportResource | undefined, by: string): ReportPath[] => {
    const source = resourceWithId(from, principals(all));
    return source === undefined || to === undefined ? [] : [{ from: objectKey(source), to: objectKey(to), by }];
  };
  switch (resource.kind) {
    case "group":
      // Who has activated the membership is a member for some hours; the state may be older.
      if (groupEligibility(resource, all) !== undefined) return [];
      return texts(resource, "members").flatMap((member) => path(member, resource, "member of"));
    case "eligibility": {
      const group = resourceWithId(text(resource, "groupId"), principals(all));
      return eligibleMembers(resource).flatMap(({ objectId, accessEndsOn }) =>
        path(objectId, group, eligibilityText(resource, accessEndsOn)),
      );
    }
    case "directoryRoleAssignment":
      return path(text(resource, "principalObjectId"), resource, "has the role");
    case "defenderRoleAssignment": {
      const role = resourceWithId(text(resource, "roleDefinitionId"), all);
      return texts(resource, "principalIds").flatMap((group) => path(group, role, "has the role"));
    }
    case "accessPackageResource": {
      const group = resourceWithId(text(resource, "catalogResourceAssociationId"), principals(all));
      return path(text(resource, "accessPackageId"), group, "makes a member of");
    }
    case "accessPackage": {
      const organization = all.find(({ kind }) => kind === "connectedOrganization");
      return organization === undefined ? [] : path(organization.id, resource, "may request");
    }
    case "sentinelAssignment":
      return path(text(resource, "principalId"), resource, "has the role");
    default:
      return connectorPaths(resource, all, path);
  }
}

/** Objects by their own ID: a part may end with the ID of what it belongs to. */
function principals(all: readonly ReportResource[]): readonly ReportResource[] {
  return all.filter(({ kind }) => kinds.find(({ key }) => key === kind)?.removal.by !== "owner");
}

function connectorPaths(
  resource: ReportResource,
  all: readonly ReportResource[],
  path: (from: string, to: ReportResource | undefined, by: string) => ReportPath[],
): ReportPath[] {
  switch (resource.kind) {
    case "clientSecret":
    case "certificate":
    case "federatedCredential":
      // From left to right: the credential opens the application.
      return path(text(resource, "applicationId"), resource, "signs in with").map(({ from, to, by }) => ({
        from: to,
        to: from,
        by,
      }));
    case "applicationPermission":
      return path(text(resource, "principalObjectId"), resource, "may");
    case "delegatedConsent":
      return path(text(resource, "servicePrincipalObjectId"), resource, "may");
    case "servicePrincipal": {
      const registration = all.find(
        ({ kind, outputs }) => kind === "application" && outputs["clientId"] === text(resource, "clientId"),
      );
      return registration === undefined ? [] : path(registration.id, resource, "signs in as");
    }
    default:
      return [];
  }
}

/** Such as "eligible until 2027-03-31, active for up to 4 hours after an approval". */
function eligibilityText(eligibility: ReportResource, accessEndsOn: string | undefined): string {
  const end = accessEndsOn === undefined ? "" : ` until ${accessEndsOn}`;
  return `eligible${end}, ${activationText(eligibility)}`;
}
