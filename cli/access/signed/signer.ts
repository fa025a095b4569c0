/** Who signs: a private key in a file, or a key in Azure Key Vault, which never leaves it. */
import { createPrivateKey, sign, type KeyObject } from "node:crypto";
import { stat } from "node:fs/promises";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { openKeyVaultKey } from "@defender-mssp/microsoft";
import { signatureKey, sha256 } from "@defender-mssp/siem/signed/openEnvelope";
import { givenFile } from "../../base/givenFile";
import type { Place } from "../../base/place";

export interface Signer {
  readonly key: KeyObject;
  readonly sign: (bytes: Buffer) => Promise<Buffer>;
}

/** Undefined without a key. @throws VisibleError for a key that can't be used, ServiceError of the vault */
export async function openSigner(
  place: string | undefined,
  { folder, environment }: Place,
): Promise<Signer | undefined> {
  if (!place) return undefined;
  if (/^https?:/.test(place)) {
    const { jwk, sign: signDigest } = await openKeyVaultKey(place, environment);
    const signBytes = async (bytes: Buffer) => derSignature(await signDigest(Buffer.from(sha256(bytes), "hex")));
    return { key: signatureKey({ key: jwk, format: "jwk" }, place), sign: signBytes };
  }
  const pem = await givenFile(place, folder);
  const { mode, uid } = await stat(path.resolve(folder, place));
  if (process.getuid !== undefined && ((mode & 0o077) !== 0 || uid !== process.getuid()))
    throw new VisibleError(`Only you may read the private key: run \`chmod 600 ${place}\`, and own the file.`);
  const key = signatureKey(pem, place);
  if (!pem.includes("PRIVATE KEY")) throw new VisibleError(`${place} is a public key: the private key signs.`);
  const algorithm = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  return { key, sign: (bytes) => Promise.resolve(sign(algorithm, bytes, createPrivateKey(pem))) };
}

/** Key Vault answers r and s, 32 bytes each; DSSE's readers expect ASN.1. Source: RFC 3279, 2.2.3. */
export function derSignature(signature: Buffer): Buffer {
  const content = Buffer.concat(
    [signature.subarray(0, 32), signature.subarray(32)].map((part) => {
      const digits = part.subarray(
        Math.max(
          0,
          part.findIndex((byte) => byte !== 0),
        ),
      );
      const positive = (digits[0] ?? 0) < 0x80 ? digits : Buffer.concat([Buffer.of(0), digits]);
      return Buffer.concat([Buffer.of(2, positive.length), positive]);
    }),
  );
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
}
