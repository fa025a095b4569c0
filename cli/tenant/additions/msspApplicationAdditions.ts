/**
 * Service principals of the MSSP's applications: the automation and the identity that previews, which
 * the customer consents to, and others. Reading needs `Application.Read.All`.
 */
import { azRest, chain, edgeChain, heldBy, msspEntries, type ServicePrincipalEntry } from "@defender-mssp/tenant";
import {
  graphServicePrincipals,
  listAppRoleAssignments,
  ownsApplication,
  publishedRoleName,
  type AppRoleAssignment,
  type ServicePrincipal,
} from "@defender-mssp/microsoft";
import {
  neededPermissions,
  permissionsEverAsked,
  permissionsForEvidence,
  permissionsForMonth,
  permissionsToFindAdditions,
  permissionsToKeep,
  permissionsToPreview,
} from "../../../domain/prerequisites";
import type { FoundAddition } from "./addition";
import { applicationsOf } from "./application";
import { heldText } from "./nodeAdditions";
import { permissionAddition, principalCredentials } from "./servicePrincipal";
import { foreignOwners, kindTenant, type AdditionsTenant, type StackPrincipal } from "./tenant";

interface MsspApplications {
  /** The automation and the identity that previews. */
  readonly identities: readonly ServicePrincipalEntry[];
  readonly others: readonly ServicePrincipalEntry[];
  /** Of the identities, the one that no variable names. */
  readonly guessed: readonly ServicePrincipalEntry[];
}

/**
 * Tells the MSSP's applications apart. One of the two identities looks. The other is known by the
 * environment, or is the only one that has the other's permissions and no more.
 */
async function msspApplications(tenant: AdditionsTenant): Promise<MsspApplications> {
  const { deployed, identities = [] } = tenant;
  const candidates = (await msspEntries(kindTenant(tenant))).filter(({ id }) => !deployed.has(id));
  const isKnown = ({ appId }: ServicePrincipalEntry) => identities.includes(appId.toLowerCase());
  const known = candidates.filter(isKnown);
  const unknown = candidates.filter((entry) => !isKnown(entry));
  const [looking, ...alsoKnown] = known;
  const counterpart =
    looking === undefined || alsoKnown.length > 0 ? undefined : await onlyCounterpart(tenant, looking, unknown);
  return {
    identities: [...known, ...(counterpart === undefined ? [] : [counterpart])],
    guessed: counterpart === undefined ? [] : [counterpart],
    others: unknown.filter((entry) => entry !== counterpart),
  };
}

async function onlyCounterpart(
  tenant: AdditionsTenant,
  looking: ServicePrincipalEntry,
  candidates: readonly ServicePrincipalEntry[],
): Promise<ServicePrincipalEntry | undefined> {
  const asked = permissionsEverAsked();
  const lookingWrites = (await rolesOf(tenant, looking.id)).some(({ role }) => isWriting(role));
  const fitting: ServicePrincipalEntry[] = [];
  for (const candidate of candidates) {
    const roles = await rolesOf(tenant, candidate.id);
    const writes = roles.some(({ role }) => isWriting(role));
    if (roles.length > 0 && roles.every(({ role }) => asked.has(role)) && writes !== lookingWrites)
      fitting.push(candidate);
  }
  return fitting.length === 1 ? fitting[0] : undefined;
}

function isWriting(permission: string): boolean {
  return !/\.Read(Basic)?\./.test(permission);
}

interface GrantedRole {
  readonly assignment: AppRoleAssignment;
  /** Name of the permission, or its ID where no published API has it. */
  readonly role: string;
}

async function rolesOf(tenant: AdditionsTenant, id: string): Promise<readonly GrantedRole[]> {
  return (await listAppRoleAssignments(kindTenant(tenant).graph, id)).map((assignment) => ({
    assignment,
    role: publishedRoleName(assignment.appRoleId),
  }));
}

/**
 * Applications of the MSSP's tenant besides the stack's connector and the two identities, with everything
 * that they have. One that counts as the second identity by its permissions alone is named as well.
 */
export async function msspApplicationAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  const { others, guessed } = await msspApplications(tenant);
  return Promise.all(
    [...others, ...guessed].map(async (entry) => {
      const { id, appId, displayName } = entry;
      const held = await heldBy(kindTenant(tenant), { type: "servicePrincipal", id });
      const identity = guessed.includes(entry)
        ? ". By its permissions it may be the MSSP's second identity: then name it in MSSP_CLIENT_ID or MSSP_PREVIEW_CLIENT_ID"
        : "";
      return {
        kind: "service principal",
        to: `tenant ${tenant.settings.tenantId}`,
        what: `service principal "${displayName}" of the MSSP's application ${appId}, ${heldText(held)}${identity}`,
        id,
        chains: [
          chain({ kind: "msspServicePrincipal", principal: id, object: id }),
          ...held.grants.map((edge) => edgeChain(id, edge)),
        ],
        targets: [id],
        step: azRest("DELETE", `${tenant.graph}${graphServicePrincipals.item(id)}`),
      };
    }),
  );
}

/** The automation and the identity that previews, as principals. */
export async function identityPrincipals(tenant: AdditionsTenant): Promise<readonly StackPrincipal[]> {
  const { identities } = await msspApplications(tenant);
  return identities.map(({ id, displayName }) => ({
    type: "servicePrincipal",
    id,
    adopted: false,
    name: `service principal "${displayName}"`,
  }));
}

/** Permissions that this program asks nobody for, credentials and owners of the two identities. */
export async function automationAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  const asked = permissionsEverAsked();
  const { identities } = await msspApplications(tenant);
  const additions = identities.map(async ({ id, displayName }): Promise<FoundAddition[]> => {
    const named = { id, name: `service principal "${displayName}"` };
    const { status, body } = await tenant.call(graphServicePrincipals.item(id), { accept: [404] });
    if (status === 404) return [];
    const unasked = (await rolesOf(tenant, id)).filter(({ role }) => !asked.has(role));
    return [
      ...principalCredentials(tenant, body as ServicePrincipal, named.name),
      ...unasked.map(({ assignment, role }) =>
        permissionAddition(tenant, assignment, {
          role,
          to: named.name,
          note: ", which this program never asks for",
        }),
      ),
      ...(await foreignOwners(tenant, "servicePrincipals", named)),
    ];
  });
  return (await Promise.all(additions)).flat();
}

/**
 * Permissions that this stack's settings do not need. An MSSP may ask all of its customers for the
 * same, so that they are no additions.
 */
export async function unneededPermissions(tenant: AdditionsTenant): Promise<string | undefined> {
  const { prerequisites } = tenant;
  if (prerequisites === undefined) return undefined;
  const needed = new Set<string>([
    ...neededPermissions(prerequisites).map(({ permission }) => permission),
    ...permissionsToKeep(prerequisites).map(({ permission }) => permission),
    ...permissionsToPreview(prerequisites),
    ...permissionsToFindAdditions(prerequisites),
    ...permissionsForEvidence(prerequisites),
    ...permissionsForMonth(prerequisites),
  ]);
  const { identities } = await msspApplications(tenant);
  const roles = (await Promise.all(identities.map(({ id }) => rolesOf(tenant, id)))).flat();
  const everyApplication = "Application.ReadWrite.All";
  // It manages what the automation does not own.
  if (roles.some(({ role }) => role === everyApplication))
    for (const { objectId } of applicationsOf(tenant)) {
      const owned = await Promise.all(identities.map(({ id }) => ownsApplication(tenant.call, objectId, id)));
      if (!owned.includes(true)) needed.add(everyApplication);
    }
  const asked = permissionsEverAsked();
  const unneeded = [...new Set(roles.map(({ role }) => role))].filter((role) => asked.has(role) && !needed.has(role));
  if (unneeded.length === 0) return undefined;
  return `the automation has more permissions than this stack's settings need: ${unneeded.sort().join(", ")}`;
}
