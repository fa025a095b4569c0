/** Signatures of DSSE envelopes. Source: secure-systems-lab/dsse, "protocol" 1.0.2. */
import { createHash, createPublicKey, verify, type KeyObject } from "node:crypto";
import { VisibleError } from "./index";

export const payloadType = "application/vnd.in-toto+json";

export function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Bytes that DSSE signs. */
export function preAuthEncoding(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload]);
}

export function envelopeText(payload: Buffer, keyid: string, signature: Buffer): string {
  const [content, sig] = [payload.toString("base64"), signature.toString("base64")];
  return `${JSON.stringify({ payloadType, payload: content, signatures: [{ keyid, sig }] }, undefined, 2)}\n`;
}

/** SHA-256 of the public key's SubjectPublicKeyInfo. */
export function keyFingerprint(key: KeyObject): string {
  return sha256(key.export({ type: "spki", format: "der" }));
}

/** @throws VisibleError for another key than Ed25519 and ECDSA P-256. */
export function signatureKey(pem: Parameters<typeof createPublicKey>[0], place: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === "ed25519" || key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  } catch {
    // Said below.
  }
  throw new VisibleError(`${place} is no Ed25519 and no ECDSA P-256 key in PEM without a passphrase.`);
}

export function isSignature(key: KeyObject, keyId: string, payload: Buffer, signature: Buffer): boolean {
  const algorithm = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  return keyFingerprint(key) === keyId && verify(algorithm, preAuthEncoding(payload), key, signature);
}
