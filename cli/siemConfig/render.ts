import { arcsightFiles } from "./arcsight";
import { elasticFiles } from "./elastic";
import type { SiemProduct } from "./products";
import { sentinelFiles } from "./sentinel";
import type { SiemConnection, SiemFile } from "./siem";
import { splunkFiles } from "./splunk";

const renderers: Readonly<Record<SiemProduct, (connection: SiemConnection) => readonly SiemFile[]>> = {
  splunk: splunkFiles,
  arcsight: arcsightFiles,
  sentinel: sentinelFiles,
  elastic: elasticFiles,
};

/**
 * Renders a product's files.
 * @throws VisibleError when the product doesn't support the connector, or its format can't express
 * a value.
 */
export function siemFiles(product: SiemProduct, connection: SiemConnection): readonly SiemFile[] {
  return renderers[product](connection);
}

/**
 * Whether a file of the product names the legacy alert API's host, which depends on the customer's
 * region.
 */
export function needsAlertExporter(product: SiemProduct, { alertApis }: SiemConnection["connector"]): boolean {
  return (product === "splunk" || product === "arcsight") && alertApis.includes("legacySiem");
}
