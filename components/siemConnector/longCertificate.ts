import { X509Certificate } from "node:crypto";
import type { ConnectorAccess } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { credentialLifetimeProblem, longestCertificateDays } from "../../domain/guardrails/applications";

/**
 * Refuses a certificate of the connector that expires later than the policy pack allows, before the
 * first declaration and in a preview, too.
 *
 * @throws pulumi.RunError
 */
export function refuseLongCertificate(connector: ConnectorAccess, now: Date): void {
  if (connector.kind !== "customerApp" || connector.credential.type !== "certificate") return;
  const end = new Date(new X509Certificate(connector.credential.certificate).validTo);
  const endDate = end.toISOString().replace(/\.\d{3}Z$/, "Z");
  const problem = credentialLifetimeProblem({ endDate, now, mostDays: longestCertificateDays });
  if (problem === undefined) return;
  throw new pulumi.RunError(
    `connector.credential.certificate: ${problem}. Nothing was changed. Issue a certificate that expires within that time.`,
  );
}
