/**
 * Finds additions to the stack's objects in the customer's tenant. The engine compares only
 * declared resources, so it does not report a second secret, another owner or a wider consent.
 * Shared by `mssp verify` and the nightly `mssp ci preview --drift`.
 */
import { unread } from "@defender-mssp/errors/notChecked";
import { customerAzure, unreadReason, type KindKey } from "@defender-mssp/tenant";
import { clockFrom, dateOf, objectIdIn, ServiceError } from "@defender-mssp/microsoft";
import { isCallError, VisibleError } from "@defender-mssp/errors";
import type { Settings } from "../../../settings";
import { readStackSettings } from "../../../settings/fromFile";
import type { FoundAddition } from "./addition";
import type { AdditionsPart } from "../../stack/additionsPart";
import { applicationAdditions, applicationsOf } from "./application";
import type { Place } from "../../base/place";
import { withAudit } from "./audit";
import { azureRoleAdditions, otherAzureRoles, unreadSubscriptions } from "./azureRoleAdditions";
import { assignmentAdditions, assignmentsOf, holdersOf, policyAdditions } from "./accessPackages";
import { deployedOf, type Deployed } from "../deployed";
import { deployedWhose, otherMsspTenant, whoseIn, withWhose, type DeployedWhose } from "../deployedWhose";
import { defenderRoleAdditions } from "./defenderRoles";
import { detectionRuleChanges } from "./detectionRuleChanges";
import { groupAdditions } from "./groups";
import { guestAdditions, guestChanges } from "./guests";
import { catalogAdditions } from "./catalogAdditions";
import { hasKeeper } from "../../../domain/prerequisiteSettings";
import { automationAdditions, msspApplicationAdditions, unneededPermissions } from "./msspApplicationAdditions";
import {
  eligibilityAdditions,
  heldAdditions,
  packageAdditions,
  recordedEarlier,
  unrecordedEarlier,
} from "./heldAdditions";
import { claimedApplicationAdditions, nodeAdditions } from "./nodeAdditions";
import { trustAdditions } from "./trustAdditions";
import { msspDomains } from "../openTenant";
import { additionsPartNames, furtherPermissions, type AdditionsPartName } from "../../../domain/additionsPartNames";
import { additionsKinds, permissionsToRead } from "../../../domain/prerequisites";
import { consentAdditions, servicePrincipalAdditions, servicePrincipalsOf } from "./servicePrincipal";
import type { AdditionsTenant } from "./tenant";
import { signInToTenant, type TenantSignIn } from "../signInToTenant";
import { seenText } from "../../base/seenText";
import { oneLook, rereads } from "../rereads";
import { readDeployment, type Deployment } from "../../stack/deployment";
import { unknownResources, unknownResourcesNote } from "../../stack/unknownResources";

export interface AdditionsRun extends Place {
  readonly stack: string;
  /** People and tenants of the MSSP besides those of the settings. @default those of state and history */
  readonly whose?: DeployedWhose;
}

/** One look. */
interface Part {
  /** Why the part does not apply; undefined if it does. */
  readonly notApplicable: (tenant: AdditionsTenant) => string | undefined;
  /** Whether it depends on who holds an access package. */
  readonly needsHolders?: boolean;
  readonly look: (tenant: AdditionsTenant, holders: ReadonlySet<string>) => Promise<FoundAddition[]>;
  /** A clause about what of it nobody looked at; undefined where everything was. */
  readonly unlooked?: (tenant: AdditionsTenant) => Promise<string | undefined>;
  /** A clause for people that is no addition. */
  readonly note?: (tenant: AdditionsTenant) => Promise<string | undefined>;
}

const unless = (there: boolean, what: string) => (there ? undefined : `not applicable: the stack has no ${what}`);
const applies = (): undefined => undefined;
const unlessPrincipals = (tenant: AdditionsTenant) =>
  unless(
    [...tenant.deployed.all("group"), ...tenant.deployed.all("guest"), ...servicePrincipalsOf(tenant)].length > 0,
    "group, guest or service principal",
  );
const unlessPeople = (tenant: AdditionsTenant) =>
  unless([...tenant.deployed.all("group"), ...tenant.deployed.all("guest")].length > 0, "group and no guest");

const held =
  (part: Parameters<typeof heldAdditions>[1]): Part["look"] =>
  (tenant, holders) =>
    heldAdditions(tenant, part, holders);
/** What the part says of adopted principals. */
const earlier = (part: Parameters<typeof heldAdditions>[1]): Pick<Part, "unlooked" | "note"> => ({
  unlooked: (tenant) => unrecordedEarlier(tenant, part),
  note: (tenant) => recordedEarlier(tenant, part),
});
const nodes =
  (kind: KindKey, name: string): Part["look"] =>
  (tenant) =>
    nodeAdditions(tenant, { kind, name });

const parts: Readonly<Record<AdditionsPartName, Part>> = {
  "added to the application": {
    notApplicable: (tenant) => unless(applicationsOf(tenant).length > 0, "application in this tenant"),
    look: applicationAdditions,
  },
  "added to the service principal": {
    notApplicable: (tenant) => unless(servicePrincipalsOf(tenant).length > 0, "service principal"),
    look: servicePrincipalAdditions,
  },
  "added consents": {
    notApplicable: (tenant) => unless(servicePrincipalsOf(tenant).length > 0, "service principal"),
    look: consentAdditions,
  },
  "added to the groups": {
    notApplicable: (tenant) => unless(tenant.deployed.all("group").length > 0, "group"),
    needsHolders: true,
    look: groupAdditions,
  },
  "added to Defender roles": {
    notApplicable: (tenant) =>
      tenant.deployed.all("defenderRole").length > 0
        ? undefined
        : unless(unlessPeople(tenant) === undefined, "Defender role"),
    needsHolders: true,
    look: defenderRoleAdditions,
  },
  "added guests": {
    notApplicable: ({ settings }) =>
      msspDomains(settings).length > 0
        ? undefined
        : "not checked: no domain of the MSSP's people is known: set analystDomains",
    needsHolders: true,
    look: guestAdditions,
  },
  "changed guests": {
    notApplicable: ({ deployed }) => unless(deployed.all("guest").length > 0, "guest"),
    look: guestChanges,
  },
  "added to access packages": {
    notApplicable: applies,
    look: async (tenant) => {
      const additions = [
        ...(await packageAdditions(tenant)),
        ...(await policyAdditions(tenant)),
        ...assignmentAdditions(tenant, await assignmentsOf(tenant)),
      ];
      return [...new Map(additions.map((addition) => [`${addition.kind} ${addition.id}`, addition])).values()];
    },
  },
  "added directory roles": {
    notApplicable: unlessPrincipals,
    needsHolders: true,
    look: held("added directory roles"),
  },
  "added eligibilities": { notApplicable: unlessPeople, needsHolders: true, look: eligibilityAdditions },
  "added memberships": {
    notApplicable: unlessPrincipals,
    needsHolders: true,
    look: held("added memberships"),
    ...earlier("added memberships"),
  },
  "added ownerships": {
    notApplicable: unlessPrincipals,
    needsHolders: true,
    look: held("added ownerships"),
    ...earlier("added ownerships"),
  },
  "added app roles": {
    notApplicable: unlessPeople,
    needsHolders: true,
    look: held("added app roles"),
    ...earlier("added app roles"),
  },
  "added to catalogs": {
    notApplicable: (tenant) => unless(tenant.deployed.all("accessPackageCatalog").length > 0, "catalog"),
    look: catalogAdditions,
  },
  "added connected organizations": {
    notApplicable: applies,
    look: nodes("connectedOrganization", "connected organization"),
  },
  "added applications of the MSSP": {
    notApplicable: unlessIdentity,
    look: async (tenant) => [
      ...(await msspApplicationAdditions(tenant)),
      ...(await claimedApplicationAdditions(tenant)),
    ],
  },
  "added to the automation": {
    notApplicable: unlessIdentity,
    look: automationAdditions,
    note: unneededPermissions,
  },
  "added trust of the MSSP": { notApplicable: applies, look: trustAdditions },
  "added Azure roles": {
    notApplicable: unlessPrincipals,
    needsHolders: true,
    look: azureRoleAdditions,
    ...earlier("added Azure roles"),
    note: otherAzureRoles,
  },
  "added Azure delegations": {
    notApplicable: applies,
    look: nodes("lighthouseAssignment", "Azure Lighthouse delegation"),
    note: unreadSubscriptions,
  },
  "changed detection rules": {
    notApplicable: ({ deployed }) => unless(deployed.all("detectionRule").length > 0, "detection rule"),
    look: detectionRuleChanges,
  },
  "governance relationship": {
    notApplicable: ({ settings }) =>
      settings.portalAccess.model === "governance" ? "not applicable: the settings ask for one" : undefined,
    look: nodes("governanceRelationship", "governance relationship"),
  },
};

/** A signed-in person is not known from the MSSP's applications. */
function unlessIdentity({ identities = [] }: AdditionsTenant): string | undefined {
  return identities.length > 0
    ? undefined
    : "not checked: ARM_CLIENT_ID, MSSP_CLIENT_ID and MSSP_PREVIEW_CLIENT_ID do not name the automation";
}

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
  return [...(await partsOfStack(run, deployment)), ...unknownPart(deployment)];
}

/** Nothing can look for additions to a resource whose type is unknown. */
function unknownPart(deployment: Deployment): AdditionsPart[] {
  const note = unknownResourcesNote(unknownResources(deployment));
  if (note === undefined) return [];
  return [{ name: "resources of unknown types", ...unread(`not checked: ${note}`), additions: [] }];
}

async function partsOfStack(run: AdditionsRun, deployment: Deployment): Promise<AdditionsPart[]> {
  try {
    const whose = run.whose ?? (await deployedWhose(deployment, run));
    return await partsOf(await tenantOf({ ...run, whose }, deployedOf(deployment)));
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    const reason = `not checked: ${error.message.replace(/\s*\n\s*/g, " ")}`;
    return additionsPartNames.map((name) => ({ name, ...unread(reason), additions: [] }));
  }
}

/**
 * Signs in to the tenant of a stack's settings.
 * @throws VisibleError where settings, credentials or tenant can't be used
 */
export async function tenantOf(run: AdditionsRun, deployed: Deployed): Promise<AdditionsTenant> {
  const settings = await readStackSettings(run.stack, run);
  return additionsTenant(run, { settings, deployed, signIn: await signInToTenant(settings, run.environment) });
}

/** The tenant of a sign-in, for the search. */
export function additionsTenant(
  { stack, environment, ...run }: AdditionsRun,
  {
    settings: ofToday,
    deployed,
    signIn,
  }: { readonly settings: Settings; readonly deployed: Deployed; readonly signIn: TenantSignIn },
): AdditionsTenant {
  const { call, endpoints, accessToken } = signIn;
  const whose = run.whose ?? whoseIn(deployed.resources);
  const settings = withWhose(ofToday, whose);
  const otherTenant = otherMsspTenant(ofToday, whose);
  return {
    stack,
    call,
    graph: endpoints.graphEndpoint,
    deployed,
    settings,
    ...(otherTenant === undefined ? {} : { otherTenant }),
    prerequisites: settings,
    openAzure: () => customerAzure(settings, { environment, endpoints }),
    ownObjectId: objectIdIn(accessToken),
    identities: [
      ...identityVariables.flatMap((name) => environment[name]?.toLowerCase() ?? []),
      ...(hasKeeper(settings) ? Object.values(settings.msspApplications ?? {}).map(({ id }) => id) : []),
    ],
    rereads: rereads(environment),
    today: dateOf(clockFrom(environment)()),
  };
}

/** Variables with application (client) IDs of the automation and the identity that previews. */
const identityVariables = ["ARM_CLIENT_ID", "MSSP_CLIENT_ID", "MSSP_PREVIEW_CLIENT_ID"] as const;

/** Checks every part of a tenant, and joins what its looks show. */
export async function partsOf(tenant: AdditionsTenant): Promise<AdditionsPart[]> {
  const { looks, apart } = tenant.rereads ?? oneLook;
  const rounds: ReadonlyMap<AdditionsPartName, PartLook>[] = [];
  for (let look = 0; look < looks; look++) {
    if (look > 0) await apart();
    // What a tenant has read is remembered for that object.
    const own = look === 0 ? tenant : { ...tenant };
    const holders = await holdersIn(own);
    // The service of detection rules allows few calls a minute, and a rule gives nobody access.
    const names = additionsPartNames.filter((name) => look === 0 || name !== "changed detection rules");
    rounds.push(
      new Map(await Promise.all(names.map(async (name) => [name, await lookAt(name, own, holders)] as const))),
    );
  }
  const joined = (name: AdditionsPartName): Promise<AdditionsPart> =>
    joinedPart(
      name,
      tenant,
      rounds.flatMap((round) => round.get(name) ?? []),
    );
  return [...tenantPart(tenant), ...(await Promise.all(additionsPartNames.map(joined)))];
}

/** The tenants of the MSSP, where state and settings name different ones. */
function tenantPart({ otherTenant }: AdditionsTenant): AdditionsPart[] {
  if (otherTenant === undefined) return [];
  const reason = `${otherTenant}. Restore the setting msspTenantId`;
  return [{ name: "tenant of the MSSP", state: "failed", reason, additions: [] }];
}

/** Holders of access packages are group members without being in the state. */
async function holdersIn(tenant: AdditionsTenant): Promise<ReadonlySet<string> | ServiceError> {
  if (tenant.deployed.all("accessPackage").length === 0) return new Set();
  try {
    return holdersOf(tenant, await assignmentsOf(tenant));
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

/** What one look of a part shows, or why it could not look. */
type PartLook =
  | { readonly unchecked: string }
  | { readonly found: readonly FoundAddition[]; readonly notes: string; readonly open?: string | undefined };

async function lookAt(
  name: AdditionsPartName,
  tenant: AdditionsTenant,
  holders: ReadonlySet<string> | ServiceError,
): Promise<PartLook> {
  const { notApplicable, needsHolders = false, look, note, unlooked: stillOpen } = parts[name];
  const unchecked = notApplicable(tenant);
  if (unchecked !== undefined) return { unchecked };
  if (needsHolders && holders instanceof ServiceError)
    return { unchecked: unreadReason(holders, "EntitlementManagement.Read.All, to see who holds an access package") };
  try {
    const found = await look(tenant, holders instanceof ServiceError ? new Set() : holders);
    const noted = await note?.(tenant);
    const open = await stillOpen?.(tenant);
    return { found, notes: [noted, open].map((text) => (text === undefined ? "" : `; ${text}`)).join(""), open };
  } catch (error) {
    if (!isCallError(error)) throw error;
    const permissions = furtherPermissions[name] ?? permissionsToRead(additionsKinds(name));
    return { unchecked: unreadReason(error, permissions.join(", ")) };
  }
}

/** Every addition that a look shows. Without one, a look that was refused leaves the part unchecked. */
async function joinedPart(
  name: AdditionsPartName,
  tenant: AdditionsTenant,
  looks: readonly PartLook[],
): Promise<AdditionsPart> {
  const seen = looks.flatMap((look) => ("found" in look ? look : []));
  const union = joinedAdditions(seen.map(({ found }) => found));
  const unchecked = looks.find((look) => "unchecked" in look);
  if (union.length === 0 && unchecked !== undefined) return { name, ...unread(unchecked.unchecked), additions: [] };
  const { notes = "", open } = seen.at(-1) ?? {};
  if (union.length === 0 && open !== undefined) return { name, ...unread(`not checked: ${open}`), additions: [] };
  if (union.length === 0) return { name, state: "passed", reason: `no additions${notes}`, additions: [] };
  try {
    const { additions, notAsked } = await withAudit(tenant.call, union);
    return { name, state: "failed", reason: `${sentence(additions, notAsked)}${notes}`, additions };
  } catch (error) {
    if (!isCallError(error)) throw error;
    return { name, ...unread(unreadReason(error, "AuditLog.Read.All")), additions: [] };
  }
}

/** The union, each with the number of looks where they differ. */
export function joinedAdditions(looks: readonly (readonly FoundAddition[])[]): FoundAddition[] {
  const key = ({ kind, to, what, id }: FoundAddition): string => JSON.stringify([kind, to, what, id]);
  const counts = new Map<string, number>();
  for (const look of looks) for (const text of new Set(look.map(key))) counts.set(text, (counts.get(text) ?? 0) + 1);
  const first = new Map(looks.flat().map((addition) => [key(addition), addition]));
  return [...first].map(([text, addition]) => {
    const count = counts.get(text) ?? 0;
    return count === looks.length ? addition : { ...addition, seenIn: `${count} of ${looks.length} looks` };
  });
}

function sentence(additions: AdditionsPart["additions"], notAsked: string | undefined): string {
  const lines = additions.map(
    ({ what, to, done, seenIn, step }) =>
      `${what}, on ${to}${doneText(done)}${seenText(seenIn)}. To remove it: ${step}`,
  );
  return [...lines, ...(notAsked === undefined ? [] : [notAsked])].join("\n");
}

/** Such as `, added by eve@contoso.com on 2026-11-26T09:00:00Z`; empty where nothing is known. */
export function doneText({ by, on }: { readonly by: string; readonly on: string }): string {
  if (by === "" && on === "") return "";
  return `, added${by === "" ? "" : ` by ${by}`}${on === "" ? "" : ` on ${on}`}`;
}
