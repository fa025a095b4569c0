/** What `mssp report` does: reads stacks and writes pages. */
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { VisibleError, withoutUndefined } from "@defender-mssp/errors";
import { offboardedMessage } from "../../../domain/offboarded";
import { readStackSettingsOffline } from "../../../settings/fromFile";
import { readProject } from "../../../settings/project";
import { atOnce } from "@defender-mssp/errors/atOnce";
import type { StepKind } from "@defender-mssp/siem/signed/openEnvelope";
import { putAside, type NextStep } from "../../access/signed/nextStep";
import type { Place } from "../../base/place";
import { readInventory, type FleetStack } from "../../stack/inventory";
import { selectStacks } from "../../selection/selectStacks";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import type { ApplicationIds } from "../../access/permissions/knownApplications";
import { daysOfWarning } from "../../access/ends/ends";
import { fleetRow, type FleetReport } from "./fleet";
import { accessReport, type AccessReport } from "../../findings/accessReport";
import { accessFacts, hasAccess } from "../../findings/accessFacts";
import { notCompared, type Facts } from "../../findings/facts";
import { factsByState, readableFacts } from "../../findings/read/factsByState";
import { readJournals, type JournalFacts } from "../../findings/read/readJournals";
import { objectsOf } from "../../access/objects/objects";
import { consentedApplications } from "../../access/permissions/consentedApplications";
import { plannedState, type ReportState } from "../../access/state/readState";
import { deploymentReader } from "../../stack/deployment";

export interface ReportReadOptions extends Place {
  /** Compare with the tenant. */
  readonly live?: boolean;
  /** For a hand-out: shows what `up` will create, where nothing is deployed. */
  readonly handout?: HandoutOptions;
  /** Folder of the journals of `mssp fleet`. Default: no run is known. */
  readonly journals?: string;
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
  const { handout, journals, folder } = options;
  if (handout !== undefined) return readHandout(stack, { ...options, ...handout });
  const journal = await readJournals(journals && path.resolve((await readProject(folder)).folder, journals));
  const facts = await readReportFacts(stack, journal(stack), options);
  if (hasAccess(facts)) return accessReport(facts);
  throw facts.nothing ?? new Error("the state was not read");
}

async function readReportFacts(
  stack: string,
  journal: JournalFacts,
  options: ReportReadOptions,
  deployment = deploymentReader(stack, options),
): Promise<Facts> {
  const { live: isLive = false, now, ...place } = options;
  const settings = await readStackSettingsOffline(stack, place.folder);
  const look = async ({ resources }: ReportState) => {
    const { objects } = objectsOf(resources, settings);
    // An empty state is refused before anybody signs in.
    if (!isLive || objects.length === 0) return {};
    const { readLive } = await import("../../access/report/live.js");
    return { source: "live", live: await readLive(await deployment(), objects, resources, place) } as const;
  };
  return factsByState({ stack, settings, ...journal }, deployment, { ...place, now, days: daysOfWarning }, look);
}

/** By the settings alone where nothing is deployed: no sign-in, and with `fromSettings` no engine. */
async function readHandout(
  stack: string,
  { ids, fromSettings, now, ...place }: Place & HandoutOptions & Pick<ReportReadOptions, "now">,
): Promise<AccessReport> {
  const settings = await readStackSettingsOffline(stack, place.folder);
  const common = { stack, settings, now, applications: consentedApplications(stack, settings, ids, now) };
  if (!fromSettings) {
    const run = { ...place, now, days: daysOfWarning };
    const files = { stack, settings, drift: notCompared };
    const facts = await orFromSettings(() => factsByState(files, deploymentReader(stack, place), run, () => common));
    if (hasAccess(facts)) return accessReport(facts);
  }
  const { customerName, offboarded } = settings;
  if (offboarded !== undefined) throw new VisibleError(offboardedMessage({ customerName, stack }, offboarded));
  const { plannedResources } = await import("../../planned/plannedResources.js");
  const { folder } = await readProject(place.folder);
  const state = plannedState(await plannedResources(settings, now, folder));
  return accessReport(accessFacts({ ...common, state, source: "settings" }));
}

async function orFromSettings<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    throw new VisibleError(
      `${error.message}\nBefore the first \`npx pulumi up\`, add --from-settings: then the page needs no state.`,
    );
  }
}

/** A fleet's customers with their reports. */
export interface ReadFleet {
  readonly fleet: FleetReport;
  /** By stack; those that could be read. */
  readonly reports: ReadonlyMap<string, AccessReport>;
}

/** Reads all customers of the project. A customer that can't be read is a row with its problem. */
export async function readFleet(options: ReportReadOptions & { readonly journals: string }): Promise<ReadFleet> {
  const { now, environment } = options;
  const { folder, ...project } = await readProject(options.folder);
  const journals = path.resolve(folder, options.journals);
  const inventory = await readInventory({ folder, ...project }, environment);
  const chosen = await selectStacks(inventory, {}, { folder, environment, journals, now });
  const journal = await readJournals(journals);
  const reports = new Map<string, AccessReport>();
  const customers = await atOnce(availableParallelism(), chosen, async (customer) => {
    const { stack, customerName = "", tenantId = "" } = customer;
    const facts = await readCustomer(customer, journal(stack), { ...options, folder });
    if (!hasAccess(facts)) return fleetRow(facts, { customerName, tenantId });
    reports.set(stack, accessReport(facts));
    return fleetRow(facts, { ...facts.access, page: pageOf(stack) });
  });
  return { fleet: { msspFleetOverview: 1, writtenAt: now.toISOString(), customers }, reports };
}

/** With `--live` also where the onboarding stands, and which detection rules are off. */
async function readCustomer(
  { stack, problem }: FleetStack,
  journal: JournalFacts,
  options: ReportReadOptions,
): Promise<Facts> {
  const basis = withoutUndefined({ stack, now: options.now, days: daysOfWarning, problem, ...journal });
  return readableFacts(basis, options, async () => {
    const deployment = deploymentReader(stack, options);
    const facts = await readReportFacts(stack, journal, options, deployment);
    if (options.live !== true) return facts;
    const { onboardingProgress } = await import("../../access/waiting/onboarding.js");
    const { withTenant } = await import("../../findings/read/factsInTenant.js");
    const { folder, environment } = options;
    const progress = () => onboardingProgress({ stack, folder, environment }, deployment);
    return withTenant(facts, deployment, progress, options);
  });
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
