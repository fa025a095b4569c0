/** What ends, and when. */
import { dayMs, endOfDay } from "@defender-mssp/errors/time";
import { profileWrites } from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import type { ReportObject } from "../objects/reportObject";

/** Something that ends. */
export interface ReportEnd {
  readonly what: string;
  readonly kind:
    | "clientSecret"
    | "previousClientSecret"
    | "certificate"
    | "refreshToken"
    | "access"
    | "accessPackage"
    | "connectorProfile";
  /** ISO 8601, UTC. */
  readonly from?: string;
  /** ISO 8601, UTC; absent for a period that begins with each request. */
  readonly until?: string;
  /** From then on `up` renews it. */
  readonly renewsOn?: string;
  readonly remedy: string;
}

export interface EndSources {
  readonly objects: readonly ReportObject[];
  /** The stack's outputs. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly settings: Settings;
  /** Of `mssp token`, if it has stored one. */
  readonly refreshToken?: { readonly issuedOn: Date; readonly expiresOn: Date };
}

/** The soonest first; what begins with each request last. */
export function endsOf({ objects, outputs, settings, refreshToken }: EndSources): ReportEnd[] {
  const ends = [
    ...credentialEnds(objects, outputs),
    ...(refreshToken === undefined ? [] : [refreshTokenEnd(refreshToken)]),
    ...accessEnds(settings),
    ...changesEnd(settings),
    ...packageEnds(settings, objects),
  ];
  const last = "9999";
  return ends.sort((a, b) => ((a.until ?? last) < (b.until ?? last) ? -1 : 1));
}

function credentialEnds(objects: readonly ReportObject[], outputs: Readonly<Record<string, unknown>>): ReportEnd[] {
  const { renewsOn, overlapEndsOn } = (outputs["connector"] ?? {}) as { renewsOn?: string; overlapEndsOn?: string };
  // The first `up` after the overlap deletes a previous secret, however long it could last.
  const overlapEnd = overlapEndsOn === undefined ? "9999" : new Date(overlapEndsOn).toISOString();
  const secrets = objects.filter(({ kind, until }) => kind === "clientSecret" && until !== undefined);
  const newest = secrets
    .map(({ until = "" }) => until)
    .sort()
    .at(-1);
  const certificates = objects.filter(({ kind, until }) => kind === "certificate" && until !== undefined);
  return [
    ...secrets.map(({ name, since, until }): ReportEnd => {
      const isPrevious = until !== newest;
      return {
        what: `${isPrevious ? "Previous client secret" : "Client secret"} ${since === undefined ? `"${name}"` : `made on ${since.slice(0, 10)}`}`,
        kind: isPrevious ? "previousClientSecret" : "clientSecret",
        ...dates(since, isPrevious && overlapEnd < (until ?? "") ? overlapEnd : until),
        ...(isPrevious || renewsOn === undefined ? {} : { renewsOn: new Date(renewsOn).toISOString() }),
        remedy: isPrevious
          ? "The SIEM needs the new secret by then; the next npx pulumi up after it deletes this one"
          : "npx pulumi up renews it",
      };
    }),
    ...certificates.map(({ name, since, until }): ReportEnd => ({
      what: `Certificate "${name}"`,
      kind: "certificate",
      ...dates(since, until),
      remedy: "Set a new certificate in connector.credential",
    })),
  ];
}

function refreshTokenEnd({ issuedOn, expiresOn }: { readonly issuedOn: Date; readonly expiresOn: Date }): ReportEnd {
  return {
    what: "Refresh token for the legacy alert API",
    kind: "refreshToken",
    ...dates(issuedOn.toISOString(), expiresOn.toISOString()),
    remedy: "npx mssp token --renew",
  };
}

/** Access lasts to the end of the day that the settings name. */
function accessEnds({ analysts }: Settings): ReportEnd[] {
  return analysts.flatMap(({ displayName, accessEndsOn }) =>
    accessEndsOn === undefined
      ? []
      : [
          {
            what: `Access of ${displayName}`,
            kind: "access",
            until: endOfDay(accessEndsOn),
            remedy: "The first npx pulumi up after it removes the memberships; extend accessEndsOn to keep them",
          } as const,
        ],
  );
}

/** The last day on which the connector may change anything. */
function changesEnd({ connector }: Settings): ReportEnd[] {
  const { profile = "read", approvedBy = "", writesEndOn } = connector;
  if (!profileWrites(profile) || writesEndOn === undefined) return [];
  return [
    {
      what: `Profile ${profile} of the SIEM connector, approved by ${approvedBy},`,
      kind: "connectorProfile",
      until: endOfDay(writesEndOn),
      remedy:
        "The first npx pulumi up after it removes the roles that allow changes; extend connector.writesEndOn if the customer approves",
    },
  ];
}

function packageEnds({ portalAccess }: Settings, objects: readonly ReportObject[]): ReportEnd[] {
  if (portalAccess.model !== "entitlement") return [];
  const { expiresAfterDays } = portalAccess;
  return objects
    .filter(({ kind }) => kind === "accessPackage")
    .map(({ name }) => ({
      what: `Access package "${name}"`,
      kind: "accessPackage",
      remedy: `Each assignment ends ${expiresAfterDays} days after its approval, unless it is requested again`,
    }));
}

function dates(from: string | undefined, until: string | undefined): Pick<ReportEnd, "from" | "until"> {
  return { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) };
}

/** Days before an end from which on it needs attention; `mssp status --days` has the same default. */
export const daysOfWarning = 30;

/** Whole days until a moment, rounded down; negative after it. */
export function daysLeft(until: string, now: Date): number {
  return Math.floor((Date.parse(until) - now.getTime()) / dayMs);
}

/** That something ended or ends, and when. */
export function endText(what: string, until: string, now: Date): string {
  const date = until.slice(0, 10);
  if (Date.parse(until) <= now.getTime()) return `${what} ended on ${date}`;
  return `${what} ends on ${date}, in ${daysLeft(until, now)} days`;
}

/** The ends that still matter: what `up` has taken away after its end is over. The soonest first. */
export function openEnds(ends: readonly ReportEnd[], writtenAt: string | undefined): (ReportEnd & { until: string })[] {
  return ends.flatMap((end) => {
    const { kind, until } = end;
    if (until === undefined) return [];
    const isTakenAway = (kind === "access" || kind === "connectorProfile") && writtenAt !== undefined;
    return isTakenAway && until < writtenAt ? [] : [{ ...end, until }];
  });
}

const endNames: Readonly<Record<ReportEnd["kind"], string>> = {
  clientSecret: "client secret",
  previousClientSecret: "old client secret",
  certificate: "certificate",
  refreshToken: "refresh token",
  access: "access",
  accessPackage: "access package",
  connectorProfile: "connector's changes",
};

/** What ends, in a few words: of access, whose. */
export function endTitle(kind: ReportEnd["kind"], what: string): string {
  return kind === "access" ? what.replace(/^A/, "a") : endNames[kind];
}
