/**
 * Finds additions to the stack's objects in the customer's tenant. The engine compares only
 * declared resources, so it does not report a second secret, another owner or a wider consent.
 * Shared by `mssp verify` and the nightly `mssp ci preview --drift`.
 */
import { EnvironmentError, graphCall, requestToken, ServiceError, type Environment } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Settings } from "../../../settings";
import { readStackSettings } from "../../../settings/fromFile";
import type { FoundAddition } from "./addition";
import type { AdditionsPart } from "../../stack/additionsPart";
import { applicationAdditions, applicationsOf } from "./application";
import type { Place } from "../../base/place";
import { withAudit } from "./audit";
import { accessPackagesOf, assignmentAdditions, assignmentsOf, holdersOf, policyAdditions } from "./accessPackages";
import { deployedOf, type Deployed } from "./deployed";
import { defenderRoleAdditions, defenderRolesOf } from "./defenderRoles";
import { groupAdditions, groupsOf } from "./groups";
import { guestAdditions, msspDomains } from "./guests";
import { consentAdditions, servicePrincipalAdditions, servicePrincipalsOf } from "./servicePrincipal";
import type { AdditionsTenant } from "./tenant";
import { tenantEndpoints } from "../tenantEndpoints";
import { readDeployment, type Deployment } from "../../stack/deployment";

export interface AdditionsRun extends Place {
  readonly stack: string;
}

/** One place to look at. */
interface Part {
  readonly name: string;
  /** The permission to read it. */
  readonly permission: string;
  /** Why the part does not apply; undefined if it does. */
  readonly notApplicable: (tenant: AdditionsTenant) => string | undefined;
  readonly look: (tenant: AdditionsTenant, holders: ReadonlySet<string>) => Promise<FoundAddition[]>;
}

const unless = (there: boolean, what: string) => (there ? undefined : `not applicable: the stack has no ${what}`);

const parts: readonly Part[] = [
  {
    name: "added to the application",
    permission: "Application.Read.All",
    notApplicable: (tenant) => unless(applicationsOf(tenant).length > 0, "application in this tenant"),
    look: applicationAdditions,
  },
  {
    name: "added to the service principal",
    permission: "Application.Read.All",
    notApplicable: (tenant) => unless(servicePrincipalsOf(tenant).length > 0, "service principal"),
    look: servicePrincipalAdditions,
  },
  {
    name: "added consents",
    permission: "DelegatedPermissionGrant.Read.All",
    notApplicable: (tenant) => unless(servicePrincipalsOf(tenant).length > 0, "service principal"),
    look: consentAdditions,
  },
  {
    name: "added to the groups",
    permission: "Group.Read.All",
    notApplicable: (tenant) => unless(groupsOf(tenant).length > 0, "group"),
    look: groupAdditions,
  },
  {
    name: "added to Defender roles",
    permission: "RoleManagement.Read.Defender",
    notApplicable: (tenant) => unless(defenderRolesOf(tenant).length > 0, "Defender role"),
    look: defenderRoleAdditions,
  },
  {
    name: "added guests",
    permission: "User.Read.All",
    notApplicable: (tenant) => unless(msspDomains(tenant).length > 0, "analysts and no analystDomains in its settings"),
    look: guestAdditions,
  },
  {
    name: "added to access packages",
    permission: "EntitlementManagement.Read.All",
    notApplicable: (tenant) => unless(accessPackagesOf(tenant).length > 0, "access package"),
    look: async (tenant) => [
      ...(await policyAdditions(tenant)),
      ...assignmentAdditions(tenant, await assignmentsOf(tenant)),
    ],
  },
];

/**
 * Checks every part. A part that can't be read is `notChecked`, with the missing permission; it
 * never counts as passed.
 * @param run `deployment`: the state, where the caller has read it.
 * @throws VisibleError where the state can't be read
 */
export async function findAdditions(
  run: AdditionsRun & { readonly deployment?: Deployment },
): Promise<AdditionsPart[]> {
  const deployment = run.deployment ?? (await readDeployment(run.stack, run));
  try {
    return await partsOf(await tenantOf(run, deployedOf(deployment)));
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    const reason = `not checked: ${error.message.replace(/\s*\n\s*/g, " ")}`;
    return parts.map(({ name }) => ({ name, state: "notChecked", reason, additions: [] }));
  }
}

/**
 * Signs in to the tenant of a stack's settings.
 * @throws VisibleError where settings, credentials or tenant can't be used
 */
export async function tenantOf(run: AdditionsRun, deployed: Deployed): Promise<AdditionsTenant> {
  return signedIn(await readStackSettings(run.stack, run), deployed, run.environment);
}

async function signedIn(settings: Settings, deployed: Deployed, environment: Environment): Promise<AdditionsTenant> {
  const endpoints = await tenantEndpoints(settings, environment);
  const call = await graphCall(settings.tenantId, { environment, endpoints });
  const audience = endpoints.graphEndpoint;
  const { accessToken } = await requestToken({ tenantId: settings.tenantId, audience, environment, endpoints });
  return { call, graph: audience, deployed, settings, ownObjectId: objectIdIn(accessToken) };
}

/**
 * The token's object ID. Only the list of foreign owners depends on it; Graph validates the token.
 */
function objectIdIn(token: string): string | undefined {
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString() || "{}") as { oid?: string };
  return claims.oid;
}

/** Checks every part of a tenant. */
export async function partsOf(tenant: AdditionsTenant): Promise<AdditionsPart[]> {
  const holders = await holdersIn(tenant);
  const results: AdditionsPart[] = [];
  for (const part of parts) results.push(await partOf(part, tenant, holders));
  return results;
}

/** Holders of access packages are group members without being in the state. */
async function holdersIn(tenant: AdditionsTenant): Promise<ReadonlySet<string> | ServiceError> {
  if (accessPackagesOf(tenant).length === 0) return new Set();
  try {
    return holdersOf(tenant, await assignmentsOf(tenant));
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

async function partOf(
  { name, permission, notApplicable, look }: Part,
  tenant: AdditionsTenant,
  holders: ReadonlySet<string> | ServiceError,
): Promise<AdditionsPart> {
  const unchecked = (reason: string): AdditionsPart => ({ name, state: "notChecked", reason, additions: [] });
  const reason = notApplicable(tenant);
  if (reason !== undefined) return unchecked(reason);
  const needsHolders = look === groupAdditions || look === guestAdditions;
  if (needsHolders && holders instanceof ServiceError)
    return unchecked(whyNot(holders, "EntitlementManagement.Read.All, to see who holds an access package"));
  try {
    const found = await look(tenant, holders instanceof ServiceError ? new Set() : holders);
    if (found.length === 0) return { name, state: "passed", reason: "no additions", additions: [] };
    const { additions, notAsked } = await withAudit(tenant.call, found);
    return { name, state: "failed", reason: sentence(additions, notAsked), additions };
  } catch (error) {
    if (error instanceof EnvironmentError) return unchecked(`not checked: ${error.message}`);
    if (!(error instanceof ServiceError)) throw error;
    return unchecked(whyNot(error, permission));
  }
}

/** Why a part was not checked. */
export function whyNot({ status, message }: ServiceError, permission: string): string {
  return status === 401 || status === 403 ? `not permitted: requires ${permission}` : `not checked: ${message}`;
}

function sentence(additions: AdditionsPart["additions"], notAsked: string | undefined): string {
  const lines = additions.map(
    ({ what, to, done, step }) => `${what}, on ${to}${doneText(done)}. To remove it: ${step}`,
  );
  return [...lines, ...(notAsked === undefined ? [] : [notAsked])].join("\n");
}

/** Such as `, added by eve@contoso.com on 2026-11-26T09:00:00Z`; empty where nothing is known. */
export function doneText({ by, on }: { readonly by: string; readonly on: string }): string {
  if (by === "" && on === "") return "";
  return `, added${by === "" ? "" : ` by ${by}`}${on === "" ? "" : ` on ${on}`}`;
}
