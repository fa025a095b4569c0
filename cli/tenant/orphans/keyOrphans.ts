/**
 * Certificates and federated credentials of the stack's application that are missing in its state.
 */
import { type TenantReader } from "@defender-mssp/tenant";
import { federatedCredentialsPath, graphApplications } from "@defender-mssp/microsoft";
import { X509Certificate } from "node:crypto";
import type { Settings } from "../../../settings";
import type { Deployed } from "../deployed";
import { deletionOf, partOf, text, type GraphObject, type Orphan } from "./orphan";

/** The name that the program gives to the federated credential. */
const federatedCredentialName = "mssp-siem";

export async function keyOrphans(
  tenant: Pick<TenantReader, "list">,
  application: GraphObject,
  { connector }: Settings,
  deployed: Deployed,
): Promise<Orphan[]> {
  const credential = connector.kind === "customerApp" ? connector.credential : undefined;
  return [
    ...(credential?.type === "certificate" ? certificates(application, credential.certificate, deployed) : []),
    ...(await federated(tenant, application, deployed)),
  ];
}

/** Only the certificate in the settings: others are not this stack's. */
function certificates(application: GraphObject, pem: string, deployed: Deployed): Orphan[] {
  const thumbprint = new X509Certificate(pem).fingerprint.replaceAll(":", "");
  const keys = (application.keyCredentials ?? []) as readonly GraphObject[];
  const isOrphan = (key: GraphObject) =>
    text(key, "customKeyIdentifier").toUpperCase() === thumbprint && !deployed.has(text(key, "keyId"));
  return keys.filter(isOrphan).map((key) => ({
    ...partOf(application, `certificate ${thumbprint}`, text(key, "keyId")),
    isSecret: true,
    createdOn: text(key, "startDateTime"),
    removal: {
      method: "PATCH",
      path: graphApplications.item(text(application, "id")),
      json: { keyCredentials: keys.filter((one) => one !== key) },
    },
  }));
}

async function federated(
  { list }: Pick<TenantReader, "list">,
  application: GraphObject,
  deployed: Deployed,
): Promise<Orphan[]> {
  const path = federatedCredentialsPath(text(application, "id"));
  const found = await list<GraphObject>(path);
  return found
    .filter((one) => text(one, "name") === federatedCredentialName && !deployed.has(text(one, "id")))
    .map((one) => ({
      ...partOf(application, `federated credential "${federatedCredentialName}"`, text(one, "id")),
      isSecret: true,
      removal: deletionOf(`${path}/${text(one, "id")}`),
    }));
}
