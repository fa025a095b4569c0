/**
 * Key Vault's data plane (https://learn.microsoft.com/rest/api/keyvault/secrets), which returns the
 * values. The sandbox has no DNS names: instead of `https://<vault>.vault.azure.net/secrets/…` the
 * path is `/keyvault/<vault>/secrets/…` on the server.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { TokenRefused, type Cloud, type StoredObject, type Tenant } from "../cloud/model";
import { demandData, propertiesOf, resourcesOfType, textAt, type VaultCall } from "./access";
import { EmulatedServiceError } from "../cloud/serviceError";
import { armErrors } from "./errors";
import { recordOf, tagsOf, armText } from "./handler";
import { keyOf } from "./resourceId";
import { addVersion, secretsOf, softDeleteSecret, versionsOf, type SecretVersion } from "./secrets";

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
          : versionsOf(secret).find((one) => one.version === version);
      if (found === undefined) throw secretNotFound(name);
      if (!found.enabled)
        throw new EmulatedServiceError(403, "Forbidden", "Operation get is not allowed on a disabled secret.");
      return secretBody(cloud, call, secret, found);
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
    return secretBody(cloud, call, secret, newest(secret));
  });

  scope.delete<OfSecret>("/keyvault/:vault/secrets/:name", async (request) => {
    const { name } = request.params;
    const call = await vaultCall(cloud, request, request.params.vault);
    demandData(call, "Microsoft.KeyVault/vaults/secrets/delete", secretId(call, name));
    const secret = existingSecret(call, name);
    const purgeDate = softDeleteSecret(cloud, call.tenant, call.vault, secret);
    const seconds = (date: Date) => Math.floor(date.getTime() / 1000);
    return {
      recoveryId: `${textAt(call.vault, "vaultUri")}deletedsecrets/${name}`,
      deletedDate: seconds(cloud.now()),
      scheduledPurgeDate: seconds(purgeDate),
      ...itemBody(call, secret),
    };
  });
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
    return { caller, ...place };
  } catch (failure) {
    if (!(failure instanceof TokenRefused)) throw failure;
    const authority = `${cloud.services.login}/${place?.tenant.id ?? "common"}`;
    throw new EmulatedServiceError(
      401,
      "Unauthorized",
      `AKV10000: Request is missing a Bearer or PoP token.${failure.reason === "missing" ? "" : ` ${failure.message}`}`,
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
      "the correct recovery command.",
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

function secretBody(
  cloud: Cloud,
  call: VaultCall,
  secret: StoredObject,
  version: SecretVersion,
): Record<string, unknown> {
  return { value: cloud.unseal(version.sealedValue), ...versionBody(call, secret, version) };
}

/** A secret in a list: without its version, and without its value. */
function itemBody(call: VaultCall, secret: StoredObject): Record<string, unknown> {
  const { id, ...rest } = versionBody(call, secret, newest(secret));
  return { id: String(id).split("/").slice(0, -1).join("/"), ...rest };
}

function versionBody({ vault }: VaultCall, secret: StoredObject, version: SecretVersion): Record<string, unknown> {
  const { enabled, created, updated, expires, notBefore, contentType, tags } = version;
  const { softDeleteRetentionInDays, enablePurgeProtection } = propertiesOf(vault);
  return {
    id: `${textAt(vault, "vaultUri")}secrets/${armText(secret["name"])}/${version.version}`,
    ...(contentType === null ? {} : { contentType }),
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
