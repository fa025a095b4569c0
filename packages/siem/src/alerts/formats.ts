/**
 * Formats of an alert: JSON lines or CEF. Control characters in an alert never reach a terminal.
 */
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import type { RecordsInfo } from "../sinks/destinationKind";
import { recordAsCef } from "./cef";
import { recordAsEcs } from "./ecs";
import { recordAsOcsf } from "./recordAsOcsf";
import type { AlertFormat } from "./fetchedAlert";

export { recordAsCef, recordAsEcs };

export const recordAsJson: AlertFormat = ({ record }) => visibleJson(record);

/** The service's own object. */
export const originalAsJson: AlertFormat = ({ original }) => visibleJson(original);

export const alertFormats: Readonly<Record<RecordsInfo["format"], AlertFormat>> = {
  json: recordAsJson,
  raw: originalAsJson,
  ecs: recordAsEcs,
  ocsf: recordAsOcsf,
  cef: recordAsCef,
};
