/**
 * Keys of Key Vault's data plane, elliptic curve P-256 alone: create, get, sign. The private key stays in the
 * server. https://learn.microsoft.com/rest/api/keyvault/keys
 */
import { createECDH, generateKeyPairSync, randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { Cloud, Json, StoredObject } from "../cloud/model";
import { EmulatedServiceError } from "../cloud/serviceError";
import { demandData, textAt, type VaultCall } from "./access";
import { armErrors } from "./armErrors";
import { armText, recordOf } from "./handler";
import { vaultCall } from "./keyVault";
import { keyOf } from "./resourceId";
import { addResource, azureResources } from "./subscriptions";

interface OfKey {
  Params: { vault: string; name: string; version?: string };
}

export function keyVaultKeyRoutes(scope: FastifyInstance, cloud: Cloud): void {
  scope.post<OfKey>("/keyvault/:vault/keys/:name/create", async (request) => {
    const { vault, name } = request.params;
    const call = await vaultCall(cloud, request, vault);
    const id = `${call.vault.id}/keys/${name}`;
    demandData(call, "Microsoft.KeyVault/vaults/keys/create/action", id);
    const { kty, crv = "P-256" } = recordOf(request.body);
    if (kty !== "EC" || crv !== "P-256")
      throw armErrors.badRequest("BadParameter", "The sandbox has EC keys of P-256.");
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { d = "", ...jwk } = pair.privateKey.export({ format: "jwk" });
    const created = Math.floor(cloud.now().getTime() / 1000);
    const [type, version] = ["Microsoft.KeyVault/vaults/keys", randomBytes(16).toString("hex")];
    const key = { id, name, type, version, jwk: jwk as Json, sealedKey: cloud.seal(d), created };
    addResource(call.tenant, key);
    cloud.changed();
    return keyBody(call, key);
  });

  for (const path of ["/keyvault/:vault/keys/:name", "/keyvault/:vault/keys/:name/:version"])
    scope.get<OfKey>(path, async (request) => {
      const call = await vaultCall(cloud, request, request.params.vault);
      return keyBody(call, demandKey(call, "read", request.params));
    });

  scope.post<OfKey>("/keyvault/:vault/keys/:name/:version/sign", async (request) => {
    const call = await vaultCall(cloud, request, request.params.vault);
    const key = demandKey(call, "sign/action", request.params);
    const { alg, value } = recordOf(request.body);
    const digest = Buffer.from(armText(value), "base64url");
    if (alg !== "ES256" || digest.length !== 32) throw armErrors.badRequest("BadParameter", "ES256 signs 32 bytes.");
    const d = Buffer.from(cloud.unseal(armText(key["sealedKey"])), "base64url");
    return { kid: keyBody(call, key).key.kid, value: signDigest(digest, d).toString("base64url") };
  });
}

function demandKey(call: VaultCall, action: string, { name, version = "" }: OfKey["Params"]): StoredObject {
  const id = `${call.vault.id}/keys/${name}`;
  demandData(call, `Microsoft.KeyVault/vaults/keys/${action}`, id);
  const key = call.tenant.objects(azureResources).get(keyOf(id));
  if (key !== undefined && ["", key["version"]].includes(version)) return key;
  throw new EmulatedServiceError(404, "KeyNotFound", `A key with (name/id) ${name} was not found in this key vault.`);
}

function keyBody({ vault }: VaultCall, { name, version, jwk, created }: StoredObject) {
  const kid = `${textAt(vault, "vaultUri")}keys/${armText(name)}/${armText(version)}`;
  const attributes = { enabled: true, created, updated: created, recoveryLevel: "Recoverable+Purgeable" };
  return { key: { kid, key_ops: ["sign", "verify"], ...recordOf(jwk) }, attributes };
}

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** ECDSA of a digest, r and s: Node.js signs only what it has hashed itself. Source: FIPS 186-5, 6.4.1. */
function signDigest(digest: Buffer, d: Buffer): Buffer {
  const [once, numberOf] = [createECDH("prime256v1"), (bytes: Buffer) => BigInt(`0x${bytes.toString("hex")}`)];
  const r = numberOf(once.generateKeys().subarray(1, 33)) % order;
  let [inverse, base] = [1n, numberOf(once.getPrivateKey())];
  for (let exponent = order - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) inverse = (inverse * base) % order;
    base = (base * base) % order;
  }
  const s = (inverse * (numberOf(digest) + r * numberOf(d))) % order;
  return Buffer.from([r, s].map((number) => number.toString(16).padStart(64, "0")).join(""), "hex");
}
