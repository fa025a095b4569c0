/** A certificate as a client would send it. */
import { createHash, webcrypto } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

export async function testCertificate(subject: string): Promise<{ base64: string; thumbprint: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: subject,
    notBefore: new Date("2022-01-01T00:00:00Z"),
    notAfter: new Date("2035-01-01T00:00:00Z"),
    signingAlgorithm: algorithm,
    keys,
  });
  const bytes = Buffer.from(certificate.rawData);
  return {
    base64: bytes.toString("base64"),
    thumbprint: createHash("sha1").update(bytes).digest("hex").toUpperCase(),
  };
}
