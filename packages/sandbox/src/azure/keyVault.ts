/**
 * Key Vault's data plane (https://learn.microsoft.com/rest/api/keyvault/secrets), which returns the
 * values. The sandbox has no DNS names: instead of `https://<vault>.vault.azure.net/secrets/…` the
 * path is `/keyvault/<vault>/secrets/…` on the server.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { TokenRefused, type Cloud, type DeletedObject, type StoredObject, type Tenant } from "../cloud/model";
import { demandData, propertiesOf, resourcesOfType, type VaultCall } from "./access";
import { EmulatedServiceError } from "../cloud/serviceError";
import { armErrors, KeyVaultError } from "./armErrors";
import { recordOf, tagsOf, armText } from "./handler";
import { keyOf } from "./resourceId";
import {
  addVersion,
  changeVersion,
  listDeletedSecrets,
  secretsOf,
  softDeleteSecret,
  versionsOf,
  type SecretVersion,
} from "./keyVaultSecrets";
import { addResource } from "./subscriptions";
import { vaultUri, withoutPurgeDate } from "./vaults";

interface OfSecret {
  Params: { vault: string; name: string; version?: string };
}

export function keyVaultRoutes(scope: FastifyInstance, cloud: Cloud): void {
  scope.get<{ Params: { vault: string } }>("/keyvault/:vault/secrets", async (request) => {
    const call = await vaultCall(cloud, request, request.params.vault);
    demandData(call, "Microsoft.KeyVault/vaults/secrets/readMetadata/action", call.vault.id);
    return { value: secretsOf(call.tenant, call.vault).map((secret) => itemBody(call, secret)), nextLink: null };
  });

  for (const path of ["/keyvault/:vault/secrets/:name", "/keyvault/:vault/secrets/:name/:version"]) {
    scope.get<OfSecret>(path, async (request) => {
      const { name, version } = request.params;
      const call = await vaultCall(cloud, request, request.params.vault);
      if (version === "versions") return versionList(call, name);
      demandData(call, "Microsoft.KeyVault/vaults/secrets/getSecret/action", secretId(call, name));
      const secret = existingSecret(call, name);
      const found =
        version === undefined || version === ""
          ? versionsOf(secret).at(-1)
          : versionsOf(secret).find((secretVersion) => secretVersion.version === version);
      if (found === undefined) throw secretNotFound(name);
      if (!found.enabled)
        throw new KeyVaultError(
          403,
          "Forbidden",
          "Operation get is not allowed on a disabled secret.",
          "SecretDisabled",
        );
      return secretBody(call, secret, found);
    });
  }

  scope.put<OfSecret>("/keyvault/:vault/secrets/:name", async (request) => {
    const { name } = request.params;
    const call = await vaultCall(cloud, request, request.params.vault);
    demandData(call, "Microsoft.KeyVault/vaults/secrets/setSecret/action", secretId(call, name));
    const body = recordOf(request.body);
    if (typeof body["value"] !== "string")
      throw armErrors.badRequest("BadParameter", "The parameter value is not specified.");
    const attributes = recordOf(body["attributes"]);
    const secret = addVersion(cloud, call.tenant, call.vault, name, {
      value: body["value"],
      contentType: armText(body["contentType"]) || null,
      tags: tagsOf(body),
      enabled: attributes["enabled"] !== false,
      expires: typeof attributes["exp"] === "number" ? attributes["exp"] : null,
      notBefore: typeof attributes["nbf"] === "number" ? attributes["nbf"] : null,
    });
    return secretBody(call, secret, newest(secret));
  });

  scope.delete<OfSecret>("/keyvault/:vault/secrets/:name", async (request) => {
    const { name } = request.params;
    const call = await vaultCall(cloud, request, request.params.vault);
    demandData(call, "Microsoft.KeyVault/vaults/secrets/delete", secretId(call, name));
    const secret = existingSecret(call, name);
    softDeleteSecret(cloud, call.tenant, call.vault, secret);
    return deletedBody(call, deletedSecret(call, name));
  });

  scope.patch<OfSecret>("/keyvault/:vault/secrets/:name/:version", async (request) => {
    const { name, version } = request.params;
    const call = await vaultCall(cloud, request, request.params.vault);
    demandData(call, "Microsoft.KeyVault/vaults/secrets/update/action", secretId(call, name));
    const secret = existingSecret(call, name);
    const before = version === "" ? newest(secret) : versionsOf(secret).find((one) => one.version === version);
    if (before === undefined) throw secretNotFound(name);
    const changed = changeVersion(cloud, call.tenant, secret, before, recordOf(request.body));
    return versionBody(call, secret, changed);
  });

  scope.get<OfSecret>("/keyvault/:vault/deletedsecrets", async (request) => {
    const call = await vaultCall(cloud, request, request.params.vault);
    demandData(call, "Microsoft.KeyVault/vaults/secrets/readMetadata/action", call.vault.id);
    return {
      value: listDeletedSecrets(call.tenant, call.vault).map((deleted) => deletedBody(call, deleted)),
      nextLink: null,
    };
  });
  for (const [method, path, action] of [
    ["GET", "", "readMetadata"],
    ["DELETE", "", "purge"],
    ["POST", "/recover", "recover"],
  ] as const)
    scope.route<OfSecret>({
      method,
      url: `/keyvault/:vault/deletedsecrets/:name${path}`,
      handler: async (request, reply) => {
        const { name } = request.params;
        const call = await vaultCall(cloud, request, request.params.vault);
        demandData(call, `Microsoft.KeyVault/vaults/secrets/${action}/action`, secretId(call, name));
        const deleted = deletedSecret(call, name);
        if (action === "readMetadata") return deletedBody(call, deleted);
        call.tenant.deleted.delete(keyOf(deleted.object.id));
        if (action === "recover") addResource(call.tenant, withoutPurgeDate(deleted.object));
        cloud.changed();
        return action === "purge" ? reply.code(204).send() : itemBody(call, deleted.object);
      },
    });
}

function deletedSecret(call: VaultCall, name: string): DeletedObject {
  const id = keyOf(secretId(call, name));
  const deleted = listDeletedSecrets(call.tenant, call.vault).find(({ object }) => keyOf(object.id) === id);
  // The service's code; the text is the sandbox's own.
  if (deleted === undefined) throw new EmulatedServiceError(404, "SecretNotFound", `Deleted Secret not found: ${name}`);
  return deleted;
}

/** https://learn.microsoft.com/rest/api/keyvault/secrets/get-deleted-secret */
function deletedBody(call: VaultCall, { object, deletedDateTime }: DeletedObject): Record<string, unknown> {
  const seconds = (moment: unknown) => Math.floor(Date.parse(armText(moment)) / 1000);
  return {
    recoveryId: `${vaultUri(call.cloud, call.vault)}deletedsecrets/${armText(object["name"])}`,
    deletedDate: seconds(deletedDateTime),
    scheduledPurgeDate: seconds(object["purgeDateTime"]),
    ...itemBody(call, object),
  };
}

/** A caller gives only the vault's name. Without a token the answer names the token endpoint. */
export async function vaultCall(cloud: Cloud, request: FastifyRequest, name: string): Promise<VaultCall> {
  const place = placeOf(cloud, name);
  try {
    const caller = await cloud.authenticate(request, "keyVault");
    const { "api-version": version } = request.query as { "api-version"?: string };
    if (version === undefined || version === "") throw armErrors.missingApiVersion();
    if (place === undefined)
      throw new EmulatedServiceError(404, "VaultNotFound", `The sandbox has no vault named ${name}.`);
    return { cloud, caller, ...place };
  } catch (failure) {
    if (!(failure instanceof TokenRefused)) throw failure;
    const authority = `${cloud.services.login}/${place?.tenant.id ?? "common"}`;
    throw new EmulatedServiceError(
      401,
      "Unauthorized",
      // Of an expired one as Azure/azure-sdk-for-python #12368 has it.
      failure.reason === "expired"
        ? "Error validating token: IDX10223"
        : `AKV10000: Request is missing a Bearer, PoP, or MTLS_POP token.${failure.reason === "missing" ? "" : ` ${failure.message}`}`,
      {
        "www-authenticate": `Bearer authorization="${authority}", resource="https://vault.azure.net"`,
      },
    );
  }
}

function placeOf(cloud: Cloud, name: string): { tenant: Tenant; vault: StoredObject } | undefined {
  for (const tenant of cloud.tenants()) {
    const vault = resourcesOfType(tenant, "Microsoft.KeyVault/vaults").find(
      (one) => keyOf(armText(one["name"])) === keyOf(name),
    );
    if (vault !== undefined) return { tenant, vault };
  }
  return undefined;
}

function versionList(call: VaultCall, name: string): Record<string, unknown> {
  demandData(call, "Microsoft.KeyVault/vaults/secrets/readMetadata/action", secretId(call, name));
  const secret = existingSecret(call, name);
  return { value: versionsOf(secret).map((version) => versionBody(call, secret, version)), nextLink: null };
}

function existingSecret(call: VaultCall, name: string): StoredObject {
  const secret = secretsOf(call.tenant, call.vault).find((one) => keyOf(armText(one["name"])) === keyOf(name));
  if (secret === undefined) throw secretNotFound(name);
  return secret;
}

function secretNotFound(name: string): EmulatedServiceError {
  return new EmulatedServiceError(
    404,
    "SecretNotFound",
    `A secret with (name/id) ${name} was not found in this key vault. If you recently deleted this secret you may be able to recover it using ` +
      "the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182",
  );
}

function secretId({ vault }: VaultCall, name: string): string {
  return `${vault.id}/secrets/${name}`;
}

function newest(secret: StoredObject): SecretVersion {
  const version = versionsOf(secret).at(-1);
  if (version === undefined) throw new Error(`${secret.id} has no version.`);
  return version;
}

function secretBody(call: VaultCall, secret: StoredObject, version: SecretVersion): Record<string, unknown> {
  return { value: call.cloud.unseal(version.sealedValue), ...versionBody(call, secret, version) };
}

/** A secret in a list: without its version, and without its value. */
function itemBody(call: VaultCall, secret: StoredObject): Record<string, unknown> {
  const body = versionBody(call, secret, newest(secret));
  return { ...body, id: String(body["id"]).split("/").slice(0, -1).join("/") };
}

function versionBody(
  { cloud, vault }: VaultCall,
  secret: StoredObject,
  version: SecretVersion,
): Record<string, unknown> {
  const { enabled, created, updated, expires, notBefore, contentType, tags } = version;
  const { softDeleteRetentionInDays, enablePurgeProtection } = propertiesOf(vault);
  return {
    ...(contentType === null ? {} : { contentType }),
    id: `${vaultUri(cloud, vault)}secrets/${armText(secret["name"])}/${version.version}`,
    attributes: {
      enabled,
      ...(notBefore === null ? {} : { nbf: notBefore }),
      ...(expires === null ? {} : { exp: expires }),
      created,
      updated,
      recoveryLevel: enablePurgeProtection === true ? "Recoverable" : "Recoverable+Purgeable",
      recoverableDays: softDeleteRetentionInDays ?? 90,
    },
    tags,
  };
}
