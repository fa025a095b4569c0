/**
 * What a SIEM connector may do: the profiles, their application roles and a sentence for the
 * customer for each. Settings, components, policy, sandbox and commands share this table.
 *
 * Read, hunt and triage need Microsoft Graph alone. Defender for Endpoint's own API
 * (WindowsDefenderATP) has roles for alerts and advanced hunting as well, which would give the same
 * rights a second time; only response actions exist nowhere else. Each role is the least that
 * Microsoft's page of the call names:
 * - `indicators`: `Ti.ReadWrite`, which reaches the application's own indicators, not
 *   `Ti.ReadWrite.All`;
 * - `liveResponse`: `Machine.LiveResponse` without `Library.Manage`: who may upload a script and run
 *   it may do anything on a device, so the library is left to the customer;
 * - `Machine.Read.All` with every action on a device: "Get machineAction" needs it to see whether
 *   an action has ended (page of 2020-12-18; later pages name `Machine.ReadWrite.All` alone, so
 *   this is unverified).
 *
 * Nothing of it was tried on a real tenant.
 */
import { microsoftGraph, windowsDefenderAtp, type PublishedApplication } from "../identifiers";
import type { AlertApi } from "./alertApi";

/** Each profile includes those before it. */
export const connectorProfiles = ["read", "hunt", "triage", "respond"] as const;
export type ConnectorProfile = (typeof connectorProfiles)[number];

/** The response actions of the profile `respond`: each is granted by itself. */
export const connectorActions = ["isolate", "scan", "collect", "liveResponse", "indicators"] as const;
export type ConnectorAction = (typeof connectorActions)[number];

/** What the customer's contract lets the connector do. */
export interface ConnectorContract {
  /**
   * What the connector may do beside reading alerts.
   * @default "read"
   */
  readonly profile?: ConnectorProfile;
  /**
   * Whether the connector may read incidents with the profile `read`. The other profiles include
   * it.
   * @default false
   */
  readonly incidents?: boolean;
  /**
   * The response actions. Required with the profile `respond`, and with no other one.
   * @default none
   */
  readonly actions?: readonly ConnectorAction[];
  /**
   * Name of the Security Administrator of the customer who approved `triage` or `respond`; required
   * with them.
   * @default none
   */
  readonly approvedBy?: string;
  /**
   * Last day of `triage` or `respond`, UTC, ISO 8601; required with them. After it the connector
   * gets the roles of `hunt`.
   * @default none
   */
  readonly writesEndOn?: string;
}

/** The parts of a connector that decide about its application roles. */
export type ConnectorRights = ConnectorContract & { readonly alertApis: readonly AlertApi[] };

export interface ConnectorRole {
  readonly api: PublishedApplication;
  /** The role's name: its `value` on the API's service principal. */
  readonly value: string;
  /** Whether it allows a change in the customer's tenant. */
  readonly writes: boolean;
  /** What it lets the connector do: one sentence for the customer. */
  readonly sentence: string;
}

const graphRole = (value: keyof typeof microsoftGraph.appRoles, writes: boolean, sentence: string): ConnectorRole => ({
  api: microsoftGraph,
  value,
  writes,
  sentence,
});
const endpointRole = (
  value: keyof typeof windowsDefenderAtp.appRoles,
  writes: boolean,
  sentence: string,
): ConnectorRole => ({ api: windowsDefenderAtp, value, writes, sentence });

const readsAlerts = graphRole("SecurityAlert.Read.All", false, "Reads the alerts of Microsoft Defender.");
const readsIncidents = graphRole("SecurityIncident.Read.All", false, "Reads the incidents of Microsoft Defender.");
const hunts = graphRole(
  "ThreatHunting.Read.All",
  false,
  "Queries the data of advanced hunting: events of devices, mailboxes, identities and cloud apps.",
);
const triages = [
  graphRole(
    "SecurityAlert.ReadWrite.All",
    true,
    "Changes alerts: status, assignment, classification, determination and comments.",
  ),
  graphRole(
    "SecurityIncident.ReadWrite.All",
    true,
    "Changes incidents: status, assignment, classification, determination, tags and comments.",
  ),
] as const;
const seesMachines = endpointRole(
  "Machine.Read.All",
  false,
  "Reads the list of devices and the state of response actions.",
);
const actionRoles: Readonly<Record<ConnectorAction, ConnectorRole>> = {
  isolate: endpointRole("Machine.Isolate", true, "Isolates a device from the network, and releases it."),
  scan: endpointRole("Machine.Scan", true, "Starts an antivirus scan on a device."),
  collect: endpointRole(
    "Machine.CollectForensics",
    true,
    "Collects an investigation package from a device and downloads it.",
  ),
  liveResponse: endpointRole("Machine.LiveResponse", true, "Runs live response commands on a device."),
  indicators: endpointRole(
    "Ti.ReadWrite",
    true,
    "Creates, changes and deletes its own indicators, which block files, addresses, URLs and certificates.",
  ),
};

/** The delegated permission of WindowsDefenderATP that reads the legacy alert API. */
export const legacyAlertScope = "Alert.Read";

/** Every application role that a profile can grant, each once. */
export const allConnectorRoles: readonly ConnectorRole[] = [
  readsAlerts,
  readsIncidents,
  hunts,
  ...triages,
  seesMachines,
  ...Object.values(actionRoles),
];

/** Whether a permission that was granted is this role of the connector. */
export function isConnectorRole(
  granted: { readonly apiId: string | undefined; readonly value: string },
  { api, value }: ConnectorRole,
): boolean {
  return granted.apiId === api.appId && granted.value === value;
}

/** Whether the profile allows changes in the customer's tenant. */
export function profileWrites(profile: ConnectorProfile): boolean {
  return profile === "triage" || profile === "respond";
}

/** Whether the profile is or includes another one. */
export function profileIncludes(profile: ConnectorProfile, other: ConnectorProfile): boolean {
  return connectorProfiles.indexOf(profile) >= connectorProfiles.indexOf(other);
}

/**
 * Whether the right to change has ended; the last day is included.
 * @param today an ISO 8601 date, UTC.
 */
export function writesHaveEnded({ profile = "read", writesEndOn }: ConnectorContract, today: string): boolean {
  return profileWrites(profile) && writesEndOn !== undefined && today > writesEndOn;
}

/** Whether the contract names who approved its changes and when they end. */
export function isApproved({ approvedBy, writesEndOn }: ConnectorContract): boolean {
  return approvedBy !== undefined && writesEndOn !== undefined;
}

/**
 * The profile in force today: `hunt` in place of one that changes something, after its last day or
 * without an approval.
 */
export function profileOn(contract: ConnectorContract, today: string): ConnectorProfile {
  const { profile = "read" } = contract;
  const mayWrite = isApproved(contract) && !writesHaveEnded(contract, today);
  return profileWrites(profile) && !mayWrite ? "hunt" : profile;
}

/**
 * The application roles of a connector, least first. A writing role is among them only if somebody
 * approved it and it has an end date that has not passed.
 * @param today an ISO 8601 date, UTC.
 */
export function connectorRoles(rights: ConnectorRights, today: string): readonly ConnectorRole[] {
  const profile = profileOn(rights, today);
  const actions = profile === "respond" ? (rights.actions ?? []) : [];
  return [
    ...(rights.alertApis.includes("graph") ? [readsAlerts] : []),
    ...(rights.incidents === true || profileIncludes(profile, "hunt") ? [readsIncidents] : []),
    ...(profileIncludes(profile, "hunt") ? [hunts] : []),
    ...(profileIncludes(profile, "triage") ? triages : []),
    ...(actions.some((action) => action !== "indicators") ? [seesMachines] : []),
    ...connectorActions.filter((action) => actions.includes(action)).map((action) => actionRoles[action]),
  ];
}
