/**
 * Client secrets: made with 240 bits of randomness, kept as salted SHA-256. A slow hash (scrypt, Argon2) protects
 * passwords that people choose, because those can be guessed; nobody guesses 240 random bits however fast the hash is,
 * and every token request would pay for it. Nothing but made secrets is ever hashed here.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A new client secret of 40 characters, shaped as Entra's are: its fourth to sixth characters are a format version. */
export function generateSecret(): string {
  const text = randomBytes(30).toString("base64url").replaceAll("-", "~");
  return `${text.slice(0, 3)}8Q~${text.slice(3)}`.slice(0, 40);
}

/** What `Tenant.secretHashes` keeps for a secret. */
export function hashSecret(secret: string): string {
  const salt = randomBytes(16);
  return `sha256:${salt.toString("base64url")}:${digest(salt, secret).toString("base64url")}`;
}

/** Whether `secret` is the one that `hash` was made from; takes the same time whichever part differs. */
export function matchesSecret(secret: string, hash: string): boolean {
  const [algorithm, salt, expected] = hash.split(":");
  if (algorithm !== "sha256" || salt === undefined || expected === undefined) return false;
  const expectedBytes = Buffer.from(expected, "base64url");
  const actualBytes = digest(Buffer.from(salt, "base64url"), secret);
  return expectedBytes.length === actualBytes.length && timingSafeEqual(expectedBytes, actualBytes);
}

function digest(salt: Buffer, secret: string): Buffer {
  return createHash("sha256").update(salt).update(secret).digest();
}
