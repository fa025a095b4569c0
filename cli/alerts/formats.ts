/**
 * Formats of an alert: JSON lines or CEF. Control characters in an alert never reach a terminal.
 */
import { visibleJson } from "../output/terminalText";
import type { FetchedAlert } from "./sources";

export { recordAsCef } from "./cef";

/** An alert as one line, without the line's end. */
export type AlertFormat = (alert: FetchedAlert) => string;

export const recordAsJson: AlertFormat = ({ record }) => visibleJson(record);

/** The service's own object. */
export const originalAsJson: AlertFormat = ({ original }) => visibleJson(original);
