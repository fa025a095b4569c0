/** The checks that need neither the stack nor its automation: the credential's end, the portal. */
import { portalUrl, dateOf, request } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { daysUntil } from "../connector/refreshToken";
import { failed, notChecked, passed, type Check } from "./check";
import type { VerifyContext } from "./context";

/** The expiry of the connector's credential, from the stack's outputs or the given certificate. */
export function credentialExpiry({ connector, credential, now }: VerifyContext): Check {
  const name = "credential expiry";
  const {
    kind,
    connection,
    credential: type,
    credentialExpiresOn,
    clientSecretExpiresOn = credentialExpiresOn,
  } = connector;
  const by = connection === undefined ? "" : "the MSSP's "; // On its machine nobody runs Pulumi.
  if (type === "federated") return notChecked(name, "not applicable: a federated credential does not expire");
  if (type === "secret") {
    if (clientSecretExpiresOn !== undefined)
      return endsOn(name, new Date(clientSecretExpiresOn), now, `${by}npx pulumi up renews the client secret`);
    if (connection !== undefined)
      return notChecked(name, "not checked: requires the state (the MSSP's npx mssp status --show secrets)");
    return kind === "msspApp"
      ? notChecked(name, "the MSSP's own application: its secret is in the MSSP's tenant")
      : notChecked(name, "the stack has no output clientSecretExpiresOn");
  }
  const named =
    credential instanceof VisibleError || credential.kind !== "certificate"
      ? undefined
      : credential.certificate.validTo;
  const end = credentialExpiresOn ?? named;
  if (end === undefined) return notChecked(name, "the certificate is not in the outputs: pass it with --certificate");
  return endsOn(name, new Date(end), now, "set a new certificate in connector.credential");
}

function endsOn(name: string, end: Date, now: Date, remedy: string): Check {
  if (Number.isNaN(end.getTime())) return failed(name, "the stack's output is not a valid date");
  const days = daysUntil(end, now);
  const date = dateOf(end);
  const check = end <= now ? failed(name, `expired on ${date}: ${remedy}`) : passed(name, `in ${days} days (${date})`);
  return { ...check, facts: { credentialEndsOn: end.toISOString() } };
}

/** Checks that the portal's URL is the customer's and that the tenant exists. */
export async function portal(context: VerifyContext): Promise<Check> {
  const name = "portal URL";
  const { connector, endpoints } = context;
  const right = portalUrl(connector.cloud, connector.tenantId);
  if (connector.portalUrl !== right) {
    return failed(name, `it is ${connector.portalUrl ?? "missing"}; expected ${right}: run npx pulumi up`);
  }
  const { status, body } = await request(
    `${endpoints.loginEndpoint}/${connector.tenantId}/v2.0/.well-known/openid-configuration`,
    { accept: [400, 404] },
  );
  const { issuer } = (body ?? {}) as { issuer?: string };
  if (status !== 200 || issuer?.toLowerCase().includes(connector.tenantId.toLowerCase()) !== true) {
    return failed(name, `Entra knows no tenant ${connector.tenantId} in this cloud`);
  }
  return passed(name, right);
}
