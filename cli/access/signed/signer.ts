/** Who signs: a private key in a file. */
import { createPrivateKey, sign, type KeyObject } from "node:crypto";
import { stat } from "node:fs/promises";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { signatureKey } from "@defender-mssp/siem/signed/openEnvelope";
import { givenFile } from "../../base/givenFile";
import type { Place } from "../../base/place";

export interface Signer {
  readonly key: KeyObject;
  readonly sign: (bytes: Buffer) => Promise<Buffer>;
}

/** Undefined without a key. @throws VisibleError for a key that can't be used */
export async function openSigner(place: string | undefined, { folder }: Place): Promise<Signer | undefined> {
  if (!place) return undefined;
  const pem = await givenFile(place, folder);
  const { mode, uid } = await stat(path.resolve(folder, place));
  if (process.getuid !== undefined && ((mode & 0o077) !== 0 || uid !== process.getuid()))
    throw new VisibleError(`Only you may read the private key: run \`chmod 600 ${place}\`, and own the file.`);
  const key = signatureKey(pem, place);
  if (!pem.includes("PRIVATE KEY")) throw new VisibleError(`${place} is a public key: the private key signs.`);
  const algorithm = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  return { key, sign: (bytes) => Promise.resolve(sign(algorithm, bytes, createPrivateKey(pem))) };
}
