/**
 * The legacy SIEM (alert exporter) API: `GET /api/alerts`. Source: Microsoft, "Pull Microsoft
 * Defender for Endpoint detections using SIEM REST API" (deprecated 2023-12-31).
 */
import { durationOf, hourMs } from "@defender-mssp/errors/time";
import { windowsDefenderAtp } from "@defender-mssp/microsoft";
import type { FastifyInstance } from "fastify";
import type { Caller, Cloud, StoredObject, Tenant } from "../cloud/model";
import { apiNames } from "../cloud/permissionUse";
import { endpointProduct } from "./alertOrigins";
import { latestDetections, legacyAlert, type Detection } from "./detections";
import { isSwitchedOff } from "../cloud/switches";
import { authenticate, badRequest, forbidden, gone } from "./defenderErrors";
import { isAuthorizedForSiem } from "./siemAuthorizations";

/** Without `sinceTimeUtc` and `ago`: the last two hours, in milliseconds. */
const defaultWindow = 2 * hourMs;

export function legacyAlertRoutes(scope: FastifyInstance, cloud: Cloud): void {
  scope.get("/api/alerts", async (request) => {
    const caller = await authenticate(cloud, request, ["azureADGraph", "defender"]);
    if (isSwitchedOff(caller.tenant, "legacyAlertApi", cloud.now())) throw gone("The resource is no longer available.");
    if (!mayRead(caller)) {
      throw forbidden(
        `Application ${caller.applicationId} is not authorized to pull alerts of tenant ${caller.tenant.id}.`,
      );
    }
    const now = cloud.now();
    const query = readQuery(new URLSearchParams(request.url.split("?")[1] ?? ""), now);
    const latest = latestDetections(caller.tenant, query.since, query.until, now, cloud.detectionInterval);
    return select(ofEndpoints(latest), query).map(legacyAlert);
  });
}

/** The API has alerts of Defender for Endpoint alone. */
function* ofEndpoints(detections: Iterable<Detection>): Generator<Detection, void> {
  for (const detection of detections) if (detection.origin.product === endpointProduct) yield detection;
}

/**
 * Two conditions: the application is authorized (Settings > SIEM) and has a permission to read
 * alerts. Tokens are for Azure AD Graph and do not contain that permission, so it is looked up. For
 * application tokens the service's rule is not documented; here any consent for the whole tenant
 * counts.
 */
function mayRead(caller: Caller): boolean {
  const permissions = ["Alert.Read", "Alert.ReadWrite", "Alert.Read.All", "Alert.ReadWrite.All"];
  const inToken = permissions.filter((name) => caller.roles.has(name) || caller.scopes.has(name));
  const enough = inToken.length > 0 ? inToken : consented(caller, permissions);
  if (enough.length === 0 || !isAuthorizedForSiem(caller.tenant, caller.applicationId)) return false;
  caller.passed.push({ api: apiNames.defender, enough });
  return true;
}

/** Those of the permissions to which the tenant has consented for the application. */
function consented({ tenant, applicationId, objectId }: Caller, permissions: readonly string[]): string[] {
  const client = servicePrincipalOf(tenant, applicationId);
  const api = servicePrincipalOf(tenant, windowsDefenderAtp.appId);
  if (client === undefined || api === undefined) return [];
  const scopes = [...tenant.objects("oauth2PermissionGrants").values()]
    .filter(({ clientId, resourceId }) => clientId === client.id && resourceId === api.id)
    .filter(({ consentType, principalId }) => consentType === "AllPrincipals" || principalId === objectId)
    .flatMap(({ scope }) => (typeof scope === "string" ? scope.split(" ") : []));
  const assigned = [...tenant.objects("appRoleAssignments").values()]
    .filter(({ principalId, resourceId }) => principalId === client.id && resourceId === api.id)
    .map(({ appRoleId }) => appRoleId);
  const roles: Readonly<Record<string, string>> = windowsDefenderAtp.appRoles;
  return permissions.filter((name) => scopes.includes(name) || assigned.includes(roles[name] ?? ""));
}

function servicePrincipalOf(tenant: Tenant, applicationId: string): StoredObject | undefined {
  return [...tenant.objects("servicePrincipals").values()].find(({ appId }) => appId === applicationId);
}

interface AlertQuery {
  since: Date;
  until: Date;
  limit: number | undefined;
  machineGroups: readonly string[];
  deviceTag: string | undefined;
  cloudTag: string | undefined;
}

function readQuery(query: URLSearchParams, now: Date): AlertQuery {
  const values = new Map([...query].map(([name, value]) => [name.toLowerCase(), value]));
  const ago = values.get("ago");
  const until = moment(values.get("untiltimeutc"), "untilTimeUtc") ?? now;
  const since =
    ago === undefined
      ? (moment(values.get("sincetimeutc"), "sinceTimeUtc") ?? new Date(now.getTime() - defaultWindow))
      : new Date(now.getTime() - duration(ago));
  return {
    since,
    until: ago === undefined ? until : now,
    limit: limitOf(values.get("limit")),
    machineGroups: [...query].filter(([name]) => name.toLowerCase() === "machinegroups").map(([, value]) => value),
    deviceTag: values.get("devicecreatedmachinetags"),
    cloudTag: values.get("cloudcreatedmachinetags"),
  };
}

/** The newest `limit` of those that match, oldest first. */
function select(latest: Iterable<Detection>, query: AlertQuery): Detection[] {
  const selected: Detection[] = [];
  if (query.limit === 0) return selected;
  for (const detection of latest) {
    if (!matches(detection, query)) continue;
    selected.push(detection);
    if (selected.length === query.limit) break;
  }
  return selected.reverse();
}

function matches({ device }: Detection, query: AlertQuery): boolean {
  return (
    (query.machineGroups.length === 0 || query.machineGroups.includes(device.group)) &&
    (query.deviceTag === undefined || device.deviceTags.includes(query.deviceTag)) &&
    (query.cloudTag === undefined || device.cloudTags.includes(query.cloudTag))
  );
}

/**
 * The documents' examples have no zone (`2016-09-12T00:00:00.000`); the parameter's name says UTC.
 */
function moment(text: string | undefined, name: string): Date | undefined {
  if (text === undefined) return undefined;
  const hasZone = /(z|[+-]\d\d:?\d\d)$/i.test(text);
  const date = new Date(hasZone || !text.includes("T") ? text : `${text}Z`);
  if (Number.isNaN(date.getTime())) throw badRequest(`${name} "${text}" is not a date and time.`);
  return date;
}

/** ISO 8601 durations of days and less, in milliseconds: `PT10M`, `P1DT2H`. */
function duration(text: string): number {
  const pattern = /^P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/;
  const milliseconds = durationOf(text, pattern);
  if (milliseconds === undefined) throw badRequest(`ago "${text}" is not an ISO 8601 duration.`);
  return milliseconds;
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`limit "${text}" is not a number.`);
  return Number(text);
}
