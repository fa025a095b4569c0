/** What `mssp evidence` prints. */
import { paragraph, tableText } from "@defender-mssp/terminal/table";
import { sources, type SourceName } from "../../access/evidence/calls";
import type { Evidence } from "../../access/evidence/evidence";
import { logReading, readingText } from "../../access/evidence/logReading";
import type { WrittenEvidence } from "../../access/evidence/write";

export function evidenceText(evidence: Evidence, written: WrittenEvidence, width?: number): string {
  const { settings, period, history, subjects, gaps } = evidence;
  const [from, until] = [period.from, period.until].map((one) => one.toISOString().slice(0, 16).replace("T", " "));
  const names = Object.keys(sources) as SourceName[];
  const rows = [
    ["Guests and applications", String(subjects.length)],
    ...names.map((source) => [sources[source].title, readingText(logReading(evidence, [source]))]),
    ["Runs of Pulumi", String(history.length)],
  ];
  const options = width === undefined ? {} : { width };
  return [
    paragraph(`What ${settings.msspName} did in ${settings.customerName}, ${from ?? ""} to ${until ?? ""} UTC`, width),
    `\n${tableText(rows, { indent: 2, ...options })}\n`,
    ...(gaps.length === 0 ? [] : [paragraph("Not shown:", width)]),
    ...gaps.map(({ text }) => tableText([["–", text]], { indent: 2, ...options })),
    ...(gaps.length === 0 ? [] : ["\n"]),
    paragraph(`Written to ${written.folder}. SHA-256 of manifest.json:`, width),
    `${written.manifest}\n`,
    ...(written.digest === undefined
      ? []
      : [`Signed. Digest of this step, for the customer to keep:\n${written.digest}\n`]),
  ].join("");
}

/** What `--json` prints. */
export function evidenceSummary(evidence: Evidence, written: WrittenEvidence) {
  const { stack, settings, period, history, subjects, gaps, retention } = evidence;
  const names = Object.keys(sources) as SourceName[];
  // null: not read.
  const entries: Readonly<Record<string, number | null>> = Object.fromEntries(
    names.map((source) => [source, logReading(evidence, [source]).entries ?? null]),
  );
  return {
    stack,
    tenantId: settings.tenantId,
    period: { from: period.from.toISOString(), until: period.until.toISOString() },
    folder: written.folder,
    manifestSha256: written.manifest,
    // null: not signed.
    digest: written.digest ?? null,
    subjects: subjects.length,
    entries,
    runs: history.length,
    retentionDays: retention.days ?? null,
    gaps,
  };
}
