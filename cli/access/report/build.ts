/** Puts a report together from what was read. */
import { endOfDay } from "@defender-mssp/errors/time";
import { notLookedWays, unlookedInReport } from "@defender-mssp/tenant";
import { seenText } from "../../base/seenText";
import {
  adminConsentUrl,
  allConnectorRoles,
  portalUrl,
  profileOn,
  profileWrites,
  withoutUndefined,
  dateOf,
} from "@defender-mssp/microsoft";
import type { PersonEndedKind } from "../../../domain/kinds/kinds";
import { expectedKinds } from "../../../domain/prerequisites";
import { stateRestsOn } from "../../../domain/resourcesRestOn";
import { stackChanges } from "../../../domain/stackChanges";
import { stackEndings } from "../../../domain/stackEndings";
import type { Settings } from "../../../settings";
import { NothingDeployed } from "../../stack/stackOutputs";
import type { ConsentedApplication } from "../permissions/consentedApplications";
import { missingInTenant } from "./differenceState";
import { endsOf } from "../ends/ends";
import { governanceFound, governanceObjects } from "./governance";
import type { LiveFindings } from "./live";
import type { CustomerAccess } from "./model";
import type { ReportObject } from "../objects/reportObject";
import { objectsOf } from "../objects/objects";
import type { ReportState } from "../state/readState";

export interface ReportSources {
  readonly stack: string;
  readonly settings: Settings;
  readonly state: ReportState;
  readonly source: CustomerAccess["source"];
  /** Of `mssp token`, if it has stored one. */
  readonly refreshToken?: { readonly issuedOn: Date; readonly expiresOn: Date };
  readonly live?: LiveFindings;
  /** Of a hand-out. */
  readonly applications?: readonly ConsentedApplication[];
  readonly now: Date;
}

/** @throws VisibleError where nothing is deployed. */
export function reportOf(sources: ReportSources): CustomerAccess {
  const { stack, settings, state, source, refreshToken, live, applications, now } = sources;
  const { tenantId, cloud, connector } = settings;
  const deployed = objectsOf(state.resources, settings);
  if (deployed.objects.length === 0) {
    throw new NothingDeployed(
      `Stack "${stack}" has no objects in a tenant: nothing is deployed there. Run \`npx pulumi up --stack ${stack}\` first, ` +
        `or \`npx mssp report --stack ${stack} --for customer\` to show what it will create.`,
    );
  }
  const ofRelationship = governanceObjects(settings);
  const all = [...deployed.objects, ...ofRelationship.objects];
  const paths = [...deployed.paths, ...ofRelationship.paths];
  const { outputs } = state;
  const ends = endsOf({ objects: all, outputs, settings, refreshToken });
  const consentUrl =
    connector.kind === "msspApp" ? adminConsentUrl(cloud, tenantId, connector.applicationId) : undefined;
  const nextSteps = Array.isArray(outputs["nextSteps"])
    ? outputs["nextSteps"].filter((step) => typeof step === "string")
    : [];
  return withoutUndefined({
    msspReport: 1,
    stack,
    customerName: settings.customerName,
    tenantId,
    customerDomain: settings.customerDomain,
    msspName: settings.msspName,
    msspTenantId: settings.msspTenantId,
    cloud,
    portalUrl: portalUrl(cloud, tenantId),
    portalAccess: settings.portalAccess.model,
    source,
    writtenAt: now.toISOString(),
    stateWrittenAt: state.writtenAt,
    adminConsentUrl: consentUrl,
    connectorApproval: connectorApproval(connector, now),
    detectionApproval: detectionApproval(settings.detections, now),
    governance: governanceFound(settings, live?.governance),
    msspContact: settings.msspContact,
    applications,
    extension: settings.extension,
    objects: all.map((object) => completed(object, settings, live)),
    paths,
    ends,
    retirements: stackEndings(settings, dateOf(now), stateRestsOn(state.resources)),
    changes: stackChanges(settings, dateOf(now)),
    additions: (live?.parts ?? []).flatMap(({ additions }) =>
      additions.map(({ what, to, done, seenIn, step, chains }) => ({
        what: `${what}${seenText(seenIn)}`,
        to,
        by: done.by,
        on: done.on,
        step,
        ...(chains === undefined ? {} : { chains }),
      })),
    ),
    notLooked: [...notLookedWays, ...unlookedInReport],
    nextSteps,
    endedByPeople: expectedKinds(settings)
      .filter(({ removal }) => removal.by === "person")
      .map(({ key }) => key as PersonEndedKind),
  });
}

/** The customer's approval of the profile, while the profile writes. */
function connectorApproval(connector: Settings["connector"], now: Date): CustomerAccess["connectorApproval"] {
  const { approvedBy, writesEndOn } = connector;
  if (approvedBy === undefined || writesEndOn === undefined) return undefined;
  return profileWrites(profileOn(connector, dateOf(now))) ? { approvedBy, writesEndOn } : undefined;
}

/** The customer's approval of automated actions, while it is in force. */
function detectionApproval(detections: Settings["detections"], now: Date): CustomerAccess["detectionApproval"] {
  const { approvedBy, until, actions = [] } = detections ?? {};
  if (approvedBy === undefined || until === undefined || actions.length === 0) return undefined;
  return until >= dateOf(now) ? { approvedBy, until, actions } : undefined;
}

/** Adds the end date of the settings and the difference to the tenant. */
function completed(
  object: ReportObject,
  { analysts, connector }: Settings,
  live: LiveFindings | undefined,
): ReportObject {
  const analyst =
    object.kind === "guest" ? analysts.find(({ email }) => email === object.detail.toLowerCase()) : undefined;
  const changes =
    object.kind === "permission" && allConnectorRoles.some(({ value, writes }) => writes && value === object.name);
  const lastDay = changes ? connector.writesEndOn : analyst?.accessEndsOn;
  const difference =
    live === undefined
      ? undefined
      : (live.differences.get(object.key) ?? (isUngranted(object, live) ? missingInTenant : undefined));
  return withoutUndefined({
    ...object,
    until: lastDay === undefined ? object.until : endOfDay(lastDay),
    difference: difference ?? object.difference,
    notCompared: live?.notCompared.get(object.key),
  });
}

/** Whether an object of the settings' governance relationship grants nothing: there is none. */
function isUngranted({ kind }: ReportObject, { governance }: LiveFindings): boolean {
  return kind === "governanceRole" && governance.state === "none";
}
