/**
 * The checks of `mssp doctor`: the access tokens of the signed-in identity, and the tenant's
 * licences and policies.
 */
import { unread } from "@defender-mssp/errors/notChecked";
import { tokenClaims } from "@defender-mssp/errors/json";
import {
  addressesToInvite,
  adminConsentUrl,
  clockFrom,
  clouds,
  directoryRoleTemplates,
  domainOwnership,
  microsoftGraph,
  readTenantFeatures,
  requestToken,
  dateOf,
  type CallContext,
  type Endpoints,
} from "@defender-mssp/microsoft";
import { isCallError, VisibleError } from "@defender-mssp/errors";
import { hasMonth } from "../../../domain/prerequisiteSettings";
import {
  isHeld,
  neededPermissions,
  permissionsForMonth,
  permissionsOfIdentity,
  type NeededPermission,
} from "../../../domain/prerequisites";
import { endedAccess } from "../../../domain/endedAccess";
import { foreignDomainText } from "../../../domain/foreignDomainText";
import { missingFeatures, tenantNeeds, type TenantNeeds } from "../../../domain/tenantNeeds";
import { gdapRelationship, governanceRelationship } from "../../../domain/kinds/trusts";
import type { Settings } from "../../../settings";
import type { CheckState } from "@defender-mssp/terminal/checkState";
import { deletedPackagesNote } from "./deletedPackages";
import { connectorFeatures } from "./connectorFeatures";
import type { Feature, Identity, Report } from "./report";
import { accessChecks } from "./conditionalAccess";
import { instanceLock } from "./instanceLock";
import { sentinelFeature } from "./sentinelFeature";
import { signInMethods } from "./signInMethods";
import { unownedConnectorNote } from "./unownedConnector";
import { lighthouseAloneText } from "../../../domain/sentinelSteps";
import { unknownDomainsText } from "../../../domain/unknownDomainsText";
import { stackChanges } from "../../../domain/stackChanges";
import { stackEndings } from "../../../domain/stackEndings";
import type { Place } from "../../base/place";
import { dynamicHostNote } from "../../stack/dynamicHost";
import { settingsAsDeployed, stateNotes, type SettingsAsDeployed } from "../../stack/settingsAsDeployed";
import { readStackSettings, unprefixedSettings } from "../../../settings/fromFile";
import { readProject, shownStackFile } from "../../../settings/project";
import { tenantEndpoints } from "../../tenant/tenantEndpoints";
import { deploymentReader, type Deployment } from "../../stack/deployment";

/**
 * Checks what a stack needs, by its settings.
 * @param options `known`: the settings, where the caller has read them.
 * @throws VisibleError where the settings are wrong, or the identity can't sign in to the
 * customer's tenant.
 */
export async function examine(
  stack: string,
  options: Place & { readonly known?: SettingsAsDeployed },
): Promise<Report> {
  const { environment, folder } = options;
  const read = deploymentReader(stack, { environment, folder });
  const found = options.known ?? (await settingsAsDeployed(await readStackSettings(stack, options), read));
  const { settings } = found;
  try {
    const hostNote = await dynamicHostNote(folder);
    const packagesNote =
      settings.portalAccess.model === "entitlement" && found.isDeployed === true
        ? await deletedPackagesNote(await read(), settings.tenantId, { environment })
        : undefined;
    const { examinedNotes, ...report } = await examined(stack, found, environment, read);
    const ended = endedAccess(settings.analysts, clockFrom(environment)());
    const today = dateOf(clockFrom(environment)());
    const alone = lighthouseAloneText(settings, today);
    const domains = unknownDomainsText(settings);
    const unknownDomains = domains === undefined ? undefined : `${domains}.`;
    const prefix = await prefixNote(stack, folder);
    const costs = stackChanges(settings, today).filter(({ effect }) => effect === "costs");
    const notes = [
      hostNote,
      packagesNote,
      ...examinedNotes.failing,
      ...examinedNotes.others,
      unknownDomains,
      prefix,
      ...ended,
      alone,
      ...costs.map(({ what, then, next }) => `${what}: ${then} ${next}`),
    ].filter((note) => note !== undefined);
    const retirements = stackEndings(settings, today, found.restsOn);
    const isFailed =
      packagesNote !== undefined ||
      examinedNotes.failing.length > 0 ||
      retirements.some(({ level }) => level === "over") ||
      [...report.permissions, ...report.features, ...report.conditionalAccess].some(({ state }) => state === "failed");
    return {
      ...report,
      retirements,
      notes: [...notes, ...stateNotes(stack, found)],
      state: isFailed ? "failed" : "passed",
    };
  } catch (error) {
    if (!isCallError(error)) throw error;
    throw new VisibleError(
      `Can't read the customer's tenant ${settings.tenantId}: ${error.message}\n` +
        "Check the setting tenantId, the credentials in the environment (ARM_CLIENT_ID with its secret, certificate or federated " +
        "token, or az login), and that the customer has consented to that application: " +
        `npx mssp permissions --stack ${stack} prints the address.` +
        (environment["ARM_METADATA_HOSTNAME"] ? "" : sandboxHint(stack)),
      { cause: error },
    );
  }
}

/** What the engine will do with keys without the project's name. */
async function prefixNote(stack: string, folder: string): Promise<string | undefined> {
  const [first, ...others] = await unprefixedSettings(stack, folder);
  if (first === undefined) return undefined;
  const project = await readProject(folder);
  const keys = others.length === 0 ? `the key ${first}` : `${others.length + 1} keys, such as ${first},`;
  return (
    `${shownStackFile(project, stack)} has ${keys} without ${project.name}: in front. The program accepts that. The engine adds it, sorts the keys and drops ` +
    "their comments when it next writes the file (`pulumi stack init`, `pulumi config set`)."
  );
}

function sandboxHint(stack: string): string {
  return `\nTo try it without a tenant: \`npx mssp sandbox run -- npx mssp doctor --stack ${stack}\``;
}

async function examined(
  stack: string,
  { settings, isDeployed = false }: SettingsAsDeployed,
  environment: NodeJS.ProcessEnv,
  read: () => Promise<Deployment>,
): Promise<
  Omit<Report, "notes" | "retirements" | "state"> & {
    readonly examinedNotes: Readonly<Record<"failing" | "others", readonly string[]>>;
  }
> {
  const { tenantId, customerName, cloud } = settings;
  const endpoints = await tenantEndpoints(settings, environment);
  const audiences: Readonly<Record<string, string>> = {
    [microsoftGraph.appId]: endpoints.graphEndpoint,
  };
  const claims = new Map<string, Claims>();
  const signIn = async (apiAppId: string) => {
    const audience = audiences[apiAppId] ?? clouds[cloud].defenderResource;
    const { accessToken } = await requestToken({ tenantId, audience, environment, endpoints });
    claims.set(apiAppId, claimsOf(accessToken));
  };
  await signIn(microsoftGraph.appId);
  const identity = identityOf(claims.get(microsoftGraph.appId) ?? {});
  const needed = permissionsOfIdentity(settings, identity.clientId);
  for (const apiAppId of new Set(needed.map((one) => one.apiAppId))) if (!claims.has(apiAppId)) await signIn(apiAppId);
  const isKeeper = identity.clientId === settings.msspApplications?.keeper?.id;
  const permissions = needed.map((one) => ({ ...one, state: stateOf(one, claims.get(one.apiAppId) ?? {}, identity) }));
  const today = dateOf(clockFrom(environment)());
  const [domain, found, connectorFound, access, sentinel, lock, methods] = await Promise.all([
    domainCheck(settings, isDeployed, { environment, endpoints }),
    featuresOf(tenantId, tenantNeeds(settings), { environment, endpoints }),
    connectorFeatures(settings, clockFrom(environment)(), { environment, endpoints }),
    accessChecks(settings, { environment, endpoints }),
    sentinelFeature(settings, identity.objectId, { environment, endpoints }),
    identity.kind === "application"
      ? instanceLock(settings, identity.clientId, { environment, endpoints, graphUrl: endpoints.graphEndpoint })
      : { features: [], note: undefined },
    signInMethods(settings, today, { environment, endpoints }),
  ]);
  const { roles = [] } = claims.get(microsoftGraph.appId) ?? {};
  const connectorNote =
    isDeployed && identity.kind === "application" && !isKeeper
      ? await unownedConnectorNote(settings, await read(), { ...identity, roles }, { environment, endpoints })
      : undefined;
  const standing = isKeeper
    ? neededPermissions(settings).filter(
        ({ permission }) => roles.includes(permission) && !needed.some((one) => one.permission === permission),
      )
    : [];
  const standingNote =
    standing.length === 0
      ? undefined
      : `The keeper has ${standing.map(({ permission }) => permission).join(", ")}, which only the automation needs, for the minutes of a run: ` +
        "withdraw it under Enterprise applications > the application > Permissions > Review permissions.";
  const conditionalAccess = "checks" in access ? access.checks : [];
  const features = [
    ...domain.features,
    ...found,
    ...connectorFound,
    accessFeature(access),
    ...sentinel,
    ...lock.features,
    ...methods.features,
    ...monthFeature(settings, roles, identity),
    proofFeature(roles),
  ];
  return {
    stack,
    customerName,
    tenantId,
    identity,
    permissions,
    features,
    conditionalAccess,
    examinedNotes: {
      failing: [connectorNote, standingNote].filter((note) => note !== undefined),
      others: [domain.note, lock.note, methods.note].filter((note) => note !== undefined),
    },
    ...(identity.kind === "application"
      ? { adminConsentUrl: adminConsentUrl(cloud, tenantId, identity.clientId) }
      : {}),
  };
}

/** Whether the application that writes the figures of the customer's month may read them: no `up` waits for it. */
function monthFeature(settings: Settings, roles: readonly string[], { clientId }: Identity): Feature[] {
  if (!hasMonth(settings)) return [];
  const { preview } = settings.msspApplications ?? {};
  const feature = { feature: "month", optional: true } as const;
  if (preview !== undefined && preview.id !== clientId)
    return [{ ...feature, state: "notChecked", reason: `not signed in as the preview application, ${preview.id}` }];
  const missing = permissionsForMonth(settings).filter((name) => !isHeld(name, roles));
  if (missing.length === 0) return [{ ...feature, state: "passed" }];
  return [{ ...feature, state: "failed", reason: `requires ${missing.join(", ")}: the page says "not read" without` }];
}

/** Whether `offboard` may look at relationships that no resource declares: nothing fails without. */
function proofFeature(roles: readonly string[]): Feature {
  const missing = governanceRelationship.read.filter((name) => !roles.includes(name));
  const here = missing.length === 0 ? "" : `optional: requires ${missing.join(", ")}. `;
  const reason = `${here}GDAP relationships need ${gdapRelationship.read.join(", ")} in the MSSP's own tenant`;
  const state = missing.length === 0 ? "passed" : "notChecked";
  return { feature: "offboardingProof", state, reason, optional: true };
}

/** A check of `customerDomain`; only a note where `up` warns of it, too. */
async function domainCheck(
  { customerDomain, tenantId }: Settings,
  isDeployed: boolean,
  context: { readonly environment: NodeJS.ProcessEnv; readonly endpoints: Endpoints },
): Promise<{ readonly features: readonly Feature[]; readonly note?: string }> {
  const ownership = await domainOwnership(customerDomain, tenantId, context);
  const feature = "customerDomain";
  if (ownership.state === "own") return { features: [{ feature, state: "passed" }] };
  if (ownership.state === "unknown") {
    return { features: [{ feature, ...unread(`not checked: ${ownership.reason}`) }] };
  }
  const reason = foreignDomainText({ customerDomain, tenantId }, ownership);
  return isDeployed ? { features: [], note: reason } : { features: [{ feature, state: "failed", reason }] };
}

/** Whether the customer's policies could be read; `conditionalAccess` has those that matter. */
function accessFeature(access: Awaited<ReturnType<typeof accessChecks>>): Feature {
  return "checks" in access
    ? { feature: "conditionalAccess", state: "passed" }
    : { feature: "conditionalAccess", ...unread(access.notChecked) };
}

/** The check of each licence and policy that the settings need. */
async function featuresOf(tenantId: string, needs: TenantNeeds, context: CallContext): Promise<Feature[]> {
  const found = await readTenantFeatures(tenantId, context);
  const { roleAssignableGroups: hasP1, entitlementManagement: hasP2, invitations, longestSecretDays } = found;
  const { guests = [], clientSecretDays = 0 } = needs;
  const uninvited = invitations === false ? await addressesToInvite(tenantId, guests, context) : guests;
  const hasDays = longestSecretDays === undefined ? undefined : clientSecretDays <= longestSecretDays;
  const [licences, policies] = ["Organization.Read.All", "Policy.Read.All"];
  const checks = [
    ["roleAssignableGroups", "roleAssignableGroup", hasP1, licences],
    ["entitlementManagement", "entitlementManagement", hasP2, licences],
    ["justInTime", "justInTime", hasP2, licences],
    ["premiumSettings", "premiumSettings", hasP1, licences],
    ["invitations", "guests", uninvited.length === 0 || invitations, policies],
    ["clientSecrets", "clientSecretDays", hasDays, policies],
  ] as const;
  return checks.flatMap(([feature, need, has, permission]): Feature[] => {
    const needed = needs[need];
    if (!needed || (typeof needed === "object" && needed.length === 0)) return [];
    if (has === undefined) return [{ feature, ...unread(`not checked: requires ${permission}`) }];
    if (has) return [{ feature, state: "passed" }];
    const reason = missingFeatures({ [need]: need === "guests" ? uninvited : needed }, found).join(" ");
    return [{ feature, state: "failed", reason }];
  });
}

/**
 * Claims of an access token. They describe the identity and decide nothing: the service validates
 * the token.
 */
interface Claims {
  readonly appid?: string;
  readonly azp?: string;
  readonly app_displayname?: string;
  readonly oid?: string;
  readonly upn?: string;
  readonly unique_name?: string;
  /** Application permissions. */
  readonly roles?: readonly string[];
  /** Delegated permissions, with spaces between; only where a user is signed in. */
  readonly scp?: string;
  /** Template IDs of the signed-in user's directory roles. */
  readonly wids?: readonly string[];
}

function claimsOf(token: string): Claims {
  const claims = tokenClaims(token);
  if (claims !== undefined) return claims;
  throw new VisibleError("Can't read the access token: it is not a JSON Web Token.");
}

function identityOf(claims: Claims): Identity {
  const isUser = claims.scp !== undefined;
  const name = isUser ? (claims.upn ?? claims.unique_name) : claims.app_displayname;
  return {
    kind: isUser ? "user" : "application",
    ...(name === undefined ? {} : { name }),
    clientId: claims.appid ?? claims.azp ?? "",
    objectId: claims.oid ?? "",
  };
}

function stateOf(needed: NeededPermission, claims: Claims, identity: Identity): CheckState {
  if (identity.kind === "application") {
    const granted = claims.roles ?? [];
    return [needed.permission, ...needed.alsoEnough].some((name) => granted.includes(name)) ? "passed" : "failed";
  }
  const enough = ["Global Administrator" as const, ...needed.directoryRoles].map(
    (name) => directoryRoleTemplates[name],
  );
  return enough.some((id) => claims.wids?.includes(id)) ? "passed" : "notChecked";
}
