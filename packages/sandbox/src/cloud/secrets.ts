/**
 * Client secrets: 240 random bits, stored as salted SHA-256. A slow hash (scrypt, Argon2) protects
 * guessable passwords; 240 random bits need none, and each token request would pay for it. Only
 * generated secrets are hashed here.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * A new client secret of 40 characters, shaped as Entra's are: its fourth to sixth characters are a
 * format version.
 */
export function generateSecret(): string {
  const text = randomBytes(30).toString("base64url").replaceAll("-", "~");
  return `${text.slice(0, 3)}8Q~${text.slice(3)}`.slice(0, 40);
}

/** The entry of a secret in `Tenant.secretHashes`. */
export function hashSecret(secret: string): string {
  const salt = randomBytes(16);
  return `sha256:${salt.toString("base64url")}:${digest(salt, secret).toString("base64url")}`;
}

/** Whether `hash` is of `secret`, compared in constant time. */
export function matchesSecret(secret: string, hash: string): boolean {
  const [algorithm, salt, expected] = hash.split(":");
  if (algorithm !== "sha256" || salt === undefined || expected === undefined) return false;
  const expectedBytes = Buffer.from(expected, "base64url");
  const actualBytes = digest(Buffer.from(salt, "base64url"), secret);
  return expectedBytes.length === actualBytes.length && timingSafeEqual(expectedBytes, actualBytes);
}

/** Encrypts and authenticates a text (AES-256-GCM). `key`: 256 bits. */
export function sealText(text: string, key: Uint8Array): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url");
}

/** Throws if the text was sealed with another key or changed. */
export function unsealText(sealed: string, key: Uint8Array): string {
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
}

function digest(salt: Buffer, secret: string): Buffer {
  return createHash("sha256").update(salt).update(secret).digest();
}
