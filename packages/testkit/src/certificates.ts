/** Certificates for clients that sign assertions. */
import "reflect-metadata";
import { createHash, createPrivateKey, type KeyObject } from "node:crypto";
import { X509CertificateGenerator } from "@peculiar/x509";
import { dayMs } from "@defender-mssp/errors/time";

export interface TestCertificate {
  readonly privateKey: KeyObject;
  readonly privateKeyPem: string;
  readonly certificatePem: string;
  /** DER, base64: a `keyCredential`'s key. */
  readonly base64: string;
  /** Thumbprints, base64url. */
  readonly sha1: string;
  readonly sha256: string;
}

/** A day as far ahead, for a certificate that settings accept: at most 366. */
export function inDays(days: number): Date {
  return new Date(Date.now() + days * dayMs);
}

/** @param notAfter when it ends */
export async function makeTestCertificate(notAfter = new Date("2099-01-01")): Promise<TestCertificate> {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: "CN=test",
    notBefore: new Date("2024-01-01"),
    notAfter,
    signingAlgorithm: algorithm,
    keys,
  });
  const der = Buffer.from(certificate.rawData);
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
  const privateKey = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  return {
    privateKey,
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    certificatePem: `${certificate.toString("pem")}\n`,
    base64: der.toString("base64"),
    sha1: createHash("sha1").update(der).digest("base64url"),
    sha256: createHash("sha256").update(der).digest("base64url"),
  };
}
