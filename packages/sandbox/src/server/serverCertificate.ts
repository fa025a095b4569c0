/**
 * The sandbox's TLS certificate: created for each home, for loopback names only, trusted only by
 * the commands that the sandbox starts (the metadata document must come by TLS from a certificate
 * that the provider plugins trust).
 */
import { X509Certificate } from "node:crypto";
import { chmod, readFile } from "node:fs/promises";
import path from "node:path";
import tls from "node:tls";
import { dayMs } from "@defender-mssp/errors/time";
import { guarded, writeWhenDifferent } from "../cloud/home";

export interface ServerCertificate {
  /** PEM. */
  readonly certificate: string;
  readonly privateKey: string;
}

const lifetimeDays = 365;
const renewalDays = 30;

export function certificateFiles(keysFolder: string): {
  certificate: string;
  privateKey: string;
  roots: string;
  extra: string;
} {
  return {
    certificate: path.join(keysFolder, "certificate.pem"),
    privateKey: path.join(keysFolder, "certificate.key.pem"),
    roots: path.join(keysFolder, "roots.pem"),
    extra: path.join(keysFolder, "extra-roots.pem"),
  };
}

/** Reads the certificate; creates one if it is missing or about to expire. */
export async function serverCertificate(keysFolder: string, now: Date): Promise<ServerCertificate> {
  const files = certificateFiles(keysFolder);
  const [certificate, privateKey] = await Promise.all([text(files.certificate), text(files.privateKey)]);
  if (isGood(certificate, privateKey, now)) {
    await guarded(files.privateKey, () => chmod(files.privateKey, 0o600));
    return { certificate, privateKey };
  }
  const made = await makeCertificate(now);
  await guarded(keysFolder, async () => {
    await writeWhenDifferent(files.privateKey, made.privateKey, 0o600);
    await writeWhenDifferent(files.certificate, made.certificate);
  });
  return made;
}

/**
 * Writes the two files that make a command trust the certificate. Go replaces its roots by those of
 * SSL_CERT_FILE, so that file also has the system's; Node.js adds those of NODE_EXTRA_CA_CERTS. The
 * user's files for either are included.
 */
export async function writeTrust(keysFolder: string, certificate: string, user: NodeJS.ProcessEnv): Promise<void> {
  const files = certificateFiles(keysFolder);
  const [userRoots, userExtra] = await Promise.all([
    userFile(user["SSL_CERT_FILE"]),
    userFile(user["NODE_EXTRA_CA_CERTS"]),
  ]);
  const roots = [...(userRoots === undefined ? tls.rootCertificates : [userRoots]), certificate];
  const extra = [...(userExtra === undefined ? [] : [userExtra]), certificate];
  await guarded(keysFolder, async () => {
    await writeWhenDifferent(files.roots, joined(roots));
    await writeWhenDifferent(files.extra, joined(extra));
  });

  // A command inside a sandbox's command has that sandbox's files set.
  function userFile(file: string | undefined): Promise<string | undefined> {
    const isOurs = file === files.roots || file === files.extra;
    return file === undefined || file === "" || isOurs
      ? Promise.resolve(undefined)
      : readFile(file, "utf8").catch(() => undefined);
  }
}

function joined(certificates: readonly string[]): string {
  return `${certificates.map((certificate) => certificate.trim()).join("\n")}\n`;
}

async function text(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}

function isGood(certificate: string, privateKey: string, now: Date): boolean {
  try {
    // Refuses the key of another certificate, and a file that is not PEM.
    tls.createSecureContext({ cert: certificate, key: privateKey });
    return Date.parse(new X509Certificate(certificate).validTo) > now.getTime() + renewalDays * dayMs;
  } catch {
    return false;
  }
}

async function makeCertificate(now: Date): Promise<ServerCertificate> {
  // Loaded on demand: used once for each home.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=defender-mssp sandbox",
    notBefore: new Date(now.getTime() - dayMs),
    notAfter: new Date(now.getTime() + lifetimeDays * dayMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
        { type: "dns", value: "localhost" },
      ]),
    ],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const privateKey = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}(?!$)/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
  return { certificate: `${certificate.toString("pem")}\n`, privateKey };
}
