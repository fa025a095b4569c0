/**
 * How an alert is written: JSON, one to a line, or CEF. Text of an alert never drives the terminal
 * that shows it.
 */
import { visibleJson } from "../output/terminalText";
import type { FetchedAlert } from "./sources";

export { recordAsCef } from "./cef";

/** An alert as one line, without the line's end. */
export type AlertFormat = (alert: FetchedAlert) => string;

export const recordAsJson: AlertFormat = ({ record }) => visibleJson(record);

/** As the service wrote it. */
export const originalAsJson: AlertFormat = ({ original }) => visibleJson(original);
