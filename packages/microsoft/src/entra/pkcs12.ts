import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import forge from "node-forge";

/**
 * The private key and its certificate from a PKCS#12 archive (`.pfx`, `.p12`; RFC 7292): the form
 * in which the official azuread plugin takes a certificate. node-forge opens the archive, also one
 * made with `openssl -legacy` (RC2 or 3DES), which Node's OpenSSL refuses. Node reads the contents.
 * @throws Error for a wrong password, a damaged archive, and one without a key or its certificate.
 */
export function readPkcs12(archive: Buffer, password: string): { key: KeyObject; certificate: X509Certificate } {
  const opened = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(archive.toString("binary")), password);
  const bags = opened.safeContents.flatMap(({ safeBags }) => safeBags);
  const keyBag = bags.find(({ type }) => type === oids.keyBag || type === oids.pkcs8ShroudedKeyBag);
  if (keyBag === undefined) throw new Error("the archive holds no private key");
  const key = keyOf(keyBag);
  const certificates = bags.filter(({ type }) => type === oids.certBag).map(certificateOf);
  if (certificates.length === 0) throw new Error("the archive holds no certificate");
  const certificate = certificates.find((one) => one.checkPrivateKey(key));
  if (certificate === undefined) throw new Error("the private key in it is another certificate's");
  return { key, certificate };
}

const oids = forge.pki.oids as { keyBag: string; pkcs8ShroudedKeyBag: string; certBag: string };

/** node-forge understands RSA only: of any other key and certificate it hands over the ASN.1. */
function keyOf({ key, asn1 }: forge.pkcs12.Bag): KeyObject {
  const content = key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(key)) : asn1;
  return createPrivateKey({ key: derOf(content), format: "der", type: "pkcs8" });
}

function certificateOf({ cert, asn1 }: forge.pkcs12.Bag): X509Certificate {
  return new X509Certificate(derOf(cert ? forge.pki.certificateToAsn1(cert) : asn1));
}

function derOf(content: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(content).getBytes(), "binary");
}
