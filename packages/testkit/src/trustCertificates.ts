/** The sandbox's certificate in the test's own process. */
import { readFileSync } from "node:fs";
import tls from "node:tls";

/** Of the latest call: the certificates of two sandboxes have one name, and OpenSSL takes the first. */
let trusted: readonly string[] = [];
const { createSecureContext } = tls;

/**
 * Trusts the certificates of a PEM file, and no longer those of an earlier call: Node.js reads
 * NODE_EXTRA_CA_CERTS only when a process starts. They are the only ones: to load those that Node.js brings
 * takes 30 ms for each connection.
 */
export function trustCertificates(file: string | undefined): void {
  const text = file === undefined ? "" : readFileSync(file, "utf8");
  trusted = text.match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g) ?? [];
  tls.createSecureContext = (options = {}) =>
    createSecureContext(trusted.length === 0 ? options : { ...options, ca: [options.ca ?? [], trusted].flat(2) });
}
