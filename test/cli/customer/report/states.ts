/** Reports of recorded states: every portal access model and connector. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { consentedApplications } from "../../../../cli/access/permissions/consentedApplications";
import type { ReportSources } from "../../../../cli/access/report/build";
import { accessFacts, type AccessFacts } from "../../../../cli/findings/accessFacts";
import { accessReport, type AccessReport } from "../../../../cli/findings/accessReport";
import { reportState, type ReportState } from "../../../../cli/access/state/readState";
import { parseSettings, type Settings } from "../../../../settings";
import { configurationOf } from "../../../../settings/fromFile";
import { parseDeployment } from "../../../../cli/stack/deployment";
import { recordedFile } from "../../../compat/recorded";

export const recorded = ["basic", "certificate", "dev", "entitlement", "federated", "mssp-application"] as const;
export type Recorded = (typeof recorded)[number];

/** Half a year after the states were recorded. */
export const now = new Date("2027-05-26T09:00:00Z");

export function settingsOf(name: Recorded, changes: Readonly<Record<string, unknown>> = {}): Settings {
  const content = parse(settingsText(name)) as { config: object };
  const changed = Object.fromEntries(Object.entries(changes).map(([key, value]) => [`defender-mssp:${key}`, value]));
  const { values, secretKeys } = configurationOf({ config: { ...content.config, ...changed } }, "defender-mssp");
  return parseSettings(values, secretKeys, {});
}

export function settingsText(name: Recorded): string {
  return readFileSync(recordedFile(name, "stack.yaml"), "utf8");
}

export function stateText(name: Recorded): string {
  return readFileSync(recordedFile(name, "state.json"), "utf8");
}

export function stateOf(name: Recorded): ReportState {
  return reportState(parseDeployment(name, stateText(name)));
}

export function recordedFacts(name: Recorded, changes: Partial<ReportSources> = {}): AccessFacts {
  return accessFacts({
    stack: name,
    settings: settingsOf(name),
    state: stateOf(name),
    source: "state",
    now,
    ...changes,
  });
}

export function recordedReport(name: Recorded, changes: Partial<ReportSources> = {}): AccessReport {
  return accessReport(recordedFacts(name, changes));
}

export const automationId = "5ec0de00-a070-4000-8000-000000000001";

/** A report with the applications that a hand-out names. */
export function handoutReport(name: Recorded, changes: Partial<ReportSources> = {}): AccessReport {
  const settings = changes.settings ?? settingsOf(name);
  const applications = consentedApplications(name, settings, { automation: automationId }, now);
  return recordedReport(name, { settings, applications, ...changes });
}
