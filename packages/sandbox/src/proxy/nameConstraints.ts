/** The extension by which an authority may certify some hosts only (RFC 5280, 4.2.1.10). */
import { Extension } from "@peculiar/x509";

/** id-ce-nameConstraints. */
const identifier = "2.5.29.30";

/** DER tags: SEQUENCE, and the context's constructed [0], [1] and primitive [2], [7] of a GeneralName. */
const tags = { sequence: 0x30, permitted: 0xa0, excluded: 0xa1, dnsName: 0x82, ipAddress: 0x87 } as const;

/** All IPv4 and all IPv6 addresses: address and mask of zeros. */
const everyAddress = [Buffer.alloc(8), Buffer.alloc(32)];

/** Permits the domains with all hosts below them, and no address. Critical. */
export function nameConstraints(domains: readonly string[]): Extension {
  const permitted = domains.map((domain) => subtree(tags.dnsName, Buffer.from(domain, "ascii")));
  const excluded = everyAddress.map((address) => subtree(tags.ipAddress, address));
  return new Extension(
    identifier,
    true,
    value(tags.sequence, value(tags.permitted, ...permitted), value(tags.excluded, ...excluded)),
  );
}

/** GeneralSubtree, whose `minimum` is always its default. */
function subtree(tag: number, name: Buffer): Buffer {
  return value(tags.sequence, value(tag, name));
}

function value(tag: number, ...content: Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, ...derLength(bytes.length)]), bytes]);
}

function derLength(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
