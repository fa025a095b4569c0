/**
 * Formats of an alert: JSON lines or CEF. Control characters in an alert never reach a terminal.
 */
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import type { AlertFormat } from "./fetchedAlert";

export { recordAsCef } from "./cef";
export { recordAsEcs } from "./ecs";

export const recordAsJson: AlertFormat = ({ record }) => visibleJson(record);

/** The service's own object. */
export const originalAsJson: AlertFormat = ({ original }) => visibleJson(original);

/**
 * The service's own alerts have the source type of the Splunk Add-on for Microsoft Security, so
 * that what is built on the add-on finds them. Records of this command have another shape.
 */
export function sourceTypeOf({ isJson, isRaw }: { readonly isJson: boolean; readonly isRaw: boolean }): string {
  if (!isJson) return "cef";
  return isRaw ? "ms:defender:atp:alerts" : "defender:alert";
}
