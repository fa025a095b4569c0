/** IDs and names that the directory computes from other values, and its time formats. */
import { randomBytes } from "node:crypto";

/** A grant's ID: the joined GUIDs of client, resource and principal, as in recorded answers. */
export function grantId(clientId: string, resourceId: string, principalId: string | null): string {
  return encodeGuids(principalId === null ? [clientId, resourceId] : [clientId, resourceId, principalId]);
}

/**
 * A directory role assignment's ID: role definition and principal, and `-1` for the tenant's scope.
 */
export function roleAssignmentId(roleDefinitionId: string, principalId: string, scope: string): string {
  const id = encodeGuids([roleDefinitionId, principalId]);
  return scope === "/" ? `${id}-1` : `${id}-${Buffer.from(scope).toString("base64url")}`;
}

/** An app role assignment's ID: the principal and random bytes. */
export function appRoleAssignmentId(principalId: string): string {
  return Buffer.concat([guidBytes(principalId), randomBytes(16)]).toString("base64url");
}

/** A security identifier: `S-1-12-1-` and the object ID's four little-endian 32-bit numbers. */
export function securityIdentifier(objectId: string): string {
  const bytes = guidBytes(objectId);
  const parts = [0, 4, 8, 12].map((offset) => bytes.readUInt32LE(offset));
  return `S-1-12-1-${parts.join("-")}`;
}

/** The user principal name of a guest: `user_domain#EXT#@<the tenant's initial domain>`. */
export function guestUserPrincipalName(emailAddress: string, initialDomain: string): string {
  return `${guestNickname(emailAddress)}@${initialDomain}`;
}

/** A guest's mail nickname: the part of the user principal name before the @. */
export function guestNickname(emailAddress: string): string {
  return `${emailAddress.replace("@", "_")}#EXT#`;
}

/** Whole seconds: the directory's format of nearly all times. */
export function wholeSeconds(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}

/**
 * Seven decimals: the format in the answer to the create of an application, and in app role
 * assignments.
 */
export function sevenDecimals(moment: Date): string {
  // The clock has milliseconds; the other digits only follow the format.
  return `${moment.toISOString().slice(0, 23)}${1000 + (process.hrtime()[1] % 9000)}Z`;
}

/** A client's time in the service's format: UTC, up to seven decimals, without trailing zeros. */
export function asMoment(text: string): string {
  const [, decimals = ""] = /\.(\d+)/.exec(text) ?? [];
  const fraction = decimals.slice(0, 7).replace(/0+$/, "");
  const seconds = new Date(text).toISOString().slice(0, 19);
  return `${seconds}${fraction === "" ? "" : `.${fraction}`}Z`;
}

function encodeGuids(guids: readonly string[]): string {
  return Buffer.concat(guids.map(guidBytes)).toString("base64url");
}

/** The bytes of a GUID as Microsoft lays them out: its first three groups little-endian. */
function guidBytes(guid: string): Buffer {
  const bytes = Buffer.from(guid.replaceAll("-", ""), "hex");
  return Buffer.concat([
    bytes.subarray(0, 4).reverse(),
    bytes.subarray(4, 6).reverse(),
    bytes.subarray(6, 8).reverse(),
    bytes.subarray(8),
  ]);
}
