/** What `mssp report` does: reads stacks and writes pages. */
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { offboardedMessage } from "../../../domain/offboarded";
import { readStackSettingsOffline } from "../../../settings/fromFile";
import { readProject } from "../../../settings/project";
import { atOnce } from "@defender-mssp/terminal/atOnce";
import type { StepKind } from "@defender-mssp/siem/signed/openEnvelope";
import { putAside, type NextStep } from "../../access/signed/nextStep";
import type { Place } from "../../base/place";
import { readInventory, type FleetStack } from "../../stack/inventory";
import { lastOutcomes, type LastOutcome } from "../../stack/journal";
import { selectStacks } from "../../selection/selectStacks";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { StackNotFoundError } from "../../stack/pulumi";
import { NothingDeployed } from "../../stack/stackOutputs";
import { readTokenRecord } from "../../stack/stackRefreshToken";
import type { ApplicationIds } from "../../access/permissions/knownApplications";
import { reportOf, type ReportSources } from "../../access/report/build";
import { fleetRow, type FleetFacts, type FleetReport, type FleetRow } from "./fleet";
import type { AccessReport } from "../../access/report/model";
import { objectsOf } from "../../access/objects/objects";
import { consentedApplications } from "../../access/permissions/consentedApplications";
import { plannedState, reportState } from "../../access/state/readState";
import { readDeployment, type Deployment } from "../../stack/deployment";

export interface ReportReadOptions extends Place {
  /** Compare with the tenant. */
  readonly live?: boolean;
  /** For a hand-out: shows what `up` will create, where nothing is deployed. */
  readonly handout?: HandoutOptions;
  readonly now: Date;
}

export interface HandoutOptions {
  /** IDs of the MSSP's applications, where the settings do not name them. */
  readonly ids: ApplicationIds;
  /** Read no state, although there may be one. */
  readonly fromSettings: boolean;
}

/**
 * Reads one customer.
 * @throws VisibleError for wrong settings, a stack that can't be read, or a tenant that can't be
 * reached.
 */
export async function readReport(stack: string, options: ReportReadOptions): Promise<AccessReport> {
  const { live: isLive = false, handout, now, ...place } = options;
  const settings = await readStackSettingsOffline(stack, options.folder);
  const applications = handout === undefined ? undefined : consentedApplications(stack, settings, handout.ids, now);
  const common = { stack, settings, now, ...(applications === undefined ? {} : { applications }) };
  if (handout?.fromSettings === true) return plannedReport(common, options.folder);
  const deployment = handout === undefined ? await readDeployment(stack, place) : await readIfDeployed(stack, place);
  if (deployment === undefined) return plannedReport(common, options.folder);
  const state = reportState(deployment);
  const { objects } = objectsOf(state.resources, settings);
  if (handout !== undefined && objects.length === 0) return plannedReport(common, options.folder);
  if (!isLive) return reportOf({ ...common, state, source: "state", ...(await refreshTokenOf(stack, place)) });
  // An empty state is refused before anybody signs in.
  reportOf({ ...common, state, source: "state" });
  const { readLive } = await import("../../access/report/live.js");
  const live = await readLive(deployment, objects, state.resources, place);
  return reportOf({ ...common, state, source: "live", live, ...(await refreshTokenOf(stack, place)) });
}

/** What `up` will create, by the settings alone: no state, no engine, no sign-in. */
async function plannedReport(
  common: Pick<ReportSources, "stack" | "settings" | "now">,
  from: string,
): Promise<AccessReport> {
  const { stack, settings, now } = common;
  const { customerName, offboarded } = settings;
  if (offboarded !== undefined) throw new VisibleError(offboardedMessage({ customerName, stack }, offboarded));
  const { plannedResources } = await import("../../planned/plannedResources.js");
  const { folder } = await readProject(from);
  const resources = await plannedResources(settings, now, folder);
  return reportOf({ ...common, state: plannedState(resources), source: "settings" });
}

/** Undefined where there is no stack yet. */
async function readIfDeployed(stack: string, place: Place): Promise<Deployment | undefined> {
  try {
    return await readDeployment(stack, place);
  } catch (error) {
    if (error instanceof StackNotFoundError) return undefined;
    if (!(error instanceof VisibleError)) throw error;
    throw new VisibleError(
      `${error.message}\nBefore the first \`npx pulumi up\`, add --from-settings: then the page needs no state.`,
    );
  }
}

async function refreshTokenOf(stack: string, place: Place) {
  const record = await readTokenRecord(stack, place);
  return record === undefined ? {} : { refreshToken: record };
}

/** A fleet's customers with their reports. */
export interface ReadFleet {
  readonly fleet: FleetReport;
  /** By stack; those that could be read. */
  readonly reports: ReadonlyMap<string, AccessReport>;
}

/** Reads all customers of the project. A customer that can't be read is a row with its problem. */
export async function readFleet(options: ReportReadOptions & { readonly journals: string }): Promise<ReadFleet> {
  const { journals, now } = options;
  const project = await readProject(options.folder);
  const folder = path.resolve(project.folder, journals);
  const inventory = await readInventory(project, options.environment);
  const chosen = await selectStacks(
    inventory,
    {},
    {
      folder: project.folder,
      environment: options.environment,
      journals: folder,
      now,
    },
  );
  const last = await lastOutcomes(folder);
  const reports = new Map<string, AccessReport>();
  const place = { ...options, folder: project.folder, now };
  const customers = await atOnce(availableParallelism(), chosen, async (one) => {
    const { row, report } = await customerOf(one, last.get(one.stack), place);
    if (report !== undefined) reports.set(one.stack, report);
    return { ...row, ...(await onboardingOf(row, place)) };
  });
  return { fleet: { msspFleetOverview: 1, writtenAt: now.toISOString(), customers }, reports };
}

/** Where the onboarding stands, with `--live`: it asks the tenant. */
async function onboardingOf(
  { stack, state }: FleetRow,
  options: ReportReadOptions,
): Promise<Pick<FleetRow, "onboarding">> {
  const { live: isLive = false, folder, environment } = options;
  if (!isLive || state === "unreadable") return {};
  const { onboardingProgress } = await import("../../access/waiting/onboarding.js");
  return { onboarding: await onboardingProgress({ stack, folder, environment }) };
}

async function customerOf(
  { stack, customerName = "", tenantId = "", problem }: FleetStack,
  last: LastOutcome | undefined,
  options: ReportReadOptions,
): Promise<{ readonly row: FleetRow; readonly report?: AccessReport }> {
  const lastRun = last?.state ?? "never";
  const lastRunAt = last === undefined || last.at.getTime() === 0 ? undefined : last.at.toISOString();
  const empty = {
    stack,
    customerName,
    tenantId,
    lastRun,
    ...(lastRunAt === undefined ? {} : { lastRunAt }),
    ends: {},
    retirements: [],
    drift: "notChecked",
    manualSteps: 0,
    failed: 0,
    warnings: 0,
  } as const;
  if (problem !== undefined) return { row: { ...empty, state: "unreadable", problem } };
  try {
    const report = await readReport(stack, options);
    const facts: FleetFacts = {
      page: pageOf(stack),
      lastRun,
      drift: driftOf(last),
      ...(lastRunAt === undefined ? {} : { lastRunAt }),
    };
    return { row: fleetRow(report, facts), report };
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    const isMissing = error instanceof NothingDeployed || error instanceof StackNotFoundError;
    if (isMissing) return { row: { ...empty, state: "notDeployed" } };
    return { row: { ...empty, state: "unreadable", problem: error.message } };
  }
}

/** By the last run, where it compared the tenant. */
function driftOf(last: LastOutcome | undefined): FleetRow["drift"] {
  if (last === undefined) return "notChecked";
  if (last.state === "drifted") return Math.max(1, last.outcome.preview?.changes.length ?? 1);
  return "notChecked";
}

/** File name of a customer's page. */
export function pageOf(stack: string): string {
  return `${stack.replaceAll("/", "-")}.html`;
}

/** Readable by their owner only: they name people and objects of a customer. */
export async function writePage(file: string, html: string): Promise<void> {
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await writeWholeFile(file, html, { mode: 0o600 });
}

/**
 * Writes the files of a step, the page first, and its envelope where somebody signs.
 * @param files texts by their files. @returns the digest of the step
 */
export async function writeSigned(
  step: NextStep | undefined,
  kind: StepKind,
  files: Readonly<Record<string, string>>,
  says: object,
): Promise<string | undefined> {
  const envelope = `${Object.keys(files)[0] ?? ""}.dsse.json`;
  const subjects = Object.entries(files).map(([file, text]) => ({ name: path.basename(file), text }));
  const sealed = await step?.seal(kind, subjects, says);
  await putAside(envelope);
  for (const [file, text] of Object.entries(files)) await writePage(file, text);
  if (sealed === undefined) return undefined;
  await writePage(envelope, sealed);
  return step?.finish(sealed);
}

/** The logo that the settings name, as a data URL. @throws VisibleError as `readLogo` does. */
export async function readHandoutLogo(stack: string, folder: string): Promise<string | undefined> {
  const { msspLogo } = await readStackSettingsOffline(stack, folder);
  if (msspLogo === undefined) return undefined;
  const [project, { readLogo }] = await Promise.all([readProject(folder), import("./readLogo.js")]);
  return readLogo(msspLogo, project.folder);
}
