/**
 * The certificate authority of one run of the proxy. Its key exists in memory only. Critical name
 * constraints limit it to the hosts that the sandbox answers for, so that no client accepts another
 * host's certificate from it.
 */
import type { webcrypto } from "node:crypto";
import tls from "node:tls";
import { dayMs, hourMs } from "@defender-mssp/errors/time";

const lifetime = 7 * dayMs;

export interface RunAuthority {
  /** PEM. */
  readonly certificate: string;
  contextFor(host: string): Promise<tls.SecureContext>;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** @param domains each allows its own name and those below it. */
export async function makeRunAuthority(domains: readonly string[], now = new Date()): Promise<RunAuthority> {
  // Loaded on demand: only the proxy needs an authority.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const { nameConstraints } = await import("./nameConstraints.js");
  const keys = await generateKeys();
  const validity = { notBefore: new Date(now.getTime() - hourMs), notAfter: new Date(now.getTime() + lifetime) };
  const subjectKey = await x509.SubjectKeyIdentifierExtension.create(keys.publicKey);
  // Some clients demand both identifiers, of the authority's own certificate as well (RFC 5280, 4.2.1.1).
  const authorityKey = await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey);
  const name = "CN=defender-mssp sandbox proxy";
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    ...validity,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      nameConstraints(domains),
      subjectKey,
      authorityKey,
    ],
  });
  const certificate = `${root.toString("pem")}\n`;
  const contexts = new Map<string, Promise<tls.SecureContext>>();

  async function makeContext(host: string): Promise<tls.SecureContext> {
    const own = await generateKeys();
    const leaf = await x509.X509CertificateGenerator.create({
      subject: `CN=${host}`,
      issuer: name,
      ...validity,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([{ type: "dns", value: host }]),
        await x509.SubjectKeyIdentifierExtension.create(own.publicKey),
        authorityKey,
      ],
    });
    const key = x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", own.privateKey), "PRIVATE KEY");
    return tls.createSecureContext({ cert: leaf.toString("pem"), key, minVersion: "TLSv1.2" });
  }

  return {
    certificate,
    contextFor: (host) => {
      const context = contexts.get(host) ?? makeContext(host);
      contexts.set(host, context);
      return context;
    },
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}
