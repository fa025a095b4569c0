/** Settings that another program gives as a map, checked by the rules of the program's own settings. */
import { VisibleError } from "@defender-mssp/errors";
import { checkSettings, type Settings } from "../settings";
import { printable, shortened } from "../settings/problems";

const zeros = "00000000-0000-4000-8000-00000000000";

/** Values of the settings that every stack has. They decide nothing of what a stack needs. */
const required = {
  customerName: "Customer",
  tenantId: `${zeros}1`,
  customerDomain: "customer.example",
  msspName: "MSSP",
  msspTenantId: `${zeros}2`,
  analysts: [],
};

/**
 * The checked settings. A required setting that is left out has a value that stands for any.
 * @throws VisibleError that names each wrong setting. No value is in the message: it may be a secret.
 */
export function checkedSettings(settings: Readonly<Record<string, unknown>>): Settings {
  // The file of `analystsFrom` belongs to the program.
  const { analystsFrom: _, ...others } = settings;
  const result = checkSettings({ ...required, ...others }, [], {});
  if ("settings" in result) return result.settings;
  const lines = result.problems.map(({ key, allowed }) => `${printable(shortened(key))}: ${allowed}`);
  throw new VisibleError(lines.length === 1 ? (lines[0] ?? "") : lines.map((line) => `\n- ${line}`).join(""));
}
