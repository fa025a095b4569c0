/**
 * Key vaults: https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults, with soft delete and
 * purge protection.
 */
import { dayMs } from "@defender-mssp/errors/time";
import type { Cloud, DeletedObject, Json, StoredObject, Tenant } from "../cloud/model";
import { EmulatedServiceError } from "../cloud/serviceError";
import { propertiesOf, resourcesOfType } from "./access";
import { armErrors } from "./armErrors";
import {
  demandScope,
  existing,
  found,
  armName,
  nothing,
  ok,
  recordOf,
  tagsOf,
  armText,
  type ArmAnswer,
  type ArmRequest,
  type ResourceHandler,
} from "./handler";
import { isWithin, keyOf } from "./resourceId";
import { addResource, azureResources } from "./subscriptions";

const type = "Microsoft.KeyVault/vaults";

export const vaults: ResourceHandler = {
  type,
  put(request) {
    demandScope(request);
    const before = found(request);
    const { tenant, path, body } = request;
    const given = recordOf(body["properties"]);
    if (armText(given["createMode"]) === "recover" && before === undefined) return recover(request);
    if (before === undefined) refuseName(request);
    const properties = vaultProperties(request, given, before === undefined ? {} : propertiesOf(before));
    const vault: StoredObject = {
      id: before?.id ?? path.id,
      name: before === undefined ? armName(path) : armText(before["name"]),
      type,
      location: armText(body["location"]).replaceAll(" ", "").toLowerCase(),
      tags: tagsOf(body),
      properties,
    };
    if (vault["location"] === "")
      throw armErrors.badRequest("LocationRequired", "The location property is required for this definition.");
    addResource(tenant, vault);
    request.cloud.changed();
    // The DNS name exists a moment later, so that clients poll.
    const provisioning = { ...vault, properties: { ...properties, provisioningState: "RegisteringDns" } };
    return ok(shown(request, provisioning));
  },
  patch(request) {
    const vault = existing(request, type);
    const given = { ...propertiesOf(vault), ...recordOf(request.body["properties"]) };
    const changed = {
      ...vault,
      ...(request.body["tags"] === undefined ? {} : { tags: tagsOf(request.body) }),
      properties: vaultProperties(request, given, propertiesOf(vault)),
    };
    addResource(request.tenant, changed);
    request.cloud.changed();
    return ok(shown(request, changed));
  },
  get: (request) => ok(shown(request, existing(request, type))),
  list(request) {
    const inScope = resourcesOfType(request.tenant, type).filter(({ id }) => isWithin(id, request.path.scope));
    return ok({ value: inScope.map((vault) => shown(request, vault)) });
  },
  delete(request) {
    const vault = found(request);
    if (vault === undefined) return nothing;
    softDelete(request.cloud, request.tenant, vault);
    request.cloud.changed();
    return { status: 200 };
  },
};

/** `GET /subscriptions/…/providers/Microsoft.KeyVault/deletedVaults` */
export const deletedVaults: ResourceHandler = {
  type: "Microsoft.KeyVault/deletedVaults",
  get: (request) => ok(deletedVaultBody(request, deletedVault(request))),
  list: (request) => ok({ value: deletedVaultsOf(request.tenant).map((one) => deletedVaultBody(request, one)) }),
};

/** The sandbox has none; `az keyvault list-deleted` asks for both. */
export const deletedManagedHsms: ResourceHandler = {
  type: "Microsoft.KeyVault/deletedManagedHSMs",
  list: () => ok({ value: [] }),
};

/** `GET …/locations/{location}/deletedVaults/{name}` */
export const deletedVaultsOfLocation: ResourceHandler = {
  type: "Microsoft.KeyVault/locations/deletedVaults",
  get: (request) => ok(deletedVaultBody(request, deletedVault(request))),
};

/**
 * `POST …/locations/{location}/deletedVaults/{name}/purge` @throws EmulatedServiceError where purge
 * protection forbids it.
 */
export function purge(request: ArmRequest): void {
  const { object } = deletedVault(request);
  if (propertiesOf(object)["enablePurgeProtection"] === true) {
    throw armErrors.badRequest("MethodNotAllowed", "Operation 'DeletedVaultPurge' is not allowed.");
  }
  for (const [key, deleted] of [...request.tenant.deleted]) {
    if (isWithin(deleted.object.id, object.id)) request.tenant.deleted.delete(key);
  }
  request.cloud.changed();
}

/**
 * Soft-deletes a vault with its secrets until the retention ends. Role assignments on them are
 * deleted.
 */
export function softDelete(cloud: Cloud, tenant: Tenant, vault: StoredObject): void {
  const now = cloud.now();
  const days = Number(propertiesOf(vault)["softDeleteRetentionInDays"] ?? 90);
  const scheduledPurgeDate = new Date(now.getTime() + days * dayMs).toISOString();
  const objects = tenant.objects(azureResources);
  for (const [key, resource] of [...objects]) {
    if (!isWithin(resource.id, vault.id)) continue;
    objects.delete(key);
    const isKept = armText(resource["type"]).startsWith("Microsoft.KeyVault/");
    if (isKept) keepDeleted(tenant, resource, now, scheduledPurgeDate);
  }
}

/** Remembers a deleted vault or secret. `purgeDateTime`: the permanent deletion, ISO 8601. */
export function keepDeleted(tenant: Tenant, object: StoredObject, now: Date, purgeDateTime: string): void {
  tenant.deleted.set(keyOf(object.id), {
    collection: azureResources,
    object: { ...object, purgeDateTime },
    deletedDateTime: now.toISOString(),
  });
}

/** A deleted vault or secret as it was. */
export function withoutPurgeDate({ purgeDateTime: _, ...object }: StoredObject): StoredObject {
  return object;
}

function recover(request: ArmRequest): ArmAnswer {
  const { tenant, path } = request;
  const vault = tenant.deleted.get(keyOf(path.id))?.object;
  if (vault === undefined) throw armErrors.resourceNotFound(type, armName(path), path.resourceGroup);
  for (const [key, { object }] of [...tenant.deleted]) {
    // A secret that was deleted before its vault stays deleted.
    if (!isWithin(object.id, vault.id) || object["purgeDateTime"] !== vault["purgeDateTime"]) continue;
    tenant.deleted.delete(key);
    addResource(tenant, withoutPurgeDate(object));
  }
  request.cloud.changed();
  return ok(shown(request, existing(request, type)));
}

/** The address of a vault's secrets, under the names that the client uses. Only by the proxy it is one that answers. */
export function vaultUri({ services }: Cloud, vault: StoredObject): string {
  return `https://${armText(vault["name"])}.${services.vaultSuffix}/`;
}

function shown({ cloud }: ArmRequest, vault: StoredObject): StoredObject {
  return { ...vault, properties: { ...propertiesOf(vault), vaultUri: vaultUri(cloud, vault) } };
}

/**
 * Names of vaults are DNS names: unique in the cloud, also among deleted vaults that can be
 * recovered.
 */
function refuseName({ cloud, path }: ArmRequest): void {
  const name = armName(path).toLowerCase();
  if (!/^[a-z](?!.*--)[a-z0-9-]{1,22}[a-z0-9]$/.test(name)) {
    throw armErrors.badRequest(
      "VaultNameNotValid",
      `The vault name '${armName(path)}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name must begin with a ` +
        "letter, end with a letter or digit, and not contain consecutive hyphens. Follow this link for more information: " +
        "https://go.microsoft.com/fwlink/?linkid=2147742",
    );
  }
  for (const tenant of cloud.tenants()) {
    if (deletedVaultsOf(tenant).some(({ object }) => armText(object["name"]).toLowerCase() === name)) {
      throw armErrors.conflict(
        "ConflictError",
        "A vault with the same name already exists in deleted state. You need to either recover or purge existing key vault. Follow this " +
          "link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.",
      );
    }
    if (resourcesOfType(tenant, type).some((vault) => armText(vault["name"]).toLowerCase() === name)) {
      throw armErrors.conflict(
        "VaultAlreadyExists",
        `The vault name '${armName(path)}' is already in use. Vault names are globaly unique so it is possible that the name is already taken.`,
      );
    }
  }
}

function vaultProperties(
  { tenant }: ArmRequest,
  given: Readonly<Record<string, unknown>>,
  before: Readonly<Record<string, Json>>,
): Record<string, Json> {
  refuseProperties(given, before, tenant);
  const flag = (name: string, otherwise: boolean) => (typeof given[name] === "boolean" ? given[name] : otherwise);
  const protection = given["enablePurgeProtection"] === true || before["enablePurgeProtection"] === true;
  return {
    sku: given["sku"] as Json,
    tenantId: armText(given["tenantId"]).toLowerCase(),
    accessPolicies: (given["accessPolicies"] ?? []) as Json,
    enabledForDeployment: flag("enabledForDeployment", false),
    enabledForDiskEncryption: flag("enabledForDiskEncryption", false),
    enabledForTemplateDeployment: flag("enabledForTemplateDeployment", false),
    enableSoftDelete: true,
    softDeleteRetentionInDays: (given["softDeleteRetentionInDays"] ??
      before["softDeleteRetentionInDays"] ??
      90) as Json,
    enableRbacAuthorization: flag("enableRbacAuthorization", false),
    ...(protection ? { enablePurgeProtection: true } : {}),
    ...(given["networkAcls"] === undefined ? {} : { networkAcls: given["networkAcls"] as Json }),
    publicNetworkAccess: armText(given["publicNetworkAccess"]) || "Enabled",
    provisioningState: "Succeeded",
  };
}

function refuseProperties(
  given: Readonly<Record<string, unknown>>,
  before: Readonly<Record<string, Json>>,
  tenant: Tenant,
): void {
  const refuse = (message: string) => armErrors.badRequest("BadRequest", message);
  if (armText(given["tenantId"]) === "") throw refuse('The parameter "tenantId" is required.');
  if (armText(given["tenantId"]).toLowerCase() !== tenant.id) {
    throw refuse("An invalid value was provided for 'tenantId': it must be the tenant of the subscription.");
  }
  if (armText(recordOf(given["sku"])["name"]) === "") throw refuse('The parameter "sku" is required.');
  if (given["enableSoftDelete"] === false) {
    throw refuse(
      'The property "enableSoftDelete" can be set to false only for creating new vault. Enabling the soft delete is irreversible.',
    );
  }
  if (given["enablePurgeProtection"] === false) {
    throw refuse(
      'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an irreversible action.',
    );
  }
  const days = given["softDeleteRetentionInDays"];
  const isValid = days === undefined || (typeof days === "number" && Number.isInteger(days) && days >= 7 && days <= 90);
  if (!isValid) throw refuse("An invalid value was provided for 'softDeleteRetentionInDays': it must be from 7 to 90.");
  const known = before["softDeleteRetentionInDays"];
  if (known !== undefined && days !== undefined && days !== known) {
    throw refuse('The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.');
  }
}

function deletedVaultsOf(tenant: Tenant): DeletedObject[] {
  return [...tenant.deleted.values()].filter(({ object }) => object["type"] === type);
}

function deletedVault({ tenant, path }: ArmRequest): DeletedObject {
  const name = armName(path).toLowerCase();
  const deleted = deletedVaultsOf(tenant).find(({ object }) => armText(object["name"]).toLowerCase() === name);
  if (deleted !== undefined) return deleted;
  throw new EmulatedServiceError(404, "ResourceNotFound", "The specified resource does not exist.");
}

function deletedVaultBody({ path }: ArmRequest, { object, deletedDateTime }: DeletedObject): Record<string, unknown> {
  const location = armText(object["location"]);
  return {
    id: `/subscriptions/${path.subscriptionId}/providers/Microsoft.KeyVault/locations/${location}/deletedVaults/${armText(object["name"])}`,
    name: object["name"],
    type: "Microsoft.KeyVault/deletedVaults",
    properties: {
      vaultId: object.id,
      location,
      tags: object["tags"],
      deletionDate: deletedDateTime,
      scheduledPurgeDate: object["purgeDateTime"],
      ...(propertiesOf(object)["enablePurgeProtection"] === true ? { purgeProtectionEnabled: true } : {}),
    },
  };
}
