/**
 * Checks of app registrations and their credentials, as pure functions for the policy pack and the
 * settings. Each returns the problem, if any.
 */
import { dayMs, minuteMs } from "@defender-mssp/errors/time";
import { publishedPermissions } from "@defender-mssp/microsoft";

/** The expiry is computed by another process, whose clock may be a little ahead. */
const clockTolerance = minuteMs;

/**
 * Longest time from now until a certificate expires, in days: a year, and a day for a leap year.
 */
export const longestCertificateDays = 366;

export interface CredentialLifetime {
  /** When the credential expires: ISO 8601. */
  readonly endDate: string;
  readonly now: Date;
  /** Longest time from now until it expires, in days. */
  readonly mostDays: number;
}

/** A client secret or certificate that expires too late, or whose expiry is not a date. */
export function credentialLifetimeProblem({ endDate, now, mostDays }: CredentialLifetime): string | undefined {
  const end = Date.parse(endDate);
  if (Number.isNaN(end)) return `its end date "${endDate}" is not a valid date`;
  const life = end - now.getTime();
  if (life <= mostDays * dayMs + clockTolerance) return undefined;
  return `it expires on ${endDate}, ${Math.ceil(life / dayMs)} days from now; at most ${mostDays} are allowed`;
}

export interface AllowedRedirects {
  /** Hosts that a redirect URI may have, in any case. */
  readonly hosts: readonly string[];
  /** The port of the one redirect URI on this machine that is allowed. */
  readonly loopbackPort?: number;
}

/** A redirect URI through which another party could receive the authorization code. */
export function redirectUriProblem(uri: string, { hosts, loopbackPort }: AllowedRedirects): string | undefined {
  if (uri.includes("*")) return `${shownUri(uri)} has a wildcard`;
  if (!URL.canParse(uri)) return `${shownUri(uri)} is not a URL`;
  const { protocol, hostname, port, username, password, hash } = new URL(uri);
  if (username !== "" || password !== "" || hash !== "") return `${shownUri(uri)} has a user or a fragment`;
  if (isLoopbackHost(hostname)) {
    return loopbackPort !== undefined && port === String(loopbackPort)
      ? undefined
      : `${shownUri(uri)} is a loopback address that the settings do not ask for`;
  }
  if (protocol !== "https:") return `${shownUri(uri)} is not https`;
  if (hosts.some((host) => host.toLowerCase() === hostname)) return undefined;
  return `${shownUri(uri)} is on a host that is not allowed; allowed: ${hosts.length === 0 ? "none" : hosts.join(", ")}`;
}

/** Hides credentials in a URI. */
function shownUri(uri: string): string {
  return JSON.stringify(uri.replace(/(:\/\/)[^/@\s]*@/, "$1[secret]@").replace(/\?.*$/s, "?…"));
}

function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** The name of a permission, by ID or name; undefined for one that this program does not know. */
export function permissionName(idOrName: string): string | undefined {
  return publishedPermissions(idOrName)[0]?.replace(/^[^/]*\//, "");
}

/** Whether a permission allows a change, by the words in Microsoft's names of permissions. */
export function permissionWrites(name: string): boolean {
  return (
    /Write|Manage|Create|Delete|Invite|Enable|Disable|Send|AccessAsUser|FullControl|impersonation/.test(name) ||
    // Response actions of Defender for Endpoint.
    /^Machine\.(?!Read)/.test(name)
  );
}

/**
 * A permission that is not allowed, or one that allows a change and that the settings do not ask
 * for, whether it is listed or not.
 *
 * @param permission its name, or its ID.
 * @param allowed names; IDs where a national cloud has others than the public one.
 * @param asked names that the connector's profile has: these may allow a change.
 */
export function permissionProblem(
  permission: string,
  allowed: readonly string[],
  asked: readonly string[] = [],
): string | undefined {
  const name = permissionName(permission);
  if (name !== undefined && asked.includes(name)) return undefined;
  const isAllowed = allowed.some((one) => one === name || one.toLowerCase() === permission.toLowerCase());
  if (permissionWrites(name ?? permission)) return `${name ?? permission} allows changes`;
  if (isAllowed) return undefined;
  const all = [...new Set([...allowed, ...asked])];
  const list = all.length === 0 ? "none" : all.join(", ");
  return `${name ?? `an unknown permission (${permission})`} is not allowed; allowed: ${list}`;
}
