/** The manifest of an evidence: what was asked, what was answered, and the hash of each file. */
import { sha256 } from "@defender-mssp/siem/signed/openEnvelope";
import { sources, type SourceName } from "./calls";
import type { Evidence } from "./evidence";
import { logReading } from "./logReading";
import type { Period } from "./period";

export interface EvidenceFile {
  readonly name: string;
  readonly text: string;
  /** What is in it. */
  readonly about: string;
}

export interface ManifestFile {
  readonly name: string;
  readonly about: string;
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
  /** Entries of a file of JSON lines. */
  readonly lines?: number;
}

/** The files of JSON lines, one for each log. Entries are as Graph answered them. */
export function dataFiles(evidence: Evidence): EvidenceFile[] {
  const names = Object.keys(sources) as SourceName[];
  return [
    {
      name: "subjects.jsonl",
      text: lines(evidence.subjects),
      about: "The guests and applications whose actions were asked for",
    },
    ...names.map((source) => ({
      name: sources[source].file,
      text: lines(evidence.entries[source]),
      about: logAbout(evidence, source),
    })),
    {
      name: "stack-history.jsonl",
      text: lines(evidence.history),
      about: "Who ran Pulumi for this customer, and how many objects changed",
    },
  ];
}

function logAbout(evidence: Evidence, source: SourceName): string {
  const { state, reason } = logReading(evidence, [source]);
  const { title } = sources[source];
  if (state === "notRead") return `${title}: not read, ${reason}`;
  return `${title}, entries as Microsoft Graph answered them${state === "read" ? "" : `; incomplete, ${reason}`}`;
}

/** `manifest.json`. Without the hash of itself, which the command prints. */
export function manifestText(evidence: Evidence, files: readonly EvidenceFile[], version: string): string {
  const { stack, settings, madeOn, period, retention, calls, gaps, redacted } = evidence;
  const manifest = {
    kind: "defender-mssp/evidence",
    format: 1,
    stack,
    customerName: settings.customerName,
    msspName: settings.msspName,
    tenantId: settings.tenantId,
    madeOn: madeOn.toISOString(),
    madeBy: `defender-mssp ${version}`,
    period: periodText(period),
    retention: {
      days: retention.days ?? null,
      outside: retention.outside === undefined ? null : periodText(retention.outside),
    },
    gaps,
    calls: calls.map(({ source, subject, path, status, code, problem, pages, entries }) => ({
      list: source,
      subject,
      method: "GET",
      path: decodeURIComponent(path),
      status,
      code,
      problem,
      pages,
      entries,
    })),
    redactedTexts: redacted,
    files: files.map(fileEntry),
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

export function fileEntry({ name, text, about }: EvidenceFile): ManifestFile {
  const bytes = Buffer.from(text, "utf8");
  const count = text.split("\n").length - 1;
  return {
    name,
    about,
    sha256: sha256(text),
    bytes: bytes.length,
    ...(name.endsWith(".jsonl") ? { lines: count } : {}),
  };
}

function periodText({ from, until }: Period): { from: string; until: string } {
  return { from: from.toISOString(), until: until.toISOString() };
}

function lines(entries: readonly object[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
}
