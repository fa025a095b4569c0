/**
 * The sandbox's own keys: an RSA key that signs tokens, and a secret one that seals authorization
 * codes and refresh tokens. Created once for each home and stored there with mode 600, so that
 * tokens stay valid after a restart.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  randomBytes,
  type KeyObject,
} from "node:crypto";
import { chmod, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { VisibleError } from "@defender-mssp/errors";
import { guarded, writeWhenDifferent } from "../cloud/home";

export interface TokenKeys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** The key's ID, as Entra's: a thumbprint. */
  readonly keyId: string;
  /** 256 bits for A256GCM. */
  readonly sealingKey: Uint8Array;
}

/** The public half as the `keys` documents give it. */
export interface PublicKeyDocument {
  readonly kty: "RSA";
  readonly use: "sig";
  readonly kid: string;
  readonly n: string;
  readonly e: string;
}

/**
 * Reads the keys, or makes them. `folder` is private to its user.
 * @param sharesSigningKey new keys have the signing key that this process has made for other homes.
 */
export async function tokenKeys(folder: string, sharesSigningKey = false): Promise<TokenKeys> {
  const file = path.join(folder, "tokens.json");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) {
    const signing = await (sharesSigningKey ? (sharedSigningKey ??= makeSigningKey()) : makeSigningKey());
    const made: KeyFile = { signing, sealing: randomBytes(32).toString("base64url") };
    await guarded(file, () => writeWhenDifferent(file, `${JSON.stringify(made)}\n`, 0o600));
    return asKeys(made);
  }
  await guarded(file, () => chmod(file, 0o600));
  try {
    return asKeys(JSON.parse(text) as KeyFile);
  } catch {
    throw new VisibleError(`The sandbox's key file ${file} is damaged. Start over with \`npx mssp sandbox reset\`.`);
  }
}

export function publicKeyDocument(keys: TokenKeys): PublicKeyDocument {
  const { n = "", e = "" } = keys.publicKey.export({ format: "jwk" });
  return { kty: "RSA", use: "sig", kid: keys.keyId, n, e };
}

interface KeyFile {
  readonly signing: string;
  readonly sealing: string;
}

let sharedSigningKey: Promise<string> | undefined;

/** In PEM. */
async function makeSigningKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

function asKeys(file: KeyFile): TokenKeys {
  const privateKey = createPrivateKey(file.signing);
  const publicKey = createPublicKey(privateKey);
  const sealingKey = new Uint8Array(Buffer.from(file.sealing, "base64url"));
  if (sealingKey.length !== 32) throw new Error("The sealing key has the wrong length.");
  const keyId = createHash("sha1")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64url");
  return { privateKey, publicKey, keyId, sealingKey };
}
