/** Passwords and certificates of applications and service principals. */
import { createHash, randomUUID } from "node:crypto";
import { dayMs } from "@defender-mssp/errors/time";
import type { Json, StoredObject, Tenant } from "../cloud/model";
import { readCertificate } from "../cloud/readCertificate";
import { longestSecretDays } from "../cloud/switches";
import { generateSecret, hashSecret } from "../cloud/secrets";
import type { EntitySetName } from "./entities";
import { EmulatedGraphError, badRequest, invalidValue } from "./graphErrors";
import { sevenDecimals, wholeSeconds } from "./identifiers";
import { type JsonObject, objectsIn, textIn } from "./json";
import { resourceName } from "./validate";

/** The default lifetime of a password. */
const yearsByDefault = 2;

/** ID of the default app management policy, which may forbid secrets or limit their lifetime. */
export const appManagementPolicyId = "00000000-0000-0000-0000-000000000000";

/** A new password: the credential with its secret, which is returned once, and the stored form. */
export function newPassword(
  tenant: Tenant,
  entitySet: EntitySetName,
  wanted: JsonObject,
  now: Date,
): { answered: JsonObject; kept: JsonObject } {
  const secretText = generateSecret();
  const startDateTime = textIn(wanted["startDateTime"]) ?? sevenDecimals(now);
  const endDateTime = textIn(wanted["endDateTime"]) ?? sevenDecimals(yearsAfter(now, yearsByDefault));
  if (Date.parse(endDateTime) <= Date.parse(startDateTime)) throw invalidValue("endDateTime", "PasswordCredential");
  refuseByPolicy(tenant, startDateTime, endDateTime);
  const kept = {
    customKeyIdentifier: null,
    displayName: wanted["displayName"] ?? null,
    endDateTime,
    // The service gives no hint for a service principal's password.
    hint: entitySet === "applications" ? secretText.slice(0, 3) : null,
    // A client may choose it.
    keyId: textIn(wanted["keyId"])?.toLowerCase() ?? randomUUID(),
    secretText: null,
    startDateTime,
  };
  tenant.secretHashes.set(kept.keyId, hashSecret(secretText));
  return { answered: { ...kept, secretText }, kept };
}

/** As clients report it: https://github.com/microsoft/PubSec-Info-Assistant/issues/681 */
function refuseByPolicy(tenant: Tenant, startDateTime: string, endDateTime: string): void {
  const longest = longestSecretDays(tenant);
  if (longest === 0) {
    const message = `Credential type not allowed as per assigned policy '${appManagementPolicyId}'.`;
    throw new EmulatedGraphError(400, "CredentialTypeNotAllowedAsPerAppPolicy", message);
  }
  if (Date.parse(endDateTime) - Date.parse(startDateTime) <= longest * dayMs) return;
  const message = `Credential lifetime exceeds the max value allowed as per assigned policy '${appManagementPolicyId}'.`;
  throw new EmulatedGraphError(400, "CredentialInvalidLifetimeAsPerAppPolicy", message);
}

/** Removes a password. Throws the service's 400 for an unknown ID. */
export function removePassword(tenant: Tenant, object: StoredObject, keyId: string): void {
  const credentials = credentialsOf(object, "passwordCredentials");
  const left = credentials.filter((credential) => credential["keyId"] !== keyId.toLowerCase());
  if (left.length === credentials.length) {
    throw badRequest(`No password credential found with keyId '${keyId}'.`);
  }
  object["passwordCredentials"] = left;
  tenant.secretHashes.delete(keyId.toLowerCase());
}

/**
 * An update can only remove passwords: the service creates new ones. Deletes the secrets of removed
 * ones.
 */
export function checkPasswordsLeft(tenant: Tenant, object: StoredObject, wanted: Json | undefined): JsonObject[] {
  const there = credentialsOf(object, "passwordCredentials");
  const ids = objectsIn(wanted).map((item) => item["keyId"]);
  const left = there.filter(({ keyId }) => ids.includes(keyId ?? null));
  if (ids.some((id) => !there.some(({ keyId }) => keyId === id))) {
    throw badRequest("New password credentials must be generated using service actions.");
  }
  for (const { keyId } of there) {
    if (typeof keyId === "string" && !ids.includes(keyId)) tenant.secretHashes.delete(keyId);
  }
  return left;
}

/**
 * The stored form of the `keyCredentials` that a client sends, with the certificates for the token
 * service.
 */
export function acceptCertificates(
  entitySet: EntitySetName,
  before: StoredObject | undefined,
  wanted: Json | undefined,
): JsonObject[] {
  const there = before === undefined ? [] : credentialsOf(before, "keyCredentials");
  return objectsIn(wanted).map((item) => acceptCertificate(entitySet, there, item));
}

/** The credentials of an object, of one kind. */
export function credentialsOf(object: StoredObject, kind: "passwordCredentials" | "keyCredentials"): JsonObject[] {
  return objectsIn(object[kind]);
}

function acceptCertificate(entitySet: EntitySetName, there: readonly JsonObject[], wanted: JsonObject): JsonObject {
  const known = there.find(({ keyId }) => keyId === wanted["keyId"]);
  const key = textIn(wanted["key"]);
  if (key === undefined && known !== undefined) return known;
  const certificate = key === undefined ? undefined : readCertificate(key);
  if (certificate === undefined) throw invalidValue("keyCredentials", resourceName(entitySet));
  const expiry = new Date(certificate.validTo);
  const endDateTime = textIn(wanted["endDateTime"]) ?? wholeSeconds(expiry);
  if (Date.parse(endDateTime) > expiry.getTime()) {
    throw new EmulatedGraphError(400, "KeyCredentialsInvalidEndDate", "Key credential end date is invalid.");
  }
  return {
    customKeyIdentifier: createHash("sha1").update(certificate.raw).digest("hex").toUpperCase(),
    displayName: wanted["displayName"] ?? distinguishedName(certificate.subject),
    endDateTime,
    key: certificate.raw.toString("base64"),
    keyId: textIn(wanted["keyId"])?.toLowerCase() ?? randomUUID(),
    startDateTime: textIn(wanted["startDateTime"]) ?? wholeSeconds(new Date(certificate.validFrom)),
    type: wanted["type"] ?? "AsymmetricX509Cert",
    usage: wanted["usage"] ?? "Verify",
  };
}

/**
 * Node.js lists a subject's parts in the opposite order of the service, which writes S for the
 * state.
 */
function distinguishedName(subject: string): string {
  return subject
    .split("\n")
    .reverse()
    .map((part) => part.replace(/^ST=/, "S="))
    .join(", ");
}

function yearsAfter(moment: Date, years: number): Date {
  const later = new Date(moment);
  later.setUTCFullYear(later.getUTCFullYear() + years);
  return later;
}
