/**
 * Secrets of a vault, by the resource manager
 * (https://learn.microsoft.com/rest/api/keyvault/keyvault/secrets): it writes values and never
 * returns them. It shares the stored model with the data plane.
 */
import { randomBytes } from "node:crypto";
import { dayMs } from "@defender-mssp/errors/time";
import type { Cloud, DeletedObject, Json, StoredObject, Tenant } from "../cloud/model";
import { propertiesOf } from "./access";
import { armErrors, KeyVaultError } from "./armErrors";
import {
  existing,
  found,
  armName,
  ok,
  recordOf,
  tagsOf,
  armText,
  type ArmRequest,
  type ResourceHandler,
} from "./handler";
import { isWithin, keyOf } from "./resourceId";
import { addResource, azureResources } from "./subscriptions";
import { keepDeleted, vaultUri } from "./vaults";

export const secretType = "Microsoft.KeyVault/vaults/secrets";

/** One version of a secret. Its value is sealed with a key that is not in the tenant's file. */
export interface SecretVersion {
  readonly version: string;
  readonly sealedValue: string;
  readonly contentType: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  /** Seconds since 1970, as in Azure's answers. */
  readonly created: number;
  readonly updated: number;
  readonly expires: number | null;
  readonly notBefore: number | null;
}

/** The requested properties of a secret. */
export type NewVersion = Pick<SecretVersion, "contentType" | "tags" | "enabled" | "expires" | "notBefore"> & {
  readonly value: string;
};

export const secrets: ResourceHandler = {
  type: secretType,
  put(request) {
    const vault = vaultOf(request);
    const before = found(request);
    const given = recordOf(request.body["properties"]);
    if (typeof given["value"] !== "string") {
      throw armErrors.badRequest("BadRequest", "The parameter value is not specified: a secret needs a value.");
    }
    const attributes = recordOf(given["attributes"]);
    const secret = addVersion(request.cloud, request.tenant, vault, armName(request.path), {
      value: given["value"],
      contentType: armText(given["contentType"]) || null,
      tags: tagsOf(request.body),
      enabled: attributes["enabled"] !== false,
      expires: numberOf(attributes["exp"]),
      notBefore: numberOf(attributes["nbf"]),
    });
    return ok(secretBody(request, secret, vault), before === undefined ? 201 : 200);
  },
  get: (request) => ok(secretBody(request, existing(request, secretType), vaultOf(request))),
  list(request) {
    const vault = vaultOf(request);
    return ok({ value: secretsOf(request.tenant, vault).map((secret) => secretBody(request, secret, vault)) });
  },
};

/**
 * Creates a secret or a new version of it.
 * @throws EmulatedServiceError 409 while a deleted secret of that name can be recovered.
 */
export function addVersion(
  cloud: Cloud,
  tenant: Tenant,
  vault: StoredObject,
  name: string,
  wanted: NewVersion,
): StoredObject {
  if (!/^[a-z0-9-]{1,127}$/i.test(name)) {
    throw armErrors.badRequest("BadParameter", `The request URI contains an invalid name: ${name}`);
  }
  const id = `${vault.id}/secrets/${name}`;
  if (tenant.deleted.has(keyOf(id))) {
    throw new KeyVaultError(
      409,
      "Conflict",
      `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be ` +
        "recovered or purged.",
      "ObjectIsDeletedButRecoverable",
    );
  }
  const before = tenant.objects(azureResources).get(keyOf(id));
  const { value, ...rest } = wanted;
  const now = Math.floor(cloud.now().getTime() / 1000);
  const version: SecretVersion = {
    version: randomBytes(16).toString("hex"),
    sealedValue: cloud.seal(value),
    ...rest,
    created: now,
    updated: now,
  };
  const secret: StoredObject = {
    id: before?.id ?? id,
    name: before === undefined ? name : armText(before["name"]),
    type: secretType,
    location: vault["location"] ?? null,
    tags: { ...wanted.tags },
    versions: [...(before === undefined ? [] : versionsOf(before)), version] as unknown as Json,
  };
  addResource(tenant, secret);
  cloud.changed();
  return secret;
}

/** Changes what is not the value: https://learn.microsoft.com/rest/api/keyvault/secrets/update-secret */
export function changeVersion(
  cloud: Cloud,
  tenant: Tenant,
  secret: StoredObject,
  before: SecretVersion,
  body: Readonly<Record<string, unknown>>,
): SecretVersion {
  const { enabled, exp, nbf } = recordOf(body["attributes"]);
  const changed: SecretVersion = {
    ...before,
    updated: Math.floor(cloud.now().getTime() / 1000),
    ...(body["tags"] === undefined ? {} : { tags: tagsOf(body) }),
    ...(typeof body["contentType"] === "string" ? { contentType: body["contentType"] } : {}),
    ...(typeof enabled === "boolean" ? { enabled } : {}),
    ...(exp === undefined ? {} : { expires: numberOf(exp) }),
    ...(nbf === undefined ? {} : { notBefore: numberOf(nbf) }),
  };
  const versions = versionsOf(secret).map((secretVersion) =>
    secretVersion.version === before.version ? changed : secretVersion,
  );
  addResource(tenant, { ...secret, versions: versions as unknown as Json });
  cloud.changed();
  return changed;
}

/** Oldest first. */
export function versionsOf(secret: StoredObject): SecretVersion[] {
  return Array.isArray(secret["versions"]) ? (secret["versions"] as unknown as SecretVersion[]) : [];
}

export function secretsOf(tenant: Tenant, vault: StoredObject): StoredObject[] {
  return [...tenant.objects(azureResources).values()].filter(
    (resource) => resource["type"] === secretType && isWithin(resource.id, vault.id),
  );
}

/** Deletes a secret with all its versions. Its name stays reserved while the vault keeps it. */
export function softDeleteSecret(cloud: Cloud, tenant: Tenant, vault: StoredObject, secret: StoredObject): void {
  const days = Number(propertiesOf(vault)["softDeleteRetentionInDays"] ?? 90);
  const purgeDate = new Date(cloud.now().getTime() + days * dayMs);
  tenant.objects(azureResources).delete(keyOf(secret.id));
  keepDeleted(tenant, secret, cloud.now(), purgeDate.toISOString());
  cloud.changed();
}

export function listDeletedSecrets(tenant: Tenant, vault: StoredObject): DeletedObject[] {
  return [...tenant.deleted.values()].filter(
    ({ object }) => object["type"] === secretType && isWithin(object.id, vault.id),
  );
}

function vaultOf({ tenant, path }: ArmRequest): StoredObject {
  const id = path.id.split("/").slice(0, 9).join("/");
  const vault = tenant.objects(azureResources).get(keyOf(id));
  if (vault !== undefined) return vault;
  throw armErrors.resourceNotFound("Microsoft.KeyVault/vaults", path.names[0] ?? "", path.resourceGroup);
}

/** The resource manager's answer: without the value. */
function secretBody({ cloud }: ArmRequest, secret: StoredObject, vault: StoredObject): Record<string, unknown> {
  const newest = versionsOf(secret).at(-1);
  const secretUri = `${vaultUri(cloud, vault)}secrets/${armText(secret["name"])}`;
  const { id, name, type, location, tags } = secret;
  return {
    id,
    name,
    type,
    location,
    tags,
    properties: {
      attributes: {
        enabled: newest?.enabled ?? true,
        ...(newest?.notBefore == null ? {} : { nbf: newest.notBefore }),
        ...(newest?.expires == null ? {} : { exp: newest.expires }),
        created: newest?.created,
        updated: newest?.updated,
      },
      ...(newest?.contentType == null ? {} : { contentType: newest.contentType }),
      secretUri,
      secretUriWithVersion: `${secretUri}/${newest?.version ?? ""}`,
    },
  };
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
