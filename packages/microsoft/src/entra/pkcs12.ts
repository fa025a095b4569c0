import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { Duplex } from "node:stream";
import { createSecureContext, TLSSocket } from "node:tls";

/**
 * The private key and its certificate from a PKCS#12 archive (`.pfx`, `.p12`; RFC 7292): the form in which the official azuread
 * plugin takes a certificate. Node has no call for it: the key's bag is decrypted by `createPrivateKey`, as it is plain
 * PKCS#8 (RFC 5958); which certificate belongs to it is asked of TLS, which takes whole archives.
 * Archives made with `openssl -legacy` (RC2) can't be read, as Node's OpenSSL has no RC2.
 */
export function readPkcs12(archive: Buffer, password: string): { key: KeyObject; certificate: X509Certificate } {
  const certificate = certificateOf(archive, password);
  const encrypted = find(read(archive), shroudedKeyBag);
  if (encrypted !== undefined) {
    return {
      certificate,
      key: createPrivateKey({ key: encrypted, format: "der", type: "pkcs8", passphrase: password }),
    };
  }
  const plain = find(read(archive), keyBag);
  if (plain === undefined) throw new Error("the archive holds no private key that can be read");
  return { certificate, key: createPrivateKey({ key: plain, format: "der", type: "pkcs8" }) };
}

/** PKCS#12's bag types, 1.2.840.113549.1.12.10.1.1 and …1.2, as DER. */
const keyBag = Buffer.from("060b2a864886f70d010c0a0101", "hex");
const shroudedKeyBag = Buffer.from("060b2a864886f70d010c0a0102", "hex");

function certificateOf(pfx: Buffer, passphrase: string): X509Certificate {
  const secureContext = createSecureContext({ pfx, passphrase });
  const silent = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done: () => void) => done() });
  const socket = new TLSSocket(silent, { isServer: true, secureContext });
  try {
    const own = socket.getX509Certificate();
    if (own === undefined) throw new Error("the archive holds no certificate");
    return new X509Certificate(own.raw);
  } finally {
    socket.destroy();
  }
}

/** One element of DER. */
interface Element {
  tag: number;
  /** With its tag and length. */
  whole: Buffer;
  content: Buffer;
  next: number;
}

function element(bytes: Buffer, at: number): Element {
  const tag = bytes.readUInt8(at);
  const first = bytes.readUInt8(at + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 4 || first === 0x80) throw new Error("the archive isn't DER");
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
  const start = at + 2 + lengthBytes;
  const next = start + length;
  if (next > bytes.length) throw new Error("the archive is cut off");
  return { tag, whole: bytes.subarray(at, next), content: bytes.subarray(start, next), next };
}

function read(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const one = element(bytes, at);
    elements.push(one);
    at = one.next;
  }
  return elements;
}

/**
 * The value of the first bag of a type: `SEQUENCE { OBJECT IDENTIFIER, [0] { value }, … }`, at any depth. Contents are kept in OCTET
 * STRINGs that hold DER again, so these are looked into as well.
 */
function find(elements: Element[], type: Buffer): Buffer | undefined {
  const [first, second] = elements;
  if (first?.whole.equals(type) && second?.tag === 0xa0) return element(second.content, 0).whole;
  for (const one of elements) {
    const constructed = (one.tag & 0x20) !== 0;
    if (!constructed && one.tag !== 0x04) continue;
    const found = find(constructed ? read(one.content) : readIfDer(one.content), type);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readIfDer(bytes: Buffer): Element[] {
  try {
    return read(bytes);
  } catch {
    return [];
  }
}
