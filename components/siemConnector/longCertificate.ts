import { X509Certificate } from "node:crypto";
import type { ConnectorAccess } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { credentialLifetimeProblem, longestCertificateDays } from "../../domain/guardrails/applications";
import type { DeployedResources } from "../tenant/deployedResources";
import { azuread } from "../../domain/resourceTypes";

/**
 * Refuses a new certificate of the connector that expires later than the policy pack allows, before
 * the first declaration and in a preview, too. One that is deployed is kept with a warning: an
 * earlier release accepted it, and the customer's SIEM uses it.
 *
 * @param deployed the stack's resources: `await deployedResources()`.
 * @throws pulumi.RunError
 */
export async function refuseLongCertificate(
  connector: ConnectorAccess,
  deployed: DeployedResources,
  now: Date,
): Promise<void> {
  if (connector.kind !== "customerApp" || connector.credential.type !== "certificate") return;
  const end = new Date(new X509Certificate(connector.credential.certificate).validTo);
  const endDate = end.toISOString().replace(/\.\d{3}Z$/, "Z");
  const problem = credentialLifetimeProblem({ endDate, now, mostDays: longestCertificateDays });
  if (problem === undefined) return;
  const isDeployed = Object.values(deployed).some(
    ({ type, outputs }) =>
      type === azuread("ApplicationCertificate") && Date.parse(String(outputs["endDate"])) === end.getTime(),
  );
  const message = `connector.credential.certificate: ${problem}.`;
  if (!isDeployed)
    throw new pulumi.RunError(`${message} Nothing was changed. Issue a certificate that expires within that time.`);
  await pulumi.log.warn(
    `${message} It is deployed and stays. Replace it: the policy rule certificates-expire refuses it.`,
  );
}
