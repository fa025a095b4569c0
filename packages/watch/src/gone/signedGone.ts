/** The customer's result, signed with a key of hers: an in-toto Statement in a DSSE envelope, as the MSSP's steps are. */
import { createPrivateKey, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { envelopeText, keyFingerprint, preAuthEncoding, sha256, signatureKey } from "@defender-mssp/errors/dsse";
import { unreadableFile, VisibleError } from "@defender-mssp/errors";
import type { HandOut } from "../access/handOut";
import { ownVersion } from "../ownVersion";

/** @throws VisibleError for a key that can't sign */
export async function signedGone(
  says: { readonly tenantId: string },
  keyFile: string,
  { handOut, now }: { readonly handOut: HandOut | undefined; readonly now: Date },
): Promise<string> {
  const pem = await readFile(keyFile, "utf8").catch((error: unknown) => {
    throw unreadableFile(keyFile, error);
  });
  const key = signatureKey(pem, keyFile);
  if (!pem.includes("PRIVATE KEY")) throw new VisibleError(`${keyFile} is a public key: the private key signs.`);
  const publicKey = key.export({ type: "spki", format: "pem" }).toString();
  const text = JSON.stringify(says);
  const statement = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "gone.json", digest: { sha256: sha256(text) } }],
    predicateType: "urn:defender-mssp:gone:v1",
    predicate: {
      customer: { id: handOut?.stackId ?? "", tenantId: says.tenantId },
      signedOn: now.toISOString(),
      signer: { publicKey },
      program: `mssp-watch ${ownVersion()}`,
      says,
    },
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const algorithm = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  return envelopeText(payload, keyFingerprint(key), sign(algorithm, preAuthEncoding(payload), createPrivateKey(pem)));
}
