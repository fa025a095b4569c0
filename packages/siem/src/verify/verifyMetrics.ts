/** The result of `verify` as a file for node_exporter's textfile collector. */
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { UsageError } from "@defender-mssp/terminal/usageError";
import { coverageMetrics } from "../pull/coverageMetrics";
import { gaugeText, type Sample } from "../pull/gaugeText";
import type { VerifiedCustomer } from "./customersTable";

/** @throws UsageError */
export function checkMetricsFile(file: string | undefined): void {
  if (file === undefined || file.endsWith(".prom")) return;
  throw new UsageError(
    `--metrics "${file}": verify ends at once, so name a file that ends with .prom, as node_exporter reads it.`,
  );
}

/** @throws VisibleError where the file can't be written */
export async function writeVerifyMetrics(
  file: string,
  customers: readonly VerifiedCustomer[],
  now: Date,
): Promise<void> {
  await writeWholeFile(file, verifyMetrics(customers, now));
}

/** @param customers one, or several */
export function verifyMetrics(customers: readonly VerifiedCustomer[], now: Date): string {
  const customerLabels = ({ stack, tenantId }: VerifiedCustomer) => ({
    stack,
    ...(tenantId === undefined ? {} : { tenant_id: tenantId }),
  });
  const values = (value: (customer: VerifiedCustomer) => number | undefined): Sample[] =>
    customers.flatMap((customer) => {
      const number = value(customer);
      return number === undefined ? [] : [{ labels: customerLabels(customer), value: number }];
    });
  const seconds = (moment: string | undefined) => (moment === undefined ? undefined : Date.parse(moment) / 1000);
  return [
    gaugeText(
      "mssp_verify_success",
      "Whether no check of a customer has failed.",
      values(({ state }) => (state === "failed" ? 0 : 1)),
    ),
    gaugeText(
      "mssp_verify_consent",
      "Whether the customer's consent lets the connector read alerts.",
      values(({ consent }) => (consent === undefined ? undefined : Number(consent === "given"))),
    ),
    gaugeText(
      "mssp_verify_credential_expiry_timestamp_seconds",
      "When the connector's credential expires.",
      values(({ credentialEndsOn }) => seconds(credentialEndsOn)),
    ),
    gaugeText(
      "mssp_verify_last_alert_timestamp_seconds",
      "When the newest alert of a customer was created.",
      values(({ lastAlertAt }) => seconds(lastAlertAt)),
    ),
    gaugeText(
      "mssp_verify_lag_seconds",
      "Age of the oldest alert that is not delivered; 0 if all are.",
      values(({ lagSeconds }) => lagSeconds),
    ),
    coverageMetrics(
      "mssp_verify",
      customers.flatMap((customer) =>
        (customer.coverage ?? []).map((coverage) => ({ labels: customerLabels(customer), coverage })),
      ),
    ),
    `# HELP mssp_verify_timestamp_seconds When verify has ended.\n# TYPE mssp_verify_timestamp_seconds gauge\n`,
    `mssp_verify_timestamp_seconds ${now.getTime() / 1000}\n`,
  ].join("");
}
