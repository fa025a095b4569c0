/** What the connector's application was granted, and what its registration asks an administrator for, against the settings. */
import {
  adminConsentUrl,
  connectorRoles,
  dateOf,
  equals,
  findServicePrincipal,
  graphApplications,
  graphList,
  isConnectorRole,
  legacyAlertScope,
  listAppRoleAssignments,
  listClientGrants,
  namedRoles,
  registeredConsentUrl,
  windowsDefenderAtp,
  type Application,
  type CloudName,
  type ConnectorRights,
  type GraphCall,
} from "@defender-mssp/microsoft";

export interface GrantedConsent {
  /** What the settings have and was not granted, by name. */
  readonly missing: readonly string[];
  /** Application permissions that were granted and the settings do not have. */
  readonly additional: readonly string[];
}

/** @param principalId object ID of the connector's service principal. */
export async function grantedConsent(
  call: GraphCall,
  principalId: string,
  rights: ConnectorRights,
  now: Date,
): Promise<GrantedConsent> {
  const wanted = connectorRoles(rights, dateOf(now));
  const granted = await namedRoles(call, await listAppRoleAssignments(call, principalId));
  const lacksScope = rights.alertApis.includes("legacySiem") && !(await hasScope(call, principalId));
  return {
    missing: [
      ...wanted.filter((role) => !granted.some((one) => isConnectorRole(one, role))).map(({ value }) => value),
      ...(lacksScope ? [legacyAlertScope] : []),
    ],
    additional: granted.filter((one) => !wanted.some((role) => isConnectorRole(one, role))).map(({ value }) => value),
  };
}

/** The connector of a stack, as far as its consent depends on it. */
interface RegisteredConnector extends ConnectorRights {
  readonly cloud: CloudName;
  readonly tenantId: string;
  readonly clientId: string;
  readonly redirectUri?: string | undefined;
}

/**
 * What an administrator of the customer does, in one sentence. Her click grants whatever the registration asks for at that
 * minute: there is an address only if that is what the settings have, no more and no less.
 */
export async function consentSentence(call: GraphCall, connector: RegisteredConnector, now: Date): Promise<string> {
  const { cloud, tenantId, clientId, redirectUri, alertApis } = connector;
  const wanted = [
    ...connectorRoles(connector, dateOf(now)).map(({ api, value }) => shown(api.displayName, value)),
    ...(alertApis.includes("legacySiem") ? [shown(windowsDefenderAtp.displayName, legacyAlertScope)] : []),
  ];
  const asked = await requested(call, clientId);
  const [tooMany, tooFew] = [without(asked, wanted), without(wanted, asked)];
  if (tooMany.length + tooFew.length > 0) {
    const differences = [
      ...(tooMany.length > 0 ? [`asks for ${tooMany.join(", ")}, which the settings do not have`] : []),
      ...(tooFew.length > 0 ? [`does not ask for ${tooFew.join(", ")}`] : []),
    ];
    return `Nobody consents yet: the registration ${differences.join(", and ")}. Run npx pulumi up --refresh, and this command again.`;
  }
  const url =
    redirectUri === undefined
      ? adminConsentUrl(cloud, tenantId, clientId)
      : registeredConsentUrl(cloud, tenantId, clientId, redirectUri);
  return (
    `An administrator opens ${url} and accepts, if the page asks for ${wanted.join(", ")} and nothing else. ` +
    "The page that opens afterwards need not exist: the consent counts."
  );
}

/** Where an administrator takes a granted permission away. */
export const whereRevoked = "in Entra admin center > Enterprise applications > the connector > Permissions";

/** What a registration asks for now: names, or IDs that no API of the tenant has. */
async function requested(call: GraphCall, clientId: string): Promise<readonly string[]> {
  const [registration] = await graphList<Application>(
    call,
    `${graphApplications.path}?$filter=${equals("appId", clientId)}`,
  );
  const lists = (registration?.requiredResourceAccess ?? []).map(async ({ resourceAppId, resourceAccess }) => {
    const api = await findServicePrincipal(call, resourceAppId);
    const published = [...(api?.appRoles ?? []), ...(api?.oauth2PermissionScopes ?? [])];
    return resourceAccess.map(({ id }) =>
      shown(api?.displayName ?? resourceAppId, published.find((one) => one.id === id)?.value ?? id),
    );
  });
  return (await Promise.all(lists)).flat();
}

function shown(api: string, permission: string): string {
  return `${permission} of ${api}`;
}

function without(list: readonly string[], others: readonly string[]): readonly string[] {
  return list.filter((one) => !others.includes(one));
}

async function hasScope(call: GraphCall, principalId: string): Promise<boolean> {
  const defender = await findServicePrincipal(call, windowsDefenderAtp.appId);
  const grants = await listClientGrants(call, principalId);
  return grants.some(
    ({ consentType, resourceId, scope }) =>
      consentType === "AllPrincipals" &&
      resourceId === defender?.id &&
      scope?.split(" ").includes(legacyAlertScope) === true,
  );
}
