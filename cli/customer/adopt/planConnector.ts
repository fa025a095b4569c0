/** The SIEM connector: a registration in the customer's tenant, or the MSSP's own application. */
import { dayMs } from "@defender-mssp/errors/time";
import { microsoftGraph, windowsDefenderAtp } from "@defender-mssp/microsoft";
import { siemRedirectUri } from "../../../domain/naming";
import { siemApplicationResource, siemName } from "../../../domain/resourceNames";
import type { Candidate } from "./candidate";
import { planItem, type Draft } from "./draft";

interface Registration {
  readonly application: Candidate<"application">;
  readonly principal: Candidate<"servicePrincipal">;
}

export function planConnector(draft: Draft): void {
  const registrations = draft.all("application").flatMap((application): Registration[] => {
    const [principal] = draft.partsOf(application, "servicePrincipal");
    if (principal !== undefined) return [{ application, principal }];
    draft.putAside("It has no service principal in the tenant, so it can't sign in.", application);
    return [];
  });
  const msspPrincipals = draft.all("msspServicePrincipal").filter((each) => alertRole(draft, each) !== undefined);
  const chosen = choose(draft, registrations, msspPrincipals);
  if (chosen === "asked") return;
  const why = "It is not the application of the SIEM.";
  for (const other of [...registrations.map(({ application }) => application), ...draft.all("msspServicePrincipal")]) {
    if (other.id === chosen || draft.isSettled(other.id)) continue;
    draft.leave.push({ ...planItem(other, why), parts: draft.partIds(other) });
  }
  const registration = registrations.find(({ application: { id } }) => id === chosen);
  const msspPrincipal = msspPrincipals.find(({ id }) => id === chosen);
  if (registration !== undefined) planCustomerApp(draft, registration);
  else if (msspPrincipal !== undefined) planMsspApp(draft, msspPrincipal);
  else draft.created.push({ part: "connector", why: "The tenant has no application of the SIEM that is adopted." });
}

/** The service principal's permission to read alerts by Microsoft Graph. */
function alertRole(draft: Draft, principal: Candidate): Candidate<"applicationPermission"> | undefined {
  const { graph } = draft.tenant.apis;
  return draft
    .partsOf(principal, "applicationPermission")
    .find(({ resourceId, appRoleId }) => resourceId === graph?.objectId && appRoleId === graph.readAlerts);
}

/** ID of the registration or service principal; `none`; `asked` while the question is open. */
function choose(
  draft: Draft,
  registrations: readonly Registration[],
  msspPrincipals: readonly Candidate<"msspServicePrincipal">[],
): string {
  const all = [...registrations.map(({ application }) => application), ...msspPrincipals];
  const [first, ...others] = all;
  if (first === undefined) return "none";
  if (others.length === 0) return first.id;
  const answer = draft.ask({
    id: "application",
    text: "Several applications fit the SIEM connector. Which one does the SIEM use?",
    choices: [
      ...registrations.map(({ application }) => ({
        value: application.id,
        text: `registration "${application.name}" (client ID ${application.appId}; client secrets: ${draft.partsOf(application, "clientSecret").length})`,
      })),
      ...msspPrincipals.map(({ id, name, appId }) => ({
        value: id,
        text: `the MSSP's application "${name}" (client ID ${appId})`,
      })),
      { value: "none", text: "none of them: leave them, and the next `up` registers another one" },
    ],
    about: all.flatMap((each) => draft.partIds(each)),
  });
  return answer ?? "asked";
}

function planMsspApp(draft: Draft, principal: Candidate<"msspServicePrincipal">): void {
  draft.settings["connector"] = { kind: "msspApp", applicationId: principal.appId };
  const why = "It is the MSSP's application, and reads alerts.";
  draft.take(`${siemName}-mssp-service-principal`, principal, why);
  const role = alertRole(draft, principal);
  if (role === undefined) return;
  const { id, resourceId: resourceObjectId, appRoleId } = role;
  draft.take(`${siemName}-mssp-graph-consent`, role, "The SIEM reads alerts by it.", {
    name: "SecurityAlert.Read.All",
    object: { id, outputs: { resourceObjectId, appRoleId, adopted: false } },
    owner: "application",
  });
  leaveGrants(draft, principal);
}

function planCustomerApp(draft: Draft, registration: Registration): void {
  const { application, principal } = registration;
  const { signInAudience } = application;
  const isOpen = signInAudience !== "AzureADMyOrg";
  const audience = isOpen ? ` Other tenants can use it (${signInAudience}), which stays so.` : "";
  const why = `Its name or its redirect URI is that of Microsoft's document.${audience}`;
  draft.take(siemApplicationResource(siemName), application, why);
  draft.take(`${siemName}-service-principal`, principal, "It is that of the app registration.");
  const alertApis = planAlertApis(draft, registration);
  takeRedirectUri(draft, application);
  const credential = takeSecret(draft, application);
  draft.settings["connector"] = { kind: "customerApp", alertApis, ...(credential && { credential }) };
  leaveGrants(draft, principal);
}

/** The alert APIs that the application may read, with permissions and consents. */
function planAlertApis(draft: Draft, { application, principal }: Registration): readonly string[] {
  const { apis } = draft.tenant;
  const consent = draft
    .partsOf(principal, "delegatedConsent")
    .find(
      ({ resourceId, scopes, isForAll }) =>
        isForAll && resourceId === apis.defender?.objectId && scopes.includes("Alert.Read"),
    );
  const role = alertRole(draft, principal);
  const requests = (appId: string, permission = "") =>
    application.requiredResourceAccess
      .find(({ resourceAppId }) => resourceAppId === appId)
      ?.resourceAccess.some(({ id }) => id === permission) === true;
  const asksLegacy = requests(windowsDefenderAtp.appId, apis.defender?.readAlerts);
  const asksGraph = requests(microsoftGraph.appId, apis.graph?.readAlerts);
  const hasGraph = asksGraph || role !== undefined;
  // The document of 2018 has the legacy alert API only.
  const hasLegacy = asksLegacy || consent !== undefined || !hasGraph;
  const why = "The SIEM reads alerts by it.";
  const takeRequest = (isAsked: boolean, part: "legacyPermission" | "graphPermission", name: string) => {
    const [appId, api] =
      part === "graphPermission" ? [microsoftGraph.appId, "graph"] : [windowsDefenderAtp.appId, "defender"];
    const id = `/applications/${application.id}/apiAccess/${appId}`;
    if (!isAsked) draft.omit(part, `The app registration does not request ${name}.`);
    else
      draft.take(
        `${siemName}-${api}-access`,
        { key: "requestedPermission", id, name },
        `${why} What else the registration requests of this API stays as it is.`,
      );
  };
  if (hasLegacy) {
    const name = "Alert.Read of WindowsDefenderATP";
    takeRequest(asksLegacy, "legacyPermission", name);
    if (consent === undefined) draft.omit("legacyConsent", `No consent for all users to ${name}.`);
    else {
      const { scopes } = consent;
      const more = scopes.length > 1 ? ` It has more than the SIEM needs, which stays so: ${scopes.join(", ")}.` : "";
      draft.take(`${siemName}-defender-consent`, consent, `${why}${more}`, { name });
    }
    planAuthorization(draft, application);
  }
  if (hasGraph) {
    takeRequest(asksGraph, "graphPermission", "SecurityAlert.Read.All of Microsoft Graph");
    if (role === undefined) draft.omit("graphConsent", "No consent to SecurityAlert.Read.All of Microsoft Graph.");
    else draft.take(`${siemName}-graph-consent`, role, why, { name: "SecurityAlert.Read.All" });
  }
  return [...(hasLegacy ? ["legacySiem"] : []), ...(hasGraph ? ["graph"] : [])];
}

/** Without an endpoint a person authorizes the application: the state only records the step. */
function planAuthorization(draft: Draft, { appId }: Candidate<"application">): void {
  const isAuthorized = draft.tenant.authorized[appId];
  if (isAuthorized === false) {
    draft.created.push({
      part: "siemAuthorization",
      why: "The endpoint for Defender's calls has no authorization of the application for the legacy alert API.",
    });
    return;
  }
  const status = isAuthorized === true ? "authorized" : "manual";
  draft.objects.set(`${siemName}-authorization`, { id: appId, outputs: { status, adopted: false } });
}

function takeRedirectUri(draft: Draft, { id, web: { redirectUris } }: Candidate<"application">): void {
  const name = siemRedirectUri(draft.customer.customerDomain).toLowerCase();
  const others = redirectUris.filter((uri) => uri.toLowerCase() !== name);
  if (redirectUris.length > others.length) {
    const more = others.length > 0 ? ` Others stay as they are: ${others.join(", ")}.` : "";
    const uri = { key: "redirectUri", id: `/applications/${id}/redirectUris/Web`, name } as const;
    draft.take(`${siemName}-redirect-redirect-uris`, uri, `It is that of Microsoft's document.${more}`);
    return;
  }
  draft.omit("redirectUri", `The app registration does not have the redirect URI ${name}.`);
  for (const uri of others)
    draft.putAside("The program registers another one.", { key: "redirectUri", id: uri, name: uri });
}

/** The longest lifetime that the settings take, and the tolerance of the rotation. */
const longestDays = 366;
const usualRotation = 30;

/**
 * The secret that expires last becomes the stack's. Its value is nowhere to be read; the SIEM has it
 * already.
 * @returns the credential for the settings; undefined for the default.
 */
function takeSecret(draft: Draft, application: Candidate<"application">): object | undefined {
  const daysLeft = ({ endDateTime }: Candidate<"clientSecret">) =>
    (Date.parse(endDateTime) - draft.customer.now.getTime()) / dayMs;
  const byEnd = draft.partsOf(application, "clientSecret").sort((a, b) => daysLeft(b) - daysLeft(a));
  const current = byEnd.find((secret) => daysLeft(secret) >= 3 && daysLeft(secret) <= longestDays);
  for (const secret of byEnd)
    if (secret !== current) draft.putAside(reasonToLeave(daysLeft(secret), current !== undefined), secret);
  const single = "The settings have one credential. To use";
  draft.cannotImport(
    `${single} a certificate, set connector.credential to it; the old one stays until you delete it.`,
    ...draft.partsOf(application, "certificate"),
  );
  draft.cannotImport(
    `${single} this one, set connector.credential to its issuer and subject, and delete it by hand.`,
    ...draft.partsOf(application, "federatedCredential"),
  );
  if (current === undefined) {
    draft.omit("clientSecret", "The app registration has no client secret that the settings can describe.");
    return undefined;
  }
  const why = "The SIEM keeps using it. `up` replaces it before it expires, and deletes it after the overlap.";
  draft.take(`${siemName}-password`, current, why);
  draft.notImported.push({
    kind: "value of the client secret",
    name: current.displayName ?? current.id,
    id: `${current.id}/value`,
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

function reasonToLeave(daysLeft: number, isAdditional: boolean): string {
  if (daysLeft <= 0) return "It has expired.";
  const remove = "Delete it when the SIEM does not use it.";
  if (daysLeft > longestDays) return `It is valid for longer than the settings allow, 365 days. ${remove}`;
  if (daysLeft < 3)
    return `It expires within three days. Remove clientSecret from adopted.omit, and run \`npx pulumi up\`.`;
  return isAdditional ? `Another secret expires later, and the settings have one. ${remove}` : remove;
}

function leaveGrants(draft: Draft, principal: Candidate): void {
  const why = "The SIEM does not need it. Remove it if nothing else uses it.";
  draft.putAside(
    why,
    ...draft.partsOf(principal, "applicationPermission"),
    ...draft.partsOf(principal, "delegatedConsent"),
  );
}
