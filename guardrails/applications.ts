/**
 * What an app registration may be, as pure functions: the policy pack asks them about resources, the settings may ask them about a setting.
 * Each says what is wrong, or nothing.
 */
import { publishedApplications } from "@defender-mssp/microsoft";

const millisecondsOfDay = 24 * 60 * 60 * 1000;
/** The end of a secret is counted by another process, whose clock may be a little ahead. */
const clockTolerance = 60 * 1000;

export interface ClientSecretLifetime {
  /** When it ends: ISO 8601. */
  readonly endDate: string;
  readonly now: Date;
  /** The longest life, in days. */
  readonly mostDays: number;
}

/** A secret that lives too long from now on, or has an end that is no time. */
export function secretLifetimeProblem({ endDate, now, mostDays }: ClientSecretLifetime): string | undefined {
  const end = Date.parse(endDate);
  if (Number.isNaN(end)) return `its end is "${endDate}", which is no time`;
  const life = end - now.getTime();
  if (life <= mostDays * millisecondsOfDay + clockTolerance) return undefined;
  return `it ends on ${endDate}, ${Math.ceil(life / millisecondsOfDay)} days from now; allowed are ${mostDays}`;
}

export interface AllowedRedirects {
  /** Hosts that a redirect URI may have, in any case. */
  readonly hosts: readonly string[];
  /** The port of the one redirect URI on this machine that is allowed. */
  readonly loopbackPort?: number;
}

/** A redirect URI by which somebody else could get the sign-in's answer. */
export function redirectUriProblem(uri: string, { hosts, loopbackPort }: AllowedRedirects): string | undefined {
  if (uri.includes("*")) return `${shownUri(uri)} has a wildcard`;
  if (!URL.canParse(uri)) return `${shownUri(uri)} is no URL`;
  const { protocol, hostname, port, username, password, hash } = new URL(uri);
  if (username !== "" || password !== "" || hash !== "") return `${shownUri(uri)} has a user or a fragment`;
  if (isLoopbackHost(hostname)) {
    return loopbackPort !== undefined && port === String(loopbackPort)
      ? undefined
      : `${shownUri(uri)} is on the user's own machine, which the settings don't ask for`;
  }
  if (protocol !== "https:") return `${shownUri(uri)} is not https`;
  if (hosts.some((host) => host.toLowerCase() === hostname)) return undefined;
  return `${shownUri(uri)} is on a host that isn't allowed; allowed: ${hosts.length === 0 ? "none" : hosts.join(", ")}`;
}

/** Credentials that somebody has put into a URI aren't shown. */
function shownUri(uri: string): string {
  return JSON.stringify(uri.replace(/(:\/\/)[^/@\s]*@/, "$1[secret]@").replace(/\?.*$/s, "?…"));
}

function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** The name of a permission by its ID, or of itself; undefined for one that this program doesn't know. */
export function permissionName(idOrName: string): string | undefined {
  for (const { appRoles, scopes } of publishedApplications) {
    const known = [...Object.entries(appRoles), ...Object.entries(scopes)];
    const found = known.find(([name, id]) => name === idOrName || id === idOrName.toLowerCase());
    if (found !== undefined) return found[0];
  }
  return undefined;
}

/** Whether a permission lets its holder change something, by the words that Microsoft's permissions are named with. */
export function permissionWrites(name: string): boolean {
  return /Write|Manage|Create|Delete|Invite|Enable|Disable|Send|AccessAsUser|FullControl|impersonation/.test(name);
}

/**
 * A permission that isn't allowed, or changes something, whether it is allowed or not.
 *
 * @param permission its name, or its ID.
 * @param allowed names; IDs where a national cloud has others than the public one.
 */
export function permissionProblem(permission: string, allowed: readonly string[]): string | undefined {
  const name = permissionName(permission);
  const isAllowed = allowed.some((one) => one === name || one.toLowerCase() === permission.toLowerCase());
  if (permissionWrites(name ?? permission)) return `${name ?? permission} lets its holder change something`;
  if (isAllowed) return undefined;
  const list = allowed.length === 0 ? "none" : allowed.join(", ");
  return `${name ?? `a permission that is not known here (${permission})`} is not allowed; allowed: ${list}`;
}
