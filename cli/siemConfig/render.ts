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
 * @throws VisibleError where the product can't use such a connector, or its format can't hold a value.
 */
export function siemFiles(product: SiemProduct, connection: SiemConnection): readonly SiemFile[] {
  return renderers[product](connection);
}
