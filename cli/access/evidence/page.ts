/** `index.html` of an evidence: what its files say, for people. */
import {
  badge,
  code,
  details,
  facts,
  figures,
  link,
  list,
  notice,
  paragraph,
  renderPage,
  section,
  table,
  type Block,
  type Cell,
  type Figure,
  type Row,
} from "@defender-mssp/pages";
import { visibleText } from "@defender-mssp/terminal/terminalText";
import { sources, type CallRecord, type Entry, type SourceName } from "./calls";
import type { Evidence } from "./evidence";
import { logReading, type LogReading } from "./logReading";
import { fileEntry, type EvidenceFile } from "./manifest";
import type { NextStep } from "../signed/nextStep";
import { signatureSection } from "../signed/signatureSection";
import type { StackUpdate } from "../../stack/history";

export const evidenceEnvelope = "evidence.dsse.json";

/** Rows of a table at most; the file has all entries. */
const shownRows = 1_000;

const signInsOfPeople = ["interactiveSignIns", "nonInteractiveSignIns"] as const;

export function evidencePage(evidence: Evidence, files: readonly EvidenceFile[], step?: NextStep): string {
  const { settings, period, madeOn, stack } = evidence;
  return renderPage({
    title: visibleText(`What ${settings.msspName} did in ${settings.customerName}`),
    subtitle: `${moment(period.from.toISOString())} to ${moment(period.until.toISOString())}, tenant ${settings.tenantId}, stack ${stack}`,
    footer: `Made on ${moment(madeOn.toISOString())} by npx mssp evidence. Times are UTC.`,
    blocks: [
      figures([
        logFigure("changes in the directory", "#changes", logReading(evidence, ["directoryAudits"])),
        logFigure("sign-ins of people", "#people", logReading(evidence, signInsOfPeople)),
        logFigure("sign-ins of applications", "#applications", logReading(evidence, ["servicePrincipalSignIns"])),
        { label: "runs of Pulumi", value: evidence.history.length, href: "#runs" },
      ]),
      gapSection(evidence),
      changeSection(evidence),
      signInSection("people", "Sign-ins of people", evidence, signInsOfPeople),
      signInSection("applications", "Sign-ins of applications", evidence, ["servicePrincipalSignIns"]),
      runSection(evidence.history),
      subjectSection(evidence),
      fileSection(files),
      signatureSection(step, { file: evidenceEnvelope, mssp: settings.msspName }),
      callSection(evidence.calls),
    ],
  });
}

function logFigure(label: string, href: string, reading: LogReading): Figure {
  if (reading.state === "read") return { label, value: reading.entries ?? 0, href };
  return {
    label: `${label}: ${reading.state === "notRead" ? "not read" : "incomplete"}`,
    value: reading.entries ?? "–",
    state: "warning",
    href,
  };
}

/** Says of a log that was not read to its end what is missing; its table alone would read "None". */
function readingNotice({ state, reason }: LogReading): Block[] {
  if (state === "read") return [];
  return [notice("warning", visibleText(`${state === "notRead" ? "Not read" : "Incomplete"}: ${reason}.`))];
}

function gapSection({ gaps }: Evidence): Block {
  const isIncomplete = gaps.some(({ kind }) => kind === "incomplete");
  const shown = notice(
    isIncomplete ? "failed" : "warning",
    gaps.length === 1 ? "One thing is missing:" : `${gaps.length} things are missing:`,
    list(gaps.map(({ text }) => visibleText(text))),
  );
  const none = notice("passed", "Every list was read to its end, and the whole period is within the retention.");
  return section(
    { id: "gaps", title: "What this does not show" },
    gaps.length === 0 ? none : shown,
    paragraph(
      "Microsoft Entra logs changes in the directory and sign-ins. What somebody did with alerts and devices is in the audit log of ",
      link("Microsoft Purview", "https://learn.microsoft.com/purview/audit-search"),
      ", which this does not read.",
    ),
  );
}

function changeSection(evidence: Evidence): Block {
  const rows = evidence.entries.directoryAudits.map((entry): Row => {
    const targets = listOf(entry["targetResources"]).map((one) => textOf(one, "displayName") || textOf(one, "id"));
    const result = textOf(entry, "result");
    return {
      cells: [
        moment(textOf(entry, "activityDateTime")),
        visibleText(initiatorOf(evidence, entry)),
        visibleText(textOf(entry, "activityDisplayName")),
        visibleText(targets.join(", ")),
        { content: visibleText(result), state: result === "success" ? "passed" : "warning" },
      ],
    };
  });
  const columns = [
    { title: "Time" },
    { title: "Who", choices: true },
    { title: "Activity" },
    { title: "Object" },
    { title: "Result", choices: true },
  ];
  return section(
    { id: "changes", title: "Changes in the directory" },
    ...logBlocks(logReading(evidence, ["directoryAudits"]), rows, "directory-audits.jsonl", (some) =>
      table({ caption: "Changes in the directory", columns, rows: some }),
    ),
  );
}

function signInSection(id: string, title: string, evidence: Evidence, names: readonly SourceName[]): Block {
  const rows = names
    .flatMap((source) => evidence.entries[source].map((entry) => ({ source, entry })))
    .sort((a, b) => (textOf(a.entry, "createdDateTime") < textOf(b.entry, "createdDateTime") ? -1 : 1))
    .map(({ source, entry }): Row => ({ cells: signInCells(source, entry) }));
  const columns = [
    { title: "Time" },
    { title: "Who", choices: true },
    { title: "Kind", choices: true },
    { title: "Application" },
    { title: "Resource" },
    { title: "Address" },
    { title: "Result" },
  ];
  return section(
    { id, title },
    ...logBlocks(logReading(evidence, names), rows, names.map((source) => sources[source].file).join(" and "), (some) =>
      table({ caption: title, columns, rows: some }),
    ),
  );
}

const kinds: Readonly<Partial<Record<SourceName, string>>> = {
  interactiveSignIns: "interactive",
  nonInteractiveSignIns: "non-interactive",
  servicePrincipalSignIns: "application",
};

function signInCells(source: SourceName, entry: Entry): Cell[] {
  const status = (entry["status"] ?? {}) as { errorCode?: unknown; failureReason?: unknown };
  const failed = typeof status.errorCode === "number" && status.errorCode !== 0;
  const reason = typeof status.failureReason === "string" ? `: ${status.failureReason}` : "";
  return [
    moment(textOf(entry, "createdDateTime")),
    visibleText(textOf(entry, "userPrincipalName") || textOf(entry, "servicePrincipalName")),
    kinds[source] ?? "",
    visibleText(textOf(entry, "appDisplayName")),
    visibleText(textOf(entry, "resourceDisplayName")),
    visibleText(textOf(entry, "ipAddress")),
    failed
      ? { content: visibleText(`refused, ${String(status.errorCode)}${reason}`), state: "warning" }
      : { content: "signed in", state: "passed" },
  ];
}

function runSection(history: readonly StackUpdate[]): Block {
  const rows = history.map(({ startedOn, kind, result, ranBy, message, changes }): Row => {
    const who = ranBy["git.author"] ?? ranBy["ci.system"] ?? "";
    const counts = Object.entries(changes).map(([operation, count]) => `${count} ${operation}`);
    return {
      cells: [
        moment(startedOn),
        visibleText(kind),
        visibleText(who),
        visibleText(message),
        visibleText(counts.join(", ")),
        { content: visibleText(result), state: result === "succeeded" ? "passed" : "failed" },
      ],
    };
  });
  const titles = ["Time", "Run", "Author of the commit", "Message", "Objects", "Result"];
  return section(
    { id: "runs", title: "Runs of Pulumi", intro: "The stack's own history, without any value of its settings." },
    table({ caption: "Runs of Pulumi", columns: titles.map((title) => ({ title })), rows }),
  );
}

function subjectSection({ subjects }: Evidence): Block {
  const rows = subjects.map(({ kind, name, id, because, deletedOn }): Row => {
    const deleted =
      deletedOn === undefined ? badge("passed", "exists") : badge("information", `deleted ${moment(deletedOn)}`);
    return { cells: [visibleText(name), kind, code(visibleText(id)), because, deleted] };
  });
  const titles = ["Name", "Kind", "ID", "Why", "State"];
  return section(
    { id: "subjects", title: "Whose actions were asked for" },
    table({ caption: "Guests and applications", columns: titles.map((title) => ({ title })), rows }),
  );
}

function callSection(calls: readonly CallRecord[]): Block {
  const rows = calls.map(({ source, subject, path, status, problem, pages, entries }): Row => {
    const answer = problem === "" ? `${status}, pages: ${pages}` : problem;
    return {
      cells: [
        sources[source].title,
        visibleText(subject),
        code(visibleText(decodeURIComponent(path))),
        { content: visibleText(answer), state: problem === "" ? "passed" : "warning" },
        { content: String(entries), sort: entries },
      ],
    };
  });
  const columns = [
    { title: "List", choices: true },
    { title: "About" },
    { title: "Request", kind: "long" as const },
    { title: "Answer" },
    { title: "Entries", kind: "number" as const },
  ];
  return section(
    { id: "calls", title: "Appendix: what was asked" },
    details(
      { summary: `${calls.length} requests of Microsoft Graph` },
      table({ caption: "Calls of Microsoft Graph", columns, rows }),
    ),
  );
}

function fileSection(files: readonly EvidenceFile[]): Block {
  const rows = files.map((file): Row => {
    const { name, about, sha256, bytes } = fileEntry(file);
    return { cells: [link(name, name), about, { content: String(bytes), sort: bytes }, code(sha256)] };
  });
  const columns = [
    { title: "File" },
    { title: "About" },
    { title: "Bytes", kind: "number" as const },
    { title: "SHA-256", kind: "long" as const },
  ];
  return section(
    { id: "files", title: "Files" },
    table({ caption: "Files", columns, rows }),
    list([
      ["Compare the hashes with ", code("sha256sum *.jsonl"), "."],
      [
        "Compare the entries with your own tenant: each request above can be made with Graph Explorer or ",
        code("az rest"),
        ".",
      ],
    ]),
    facts([{ name: "Manifest", value: link("manifest.json", "manifest.json") }]),
  );
}

/** A log's notice and table; of one that was not read, the notice alone. */
function logBlocks(
  reading: LogReading,
  rows: readonly Row[],
  file: string,
  render: (some: readonly Row[]) => Block,
): Block[] {
  const notices = readingNotice(reading);
  return reading.state === "notRead" ? notices : [...notices, ...shortened(rows, file, render)];
}

/** The newest rows, and where the others are. */
function shortened(rows: readonly Row[], file: string, render: (some: readonly Row[]) => Block): Block[] {
  if (rows.length <= shownRows) return [render(rows)];
  const text = `The newest ${shownRows} of ${rows.length} entries. All of them are in ${file}.`;
  return [notice("information", text), render(rows.slice(-shownRows))];
}

function initiatorOf({ subjects }: Evidence, entry: Entry): string {
  const { user, app } = (entry["initiatedBy"] ?? {}) as { user?: Entry | null; app?: Entry | null };
  const [byUser, byApp] = [textOf(user ?? {}, "id"), textOf(app ?? {}, "appId")];
  const known = subjects.find(({ id }) => [byUser, byApp].includes(id));
  return textOf(user ?? {}, "userPrincipalName") || textOf(app ?? {}, "displayName") || known?.name || byUser || byApp;
}

function listOf(value: unknown): readonly Entry[] {
  return Array.isArray(value) ? (value as Entry[]) : [];
}

function textOf(entry: Entry, name: string): string {
  const value = entry[name];
  return typeof value === "string" ? value : "";
}

/** Such as `2026-11-26 09:00:12`. */
function moment(text: string): string {
  return visibleText(text.slice(0, 19).replace("T", " "));
}
