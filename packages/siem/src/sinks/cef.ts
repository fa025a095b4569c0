/**
 * CEF, version 0. Source: ArcSight, "Implementing ArcSight Common Event Format (CEF)", version 25:
 * keys, lengths, escapes and severities.
 */
import { createHash } from "node:crypto";
import { visibleText } from "@defender-mssp/terminal/terminalText";
import { cutText } from "./shortened";
import type { SinkRecord } from "./sink";

export interface CefEvent {
  readonly product: string;
  /** Device Event Class ID: the same for events of the same kind. */
  readonly eventClass: string;
  readonly name: string;
  readonly severity: SinkRecord["severity"];
  /** By CEF's keys. */
  readonly extension: CefExtension;
}

export type CefExtension = Readonly<Record<string, string | number | null>>;

/** Characters of a field at most, where they differ from the extension's usual 1023. */
const lengths: Readonly<Record<string, number>> = {
  product: 63,
  name: 512,
  externalId: 40,
  dvchost: 100,
  deviceExternalId: 255,
  dntdom: 255,
  fileHash: 255,
  cs1: 4000,
  cs2: 4000,
  cs3: 4000,
  cs4: 4000,
  cs5: 4000,
  cs6: 4000,
};
const usualLength = 1023;

/** 0 to 3 is low, 4 to 6 medium, 7 and 8 high, 9 and 10 very high. */
const severities: Readonly<Record<SinkRecord["severity"], string>> = {
  unknown: "Unknown",
  informational: "1",
  low: "3",
  medium: "6",
  high: "8",
};

/** One line. Empty fields are left out. */
export function cefLine({ product, eventClass, name, severity, extension }: CefEvent): string {
  const header = [
    "CEF:0",
    "Microsoft",
    cefHeader(cutTo("product", product)),
    "1",
    cefHeader(cutTo("eventClass", eventClass)),
    cefHeader(cutTo("name", name)),
    severities[severity],
  ];
  const fields = Object.entries(extension)
    .filter(([, value]) => value !== null && value !== "")
    .map(([key, value]) => `${key}=${cefValue(cutTo(key, String(value)))}`);
  return `${header.join("|")}|${fields.join(" ")}`;
}

/** A longer ID becomes its SHA-256, cut: still the same whenever it comes, and no other's. */
export function externalId(id: string): string {
  if (visible(id).length <= 40) return id;
  return createHash("sha256").update(id).digest("hex").slice(0, 40);
}

/** A custom field goes with its label, or not at all. */
export function custom(key: string, label: string, value: string | number | null): CefExtension {
  return value === null || value === "" ? {} : { [`${key}Label`]: label, [key]: value };
}

/** A time as CEF has it. */
export function milliseconds(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}

function cutTo(field: string, text: string): string {
  return cutText(visible(text), lengths[field] ?? usualLength);
}

/**
 * CEF has escapes for line breaks only; other characters that a terminal acts on are spelled out.
 */
function visible(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return text
    .split(/([\r\n])/)
    .map((part) => (/^[\r\n]$/.test(part) ? part : visibleText(part)))
    .join("");
}

/** A header field has no line breaks; `|` and `\` are escaped there, `=` is not. */
function cefHeader(text: string): string {
  return text.replace(/[\\|]/g, "\\$&").replace(/[\r\n]+/g, " ");
}

/** In an extension's value `=` and `\` are escaped, and line breaks; `|` is not. */
function cefValue(text: string): string {
  return text.replace(/[\\=]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r");
}
