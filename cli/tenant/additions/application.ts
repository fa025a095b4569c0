/**
 * Additions to the SIEM's application in the customer's tenant. Reading needs
 * `Application.Read.All`.
 */
import { azRest, chain } from "@defender-mssp/tenant";
import { federatedCredentialsPath, graphApplications, graphList, type Application } from "@defender-mssp/microsoft";
import { upRefresh, type FoundAddition } from "./addition";
import { shellQuoted } from "../../base/shellWord";
import { textsOf, type DeployedObject } from "../deployed";
import { foreignOwners, type AdditionsTenant } from "./tenant";
import { isProgramType } from "../../../domain/resourceTypes";

/** The applications that the stack registered, without an extension's, which has its URIs and requests in it. */
export function applicationsOf({ deployed }: AdditionsTenant): readonly DeployedObject[] {
  return deployed.all("application").filter(({ type }) => isProgramType(type));
}

export async function applicationAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  const found = applicationsOf(tenant).map(async ({ objectId }): Promise<FoundAddition[]> => {
    const { status, body } = await tenant.call(graphApplications.item(objectId), { accept: [404] });
    // The engine reports a deleted application.
    if (status === 404) return [];
    const application = body as Application;
    const named = { id: objectId, name: `application "${application.displayName}"` };
    return [
      ...credentials(tenant, application, named.name),
      ...(await federatedCredentials(tenant, application, named.name)),
      ...addedRedirectUris(tenant, application, named.name),
      ...requestedPermissions(tenant, application, named.name),
      ...(await foreignOwners(tenant, "applications", named)),
    ];
  });
  return (await Promise.all(found)).flat();
}

function credentials({ deployed, graph }: AdditionsTenant, application: Application, to: string): FoundAddition[] {
  const { id, appId } = application;
  const foreign = <One extends { keyId: string }>(list: readonly One[]) =>
    list.filter((one) => !deployed.has(one.keyId));
  return [
    ...foreign(application.passwordCredentials).map((secret) => ({
      ...credential("client secret", to, secret, id),
      step: azRest("POST", `${graph}${graphApplications.item(id)}/removePassword`, { keyId: secret.keyId }),
    })),
    ...foreign(application.keyCredentials).map((key) => ({
      ...credential("certificate", to, key, id),
      step: `az ad app credential delete --id ${shellQuoted(appId)} --key-id ${shellQuoted(key.keyId)} --cert`,
    })),
  ];
}

/** A secret or a certificate, of an application or of a service principal. */
export function credential(
  kind: "client secret" | "certificate",
  to: string,
  one: { readonly keyId: string; readonly displayName: string | null; startDateTime: string; endDateTime: string },
  owner: string,
) {
  const named = one.displayName === null || one.displayName === "" ? "without a name" : `"${one.displayName}"`;
  return {
    kind,
    to,
    what: `${kind} ${named}, valid until ${one.endDateTime.slice(0, 10)} (key ID ${one.keyId})`,
    id: one.keyId,
    chains: [
      chain({ kind: kind === "certificate" ? "certificate" : "clientSecret", principal: owner, object: one.keyId }),
    ],
    createdOn: one.startDateTime,
    targets: [owner],
  };
}

interface FederatedCredential {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly subject: string | null;
}

async function federatedCredentials(
  { call, deployed, graph }: AdditionsTenant,
  { id }: Application,
  to: string,
): Promise<FoundAddition[]> {
  const path = federatedCredentialsPath(id);
  return (await graphList<FederatedCredential>(call, path))
    .filter((one) => !deployed.has(one.id))
    .map((one) => ({
      kind: "federated credential",
      to,
      what: `federated credential "${one.name}": issuer ${one.issuer}, subject ${one.subject ?? "(an expression)"}`,
      id: one.id,
      chains: [chain({ kind: "federatedCredential", principal: id, object: one.id })],
      targets: [id],
      mentions: [one.name],
      step: azRest("DELETE", `${graph}${path}/${one.id}`),
    }));
}

/** The redirect URIs that the stack registered, in lower case. */
export function expectedRedirectUris({ deployed }: AdditionsTenant): readonly string[] {
  return deployed.all("redirectUri").flatMap(({ inputs }) => textsOf(inputs["redirectUris"]));
}

/** The engine compares only the platforms that the stack declares. */
function addedRedirectUris(tenant: AdditionsTenant, application: Application, to: string): FoundAddition[] {
  const expected = expectedRedirectUris(tenant);
  const declared = tenant.deployed.all("redirectUri").map(({ inputs }) => String(inputs["type"]).toLowerCase());
  return (["web", "spa", "publicClient"] as const).flatMap((platform) => {
    const all = application[platform].redirectUris;
    const foreign = all.filter((uri) => !expected.includes(uri.toLowerCase()));
    const json = { [platform]: { redirectUris: all.filter((uri) => !foreign.includes(uri)) } };
    return foreign.map((uri) => ({
      kind: "redirect URI",
      to,
      what: `redirect URI ${uri} (${platform})`,
      id: uri,
      targets: [application.id],
      step: declared.includes(platform.toLowerCase())
        ? upRefresh
        : azRest("PATCH", `${tenant.graph}${graphApplications.item(application.id)}`, json),
    }));
  });
}

/** Requested permissions. They grant nothing until an administrator consents to them. */
function requestedPermissions(tenant: AdditionsTenant, application: Application, to: string): FoundAddition[] {
  const declared = tenant.deployed.all("requestedPermission");
  return application.requiredResourceAccess.flatMap(({ resourceAppId, resourceAccess }) => {
    const ours = declared.filter(({ objectId }) => objectId === resourceAppId.toLowerCase());
    const wanted = ours.flatMap(({ inputs }) => [...textsOf(inputs["roleIds"]), ...textsOf(inputs["scopeIds"])]);
    return resourceAccess
      .filter(({ id }) => !wanted.includes(id.toLowerCase()))
      .map(({ id, type }) => ({
        kind: "requested permission",
        to,
        what: `request for the ${type === "Role" ? "application" : "delegated"} permission ${id} of the API ${resourceAppId}`,
        id,
        targets: [application.id],
        step:
          ours.length > 0
            ? upRefresh
            : `az ad app permission delete --id ${shellQuoted(application.appId)} --api ${shellQuoted(resourceAppId)}`,
      }));
  });
}
