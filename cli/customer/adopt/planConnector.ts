/** The SIEM connector: a registration in the customer's tenant, or the MSSP's own application. */
import { dayMs } from "@defender-mssp/errors/time";
import { microsoftGraph, windowsDefenderAtp } from "@defender-mssp/microsoft";
import { siemRedirectUri } from "../../../domain/naming";
import { siemName } from "../../../domain/resourceNames";
import type { Draft, PlanItem } from "./draft";
import type { FoundApplication, FoundSecret, FoundServicePrincipal } from "./found";

export function planConnector(draft: Draft): void {
  const applications = draft.found.applications.filter(isUsable);
  for (const { id, displayName, servicePrincipal } of draft.found.applications) {
    if (servicePrincipal !== undefined) continue;
    const why = "It has no service principal in the tenant, so it can't sign in.";
    draft.putAside({ kind: "app registration", name: displayName, id, why });
  }
  const ofMssp = draft.found.servicePrincipals.filter((one) => readsAlerts(draft, one) !== undefined);
  const chosen = choose(draft, applications, ofMssp);
  if (chosen === "asked") return;
  leaveOthers(draft, chosen);
  const application = applications.find(({ id }) => id === chosen);
  const servicePrincipal = ofMssp.find(({ id }) => id === chosen);
  if (application !== undefined) planCustomerApp(draft, application);
  else if (servicePrincipal !== undefined) planMsspApp(draft, servicePrincipal);
  else draft.created.push({ part: "connector", why: "The tenant has no application of the SIEM that is adopted." });
}

type UsableApplication = FoundApplication & { readonly servicePrincipal: FoundServicePrincipal };

function isUsable(application: FoundApplication): application is UsableApplication {
  return application.servicePrincipal !== undefined;
}

/** The service principal's permission to read alerts by Microsoft Graph. */
function readsAlerts({ found }: Draft, { appRoles }: FoundServicePrincipal) {
  const { graph } = found.apis;
  return appRoles.find(({ resourceId, appRoleId }) => resourceId === graph?.objectId && appRoleId === graph.readAlerts);
}

/** ID of the registration or service principal; `none`; `asked` while the question is open. */
function choose(
  draft: Draft,
  applications: readonly UsableApplication[],
  ofMssp: readonly FoundServicePrincipal[],
): string {
  const [first, ...others] = [...applications, ...ofMssp];
  if (first === undefined) return "none";
  if (others.length === 0) return first.id;
  const answer = draft.ask({
    id: "application",
    text: "Several applications fit the SIEM connector. Which one does the SIEM use?",
    choices: [
      ...applications.map(({ id, displayName, appId, secrets }) => ({
        value: id,
        text: `registration "${displayName}" (client ID ${appId}; client secrets: ${secrets.length})`,
      })),
      ...ofMssp.map(({ id, displayName, appId }) => ({
        value: id,
        text: `the MSSP's application "${displayName}" (client ID ${appId})`,
      })),
      { value: "none", text: "none of them: leave them, and the next `up` registers another one" },
    ],
    about: [...applications.flatMap(partsOf), ...ofMssp.flatMap(grantsOf)],
  });
  return answer ?? "asked";
}

function partsOf({ id, secrets, certificates, federatedCredentials, servicePrincipal }: UsableApplication): string[] {
  return [
    id,
    ...[...secrets, ...certificates].map(({ keyId }) => keyId),
    ...federatedCredentials.map((one) => one.id),
    ...grantsOf(servicePrincipal),
  ];
}

function grantsOf({ id, appRoles, consents }: FoundServicePrincipal): string[] {
  return [id, ...[...appRoles, ...consents].map((one) => one.id)];
}

function leaveOthers(draft: Draft, chosen: string): void {
  const why = "It is not the application of the SIEM.";
  for (const application of draft.found.applications.filter(isUsable)) {
    const { id, displayName } = application;
    if (id === chosen) continue;
    draft.putAside({ kind: "app registration", name: displayName, id, why, parts: partsOf(application) });
  }
  for (const principal of draft.found.servicePrincipals) {
    const { id, displayName } = principal;
    if (id === chosen) continue;
    draft.putAside({ kind: "service principal", name: displayName, id, why, parts: grantsOf(principal) });
  }
}

function planMsspApp(draft: Draft, principal: FoundServicePrincipal): void {
  const { id, appId, displayName } = principal;
  draft.settings["connector"] = { kind: "msspApp", applicationId: appId };
  draft.take(
    {
      kind: "service principal",
      name: displayName,
      id,
      why: "It is the MSSP's application, and reads alerts.",
      resource: `${siemName}-mssp-service-principal`,
    },
    { outputs: { objectId: id, displayName, adopted: false } },
    "application",
  );
  const role = readsAlerts(draft, principal);
  if (role === undefined) return;
  draft.take(
    {
      kind: "application permission",
      name: "SecurityAlert.Read.All",
      id: role.id,
      why: "The SIEM reads alerts by it.",
      resource: `${siemName}-mssp-graph-consent`,
    },
    { outputs: { resourceObjectId: role.resourceId, appRoleId: role.appRoleId, adopted: false } },
    "application",
  );
  leaveGrants(draft, principal);
}

function planCustomerApp(draft: Draft, application: UsableApplication): void {
  const { id, appId, displayName, signInAudience, servicePrincipal } = application;
  const isOpen = signInAudience !== "AzureADMyOrg";
  const audience = isOpen ? ` Other tenants can use it (${signInAudience}), which stays so.` : "";
  draft.take(
    {
      kind: "app registration",
      name: displayName,
      id,
      why: `Its name or its redirect URI is that of Microsoft's document.${audience}`,
      resource: `${siemName}-application`,
    },
    { id: `/applications/${id}`, outputs: { clientId: appId, objectId: id } },
    "application",
  );
  draft.take(
    {
      kind: "service principal",
      name: displayName,
      id: servicePrincipal.id,
      why: "It is that of the app registration.",
      resource: `${siemName}-service-principal`,
    },
    { id: `/servicePrincipals/${servicePrincipal.id}`, outputs: { objectId: servicePrincipal.id } },
    "application",
  );
  const alertApis = planAlertApis(draft, application);
  takeRedirectUri(draft, application);
  const credential = takeSecret(draft, application);
  draft.settings["connector"] = { kind: "customerApp", alertApis, ...(credential && { credential }) };
  leaveGrants(draft, servicePrincipal);
}

/** The alert APIs that the application may read, with permissions and consents. */
function planAlertApis(draft: Draft, application: UsableApplication): readonly string[] {
  const { apis } = draft.found;
  const { consents } = application.servicePrincipal;
  const requestsOf = (appId: string) => application.requested.find(({ apiAppId }) => apiAppId === appId)?.ids ?? [];
  const [ofDefender, ofGraph] = [requestsOf(windowsDefenderAtp.appId), requestsOf(microsoftGraph.appId)];
  const consent = consents.find(
    ({ resourceId, scopes, isForAll }) =>
      isForAll && resourceId === apis.defender?.objectId && scopes.includes("Alert.Read"),
  );
  const role = readsAlerts(draft, application.servicePrincipal);
  const requests = {
    legacy: ofDefender.includes(apis.defender?.readAlerts ?? ""),
    graph: ofGraph.includes(apis.graph?.readAlerts ?? ""),
  };
  const hasGraph = requests.graph || role !== undefined;
  // The document of 2018 has the legacy alert API only.
  const hasLegacy = requests.legacy || consent !== undefined || !hasGraph;
  if (hasLegacy) {
    takePermission(draft, application, { part: "legacyPermission", ...legacyApi, isThere: requests.legacy });
    if (consent === undefined)
      draft.omit("legacyConsent", "No consent for all users to Alert.Read of WindowsDefenderATP.");
    else takeConsent(draft, consent.id, consent.scopes);
    planAuthorization(draft, application);
  }
  if (hasGraph) {
    takePermission(draft, application, { part: "graphPermission", ...graphApi, isThere: requests.graph });
    if (role === undefined) draft.omit("graphConsent", "No consent to SecurityAlert.Read.All of Microsoft Graph.");
    else takeRole(draft, role);
  }
  return [...(hasLegacy ? ["legacySiem"] : []), ...(hasGraph ? ["graph"] : [])];
}

const legacyApi = { appId: windowsDefenderAtp.appId, name: "Alert.Read of WindowsDefenderATP", resource: "defender" };
const graphApi = { appId: microsoftGraph.appId, name: "SecurityAlert.Read.All of Microsoft Graph", resource: "graph" };

interface RequestedPermission {
  readonly part: "legacyPermission" | "graphPermission";
  readonly appId: string;
  readonly name: string;
  readonly resource: string;
  /** Whether the registration requests it. */
  readonly isThere: boolean;
}

function takePermission(
  draft: Draft,
  { id }: FoundApplication,
  { part, appId, name, resource, isThere }: RequestedPermission,
): void {
  if (!isThere) {
    draft.omit(part, `The app registration does not request ${name}.`);
    return;
  }
  draft.take(
    {
      kind: "requested permission",
      name,
      id: `/applications/${id}/apiAccess/${appId}`,
      why: "The SIEM reads alerts by it. What else the registration requests of this API stays as it is.",
      resource: `${siemName}-${resource}-access`,
    },
    {},
    "application",
  );
}

function takeConsent(draft: Draft, id: string, scopes: readonly string[]): void {
  const more = scopes.length > 1 ? ` It has more than the SIEM needs, which stays so: ${scopes.join(", ")}.` : "";
  draft.take(
    {
      kind: "delegated permission",
      name: "Alert.Read of WindowsDefenderATP",
      id,
      why: `The SIEM reads alerts by it.${more}`,
      resource: `${siemName}-defender-consent`,
    },
    { id: `/oauth2PermissionGrants/${id}` },
  );
}

function takeRole(draft: Draft, { id, resourceId }: { readonly id: string; readonly resourceId: string }): void {
  draft.take(
    {
      kind: "application permission",
      name: "SecurityAlert.Read.All",
      id,
      why: "The SIEM reads alerts by it.",
      resource: `${siemName}-graph-consent`,
    },
    { id: `/servicePrincipals/${resourceId}/appRoleAssignedTo/${id}` },
  );
}

/** Without an endpoint a person authorizes the application: the state only records the step. */
function planAuthorization(draft: Draft, { appId }: FoundApplication): void {
  const isAuthorized = draft.found.authorized[appId];
  const resource = `${siemName}-authorization`;
  if (isAuthorized === false) {
    draft.created.push({
      part: "siemAuthorization",
      why: "The endpoint for Defender's calls has no authorization of the application for the legacy alert API.",
    });
    return;
  }
  const status = isAuthorized === true ? "authorized" : "manual";
  draft.objects.set(resource, { id: appId, outputs: { status, adopted: false } });
}

function takeRedirectUri(draft: Draft, { id, redirectUris }: FoundApplication): void {
  const wanted = siemRedirectUri(draft.customer.customerDomain).toLowerCase();
  const others = redirectUris.filter((uri) => uri.toLowerCase() !== wanted);
  const resource = `${siemName}-redirect-redirect-uris`;
  if (redirectUris.length > others.length) {
    const more = others.length > 0 ? ` Others stay as they are: ${others.join(", ")}.` : "";
    const taken = { name: wanted, id: `/applications/${id}/redirectUris/Web`, resource };
    const why = `It is that of Microsoft's document.${more}`;
    draft.take({ kind: "redirect URI", ...taken, why }, {}, "application");
    return;
  }
  draft.omit("redirectUri", `The app registration does not have the redirect URI ${wanted}.`);
  for (const uri of others) {
    draft.putAside({ kind: "redirect URI", name: uri, id: uri, why: "The program registers another one." });
  }
}

/** The longest lifetime that the settings take, and the tolerance of the rotation. */
const longestDays = 366;
const usualRotation = 30;

/**
 * The secret that expires last becomes the stack's. Its value is nowhere to be read; the SIEM has it
 * already.
 * @returns the credential for the settings; undefined for the default.
 */
function takeSecret(draft: Draft, application: FoundApplication): object | undefined {
  const daysLeft = ({ endsOn }: FoundSecret) => (Date.parse(endsOn) - draft.customer.now.getTime()) / dayMs;
  const byEnd = [...application.secrets].sort((a, b) => Date.parse(b.endsOn) - Date.parse(a.endsOn));
  const current = byEnd.find((secret) => daysLeft(secret) >= 3 && daysLeft(secret) <= longestDays);
  for (const secret of byEnd) {
    if (secret === current) continue;
    draft.putAside({ ...describedSecret(secret), why: reasonToLeave(daysLeft(secret), current !== undefined) });
  }
  leaveOtherCredentials(draft, application);
  if (current === undefined) {
    draft.omit("clientSecret", "The app registration has no client secret that the settings can describe.");
    return undefined;
  }
  draft.take(
    {
      ...describedSecret(current),
      why: "The SIEM keeps using it. `up` replaces it before it expires, and deletes it after the overlap.",
      resource: `${siemName}-password`,
    },
    {
      id: `${application.id}/password/${current.keyId}`,
      outputs: { keyId: current.keyId, value: "", startDate: current.startsOn, endDate: current.endsOn },
    },
  );
  draft.notImported.push({
    kind: "value of the client secret",
    name: current.displayName ?? current.keyId,
    id: `${current.keyId}/value`,
    why:
      "Entra shows the value only when the secret is created. To replace the secret, set connector.credential.renewMadeBefore to a day " +
      "after its creation and run `npx pulumi up`: the old secret stays valid for overlapDays.",
  });
  const left = Math.floor(daysLeft(current));
  if (left > usualRotation + 1) return undefined;
  // A rotation at the first `up` would be a surprise.
  const rotateBeforeDays = Math.max(left - 2, 1);
  return { type: "secret", rotateBeforeDays, overlapDays: Math.min(7, rotateBeforeDays) };
}

function describedSecret({ keyId, displayName, endsOn }: FoundSecret): Omit<PlanItem, "why"> {
  return { kind: "client secret", name: `${displayName ?? "without a name"}, until ${endsOn.slice(0, 10)}`, id: keyId };
}

function reasonToLeave(daysLeft: number, isAdditional: boolean): string {
  if (daysLeft <= 0) return "It has expired.";
  const remove = "Delete it when the SIEM does not use it.";
  if (daysLeft > longestDays) return `It is valid for longer than the settings allow, 365 days. ${remove}`;
  if (daysLeft < 3)
    return `It expires within three days. Remove clientSecret from adopted.omit, and run \`npx pulumi up\`.`;
  return isAdditional ? `Another secret expires later, and the settings have one. ${remove}` : remove;
}

function leaveOtherCredentials(draft: Draft, { certificates, federatedCredentials }: FoundApplication): void {
  for (const { keyId, displayName, endsOn } of certificates) {
    draft.notImported.push({
      kind: "certificate",
      name: `${displayName ?? "without a name"}, until ${endsOn.slice(0, 10)}`,
      id: keyId,
      why: "The settings have one credential. To use a certificate, set connector.credential to it; the old one stays until you delete it.",
    });
  }
  for (const { id, name } of federatedCredentials) {
    draft.notImported.push({
      kind: "federated credential",
      name,
      id,
      why: "The settings have one credential. To use this one, set connector.credential to its issuer and subject, and delete it by hand.",
    });
  }
}

function leaveGrants(draft: Draft, { appRoles, consents }: FoundServicePrincipal): void {
  const why = "The SIEM does not need it. Remove it if nothing else uses it.";
  for (const { id, api, appRoleId } of appRoles) {
    if (!draft.isSettled(id))
      draft.putAside({ kind: "application permission", name: `${appRoleId} of ${api}`, id, why });
  }
  for (const { id, scopes, isForAll } of consents) {
    if (draft.isSettled(id)) continue;
    const name = `${scopes.join(", ")}${isForAll ? "" : " for one user"}`;
    draft.putAside({ kind: "delegated permission", name, id, why });
  }
}
