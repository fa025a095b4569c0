/**
 * The redirect URI of a sign-in. The script of the document of 2018 registered one URI and sent
 * another, which Entra refuses (AADSTS50011). Here the registration is compared first with the URI
 * that will be sent.
 */
import {
  EnvironmentError,
  graphApplications,
  request,
  requestToken,
  ServiceError,
  type Endpoints,
  type Environment,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Connector } from "../connector/connector";
import { visibleText } from "@defender-mssp/terminal/terminalText";

/** The redirect URIs of a registration. */
export type LiveRegistration =
  | { readonly state: "read"; readonly redirectUris: readonly string[] }
  /** This shell has no credentials that may read it, or the registration is in another tenant. */
  | { readonly state: "unread"; readonly reason: string }
  | { readonly state: "gone" };

/**
 * The registration in the customer's tenant, if this shell's credentials (ARM_…, `az`) may read it.
 */
export async function readRegistration(
  connector: Connector,
  endpoints: Endpoints,
  environment: Environment,
): Promise<LiveRegistration> {
  if (connector.connection !== undefined) return { state: "unread", reason: "it requires the identity that runs up" };
  if (connector.kind === "msspApp") return { state: "unread", reason: "it is in the MSSP's own tenant" };
  const filter = encodeURIComponent(`appId eq '${connector.clientId}'`);
  try {
    const { accessToken } = await requestToken({
      environment,
      tenantId: connector.tenantId,
      audience: endpoints.graphEndpoint,
      endpoints,
    });
    const { body } = await request(`${endpoints.graphEndpoint}${graphApplications.path}?$filter=${filter}`, {
      token: accessToken,
    });
    const [application] = (body as { value?: Registration[] } | undefined)?.value ?? [];
    if (application === undefined) return { state: "gone" };
    const platforms = [application.web, application.spa, application.publicClient];
    return { state: "read", redirectUris: platforms.flatMap((platform) => platform?.redirectUris ?? []) };
  } catch (error) {
    if (error instanceof EnvironmentError)
      return { state: "unread", reason: "this shell has no credentials to read it" };
    if (error instanceof ServiceError && error.status >= 400 && error.status < 500) {
      return { state: "unread", reason: `this shell's credentials may not read it (${error.status})` };
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
 * Checks that the registration has the redirect URI that will be sent.
 * @returns a sentence when the registration could not be read; otherwise undefined.
 * @throws VisibleError when the application is gone or lacks the URI.
 */
export async function checkRedirect(
  connector: Connector,
  redirectUri: string,
  endpoints: Endpoints,
  environment: Environment,
): Promise<string | undefined> {
  const registration = await readRegistration(connector, endpoints, environment);
  if (registration.state === "gone") {
    throw new VisibleError(
      `The application ${connector.clientId} no longer exists in tenant ${connector.tenantId}. ` +
        `Restore it with \`npx pulumi up --refresh --stack ${connector.stack}\`.`,
    );
  }
  if (registration.state === "unread") {
    return `The registration's redirect URIs were not checked: ${registration.reason}.`;
  }
  if (registration.redirectUris.includes(redirectUri)) return undefined;
  throw new VisibleError(
    `The connector's registration lacks the redirect URI ${redirectUri}: Entra would refuse the sign-in (AADSTS50011). ` +
      `It has: ${visibleText(registration.redirectUris.join(", ")) || "none"}. ` +
      `Restore it with \`npx pulumi up --refresh --stack ${connector.stack}\`.`,
  );
}
