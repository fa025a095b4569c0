/** What `mssp report` does: reads stacks and writes pages. */
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { readStackSettingsOffline } from "../../../settings/fromFile";
import { readProject } from "../../../settings/project";
import { atOnce } from "@defender-mssp/terminal/atOnce";
import type { Place } from "../../base/place";
import { readInventory, type FleetStack } from "../../stack/inventory";
import { lastOutcomes, type LastOutcome } from "../../stack/journal";
import { selectStacks } from "../../stack/selection";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { askPulumi, StackNotFoundError } from "../../stack/pulumi";
import { NothingDeployed } from "../../stack/stackOutputs";
import { readTokenRecord } from "../../stack/stackRefreshToken";
import { reportOf } from "./build";
import { fleetRow, type FleetFacts, type FleetReport, type FleetRow } from "./fleet";
import type { AccessReport } from "./model";
import { objectsOf } from "./objects";
import { parsePreview, reportState, type ReportState } from "./readState";
import { readDeployment, type Deployment } from "../../stack/deployment";

export interface ReportReadOptions extends Place {
  /** Compare with the tenant. */
  readonly live?: boolean;
  /** Show what `up` will create, where nothing is deployed. */
  readonly orPreview?: boolean;
  readonly now: Date;
}

/**
 * Reads one customer.
 * @throws VisibleError for wrong settings, a stack that can't be read, or a tenant that can't be
 * reached.
 */
export async function readReport(stack: string, options: ReportReadOptions): Promise<AccessReport> {
  const { live: isLive = false, orPreview = false, now, ...place } = options;
  const settings = await readStackSettingsOffline(stack, options.folder);
  const common = { stack, settings, now };
  const deployment = await deploymentToReport(stack, place, orPreview);
  const state = reportState(deployment);
  const { objects } = objectsOf(state.resources, settings);
  if (objects.length === 0 && orPreview) {
    return reportOf({ ...common, state: await previewOf(stack, place), source: "preview" });
  }
  if (!isLive) return reportOf({ ...common, state, source: "state", ...(await refreshTokenOf(stack, place)) });
  // An empty state is refused before anybody signs in.
  reportOf({ ...common, state, source: "state" });
  const { readLive } = await import("./live.js");
  const live = await readLive(deployment, objects, state.resources, place);
  return reportOf({ ...common, state, source: "live", live, ...(await refreshTokenOf(stack, place)) });
}

async function deploymentToReport(stack: string, place: Place, orPreview: boolean): Promise<Deployment> {
  try {
    return await readDeployment(stack, place);
  } catch (error) {
    // A stack that does not exist yet has nothing either.
    if (orPreview && error instanceof VisibleError && /^There is no stack/.test(error.message)) {
      throw new VisibleError(`There is no stack "${stack}" to preview. Run \`npx pulumi stack init ${stack}\` first.`);
    }
    throw error;
  }
}

async function previewOf(stack: string, place: Place): Promise<ReportState> {
  const { exitCode, stdout, stderr } = await askPulumi(["preview", "--stack", stack, "--json"], place);
  if (exitCode === 0) return parsePreview(stack, stdout);
  const { redactedText } = await import("../../base/redaction.js");
  const messages = messagesOf(stdout) || stderr.trim();
  throw new VisibleError(
    `The preview of stack "${stack}" failed, so that what \`up\` will create is not known: ${redactedText(messages)}`,
  );
}

function messagesOf(stdout: string): string {
  try {
    const { diagnostics = [] } = JSON.parse(stdout) as {
      diagnostics?: readonly { readonly message: string; readonly severity?: string }[];
    };
    return diagnostics.flatMap(({ message, severity }) => (severity === "error" ? [message.trim()] : [])).join(" ");
  } catch {
    return "";
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
    { staleAfter: 7 },
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
  const { onboardingProgress } = await import("../onboard/onboarding.js");
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
