/** Which calls show what a person or an application did. */
import { graphDirectoryAudits, graphSignIns, type CloudName } from "@defender-mssp/microsoft";
import type { SourceName, WantedCall } from "./calls";
import type { Period } from "./period";
import type { Subject } from "./subjects";

/**
 * v1.0 has only interactive sign-ins of users, and only in the public cloud; everything else is in
 * the beta. https://learn.microsoft.com/graph/api/signin-list
 */
export function wantedCalls(subjects: readonly Subject[], period: Period, cloud: CloudName): WantedCall[] {
  const calls = subjects.flatMap((subject) => callsAbout(subject, period, cloud));
  // A list at a time: what refuses one call refuses the others.
  const order = Object.keys(pathsOf(cloud)) as SourceName[];
  return order.flatMap((source) => calls.filter((one) => one.source === source));
}

function callsAbout(subject: Subject, period: Period, cloud: CloudName): WantedCall[] {
  const { kind, id, name } = subject;
  const quoted = id.replaceAll("'", "''");
  const [initiator, signsIn] =
    kind === "guest"
      ? [`initiatedBy/user/id eq '${quoted}'`, `userId eq '${quoted}'`]
      : [`initiatedBy/app/appId eq '${quoted}'`, `appId eq '${quoted}'`];
  const made = (source: SourceName, filter: string, moment: string): WantedCall => ({
    source,
    subject: name,
    path: `${pathsOf(cloud)[source]}?$filter=${encodeURIComponent(`${filter} and ${spanOf(moment, period)}`)}`,
  });
  const event = (type: string): string => `signInEventTypes/any(t: t eq '${type}')`;
  return [
    made("directoryAudits", initiator, "activityDateTime"),
    made(
      "interactiveSignIns",
      cloud === "public" ? signsIn : `${signsIn} and ${event("interactiveUser")}`,
      "createdDateTime",
    ),
    made("nonInteractiveSignIns", `${signsIn} and ${event("nonInteractiveUser")}`, "createdDateTime"),
    ...(kind === "application"
      ? [made("servicePrincipalSignIns", `${signsIn} and ${event("servicePrincipal")}`, "createdDateTime")]
      : []),
  ];
}

/** Graph documents `ge` and `le` for these properties. The end is taken out after the answer. */
function spanOf(moment: string, { from, until }: Period): string {
  return `${moment} ge ${from.toISOString()} and ${moment} le ${until.toISOString()}`;
}

function pathsOf(cloud: CloudName): Readonly<Record<SourceName, string>> {
  return {
    directoryAudits: graphDirectoryAudits.path,
    interactiveSignIns: graphSignIns(cloud === "public" ? "v1.0" : "beta").path,
    nonInteractiveSignIns: graphSignIns("beta").path,
    servicePrincipalSignIns: graphSignIns("beta").path,
  };
}
