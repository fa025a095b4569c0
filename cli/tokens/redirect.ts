/**
 * The redirect URI of a sign-in. The 2018 document's script registered one and sent another, which Entra refuses with AADSTS50011: here what
 * will be sent is compared with what the registration has, first.
 */
import { request, requestToken, ServiceError, type Endpoints, EnvironmentError } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import type { Connector } from "../connector/connector";

/** What a registration has of redirect URIs, by platform. */
export type LiveRegistration =
  | { readonly state: "read"; readonly redirectUris: readonly string[] }
  /** Nobody with permission to look is signed in here, or the registration is in another tenant. */
  | { readonly state: "unread"; readonly reason: string }
  | { readonly state: "gone" };

/** The registration as it is in the customer's tenant, if this shell's credentials (ARM_…, `az`) may look. */
export async function readRegistration(connector: Connector, endpoints: Endpoints): Promise<LiveRegistration> {
  if (connector.kind === "msspApp") return { state: "unread", reason: "it is registered in the MSSP's own tenant" };
  const filter = encodeURIComponent(`appId eq '${connector.clientId}'`);
  try {
    const { accessToken } = await requestToken({
      tenantId: connector.tenantId,
      audience: endpoints.graphEndpoint,
      endpoints,
    });
    const { body } = await request(`${endpoints.graphEndpoint}/v1.0/applications?$filter=${filter}`, {
      token: accessToken,
    });
    const [application] = (body as { value?: Registration[] } | undefined)?.value ?? [];
    if (application === undefined) return { state: "gone" };
    const platforms = [application.web, application.spa, application.publicClient];
    return { state: "read", redirectUris: platforms.flatMap((platform) => platform?.redirectUris ?? []) };
  } catch (error) {
    if (error instanceof EnvironmentError)
      return { state: "unread", reason: "no credentials to look are in this shell" };
    if (error instanceof ServiceError && error.status >= 400 && error.status < 500) {
      return { state: "unread", reason: `this shell's credentials may not look (${error.status})` };
    }
    throw error;
  }
}

interface Registration {
  readonly web?: { readonly redirectUris?: readonly string[] };
  readonly spa?: { readonly redirectUris?: readonly string[] };
  readonly publicClient?: { readonly redirectUris?: readonly string[] };
}

/**
 * Stops where the redirect URI that would be sent isn't the registration's.
 * @returns what could not be checked, for people; undefined where all is well.
 */
export async function checkRedirect(
  connector: Connector,
  redirectUri: string,
  endpoints: Endpoints,
): Promise<string | undefined> {
  const registration = await readRegistration(connector, endpoints);
  if (registration.state === "gone") {
    throw new VisibleError(
      `The tenant ${connector.tenantId} has no application ${connector.clientId} any more. ` +
        `Bring it back with \`pulumi up --refresh --stack ${connector.stack}\`.`,
    );
  }
  if (registration.state === "unread") {
    return `The redirect URI is the stack's; whether the registration still has it was not checked: ${registration.reason}.`;
  }
  if (registration.redirectUris.includes(redirectUri)) return undefined;
  throw new VisibleError(
    `The registration of the connector doesn't have the redirect URI ${redirectUri}, so Entra would refuse the sign-in (AADSTS50011). ` +
      `It has: ${registration.redirectUris.join(", ") || "none"}. Mend it with \`pulumi up --refresh --stack ${connector.stack}\`.`,
  );
}
