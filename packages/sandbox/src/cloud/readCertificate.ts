import { X509Certificate } from "node:crypto";

/** Clients send a certificate as base64 of DER, or of PEM text. */
export function readCertificate(base64: string): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(base64, "base64"));
  } catch {
    return undefined;
  }
}
