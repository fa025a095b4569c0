/** The signed hand-out of the MSSP: what was agreed to. A claim of the MSSP's, signed by its key. */
import { isRecord, optionalText, parsedJson, recordOf, recordsOf, textOf } from "@defender-mssp/errors/json";
import { envelopeText, isSignature, keyFingerprint, payloadType, signatureKey } from "@defender-mssp/errors/dsse";
import { VisibleError, unreadableFile } from "@defender-mssp/errors";
import { readFile } from "node:fs/promises";
import path from "node:path";

export interface AgreedObject {
  readonly key: string;
  readonly kind: string;
  readonly name: string;
  readonly detail: string;
  /** Empty where it has none. */
  readonly objectId: string;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export interface AgreedApplication {
  /** Application (client) ID. */
  readonly id: string;
  readonly permissions: readonly string[];
}

export interface HandOut {
  readonly customerName: string;
  readonly msspName: string;
  readonly msspTenantId: string;
  readonly stackId: string;
  /** ISO 8601, UTC. */
  readonly signedOn: string;
  /** SHA-256 of the public key that signed it. */
  readonly keyId: string;
  readonly objects: readonly AgreedObject[];
  readonly applications: readonly AgreedApplication[];
  /** Who reaches what: keys of objects. */
  readonly paths: readonly { readonly from: string; readonly to: string }[];
}

interface SignedStatement {
  readonly kind: string;
  readonly predicate: Readonly<Record<string, unknown>>;
  readonly keyId: string;
}

/**
 * A signed step of the MSSP's about this tenant.
 * @param key public key in PEM, or its fingerprint, that the customer has from elsewhere
 * @throws VisibleError for a file that is forged, of another tenant, or none
 */
export async function readSigned(
  file: string,
  folder: string,
  { tenantId, key }: { readonly tenantId: string; readonly key?: string | undefined },
): Promise<SignedStatement> {
  const text = await readFile(path.resolve(folder, file), "utf8").catch((error: unknown) => {
    throw unreadableFile(file, error);
  });
  const envelope = recordOf(parsedJson(text));
  const [first] = recordsOf(envelope["signatures"]);
  if (envelope["payloadType"] !== payloadType || first === undefined)
    throw new VisibleError(`${file} is no signed step: use the file that ends with .dsse.json.`);
  const [payload, signature] = [textOf(envelope["payload"]), textOf(first["sig"])].map((part) =>
    Buffer.from(part, "base64"),
  ) as [Buffer, Buffer];
  const keyId = textOf(first["keyid"]);
  const statement = recordOf(parsedJson(payload.toString()));
  const predicate = recordOf(statement["predicate"]);
  const signer = signatureKey(textOf(recordOf(predicate["signer"])["publicKey"]), `The key in ${file}`);
  if (envelopeText(payload, keyId, signature) !== text || !isSignature(signer, keyId, payload, signature))
    throw new VisibleError(
      `${file} was changed after it was signed: the signature does not fit. Ask the MSSP for the file again.`,
    );
  if (key !== undefined && (await fingerprint(key, folder)) !== keyId)
    throw new VisibleError(`${file} is signed by the key ${keyId}, not by the one of --key: somebody else wrote it.`);
  const signedTenant = textOf(recordOf(predicate["customer"])["tenantId"]).toLowerCase();
  if (signedTenant !== tenantId)
    throw new VisibleError(`${file} is about tenant ${signedTenant}, yours is ${tenantId}: it is another customer's.`);
  const [, kind = ""] = /^urn:defender-mssp:(\w+):v1$/.exec(textOf(statement["predicateType"])) ?? [];
  return { kind, predicate, keyId };
}

async function fingerprint(key: string, folder: string): Promise<string> {
  if (/^[0-9a-f]{64}$/i.test(key)) return key.toLowerCase();
  const pem = await readFile(path.resolve(folder, key), "utf8").catch((error: unknown) => {
    throw unreadableFile(key, error);
  });
  return keyFingerprint(signatureKey(pem, key));
}

/** @throws VisibleError as `readSigned` does, and for another step than a hand-out */
export async function readHandOut(
  file: string,
  folder: string,
  expected: { tenantId: string; key?: string | undefined },
): Promise<HandOut> {
  const { kind, predicate, keyId } = await readSigned(file, folder, expected);
  const says = recordOf(predicate["says"]);
  if (kind !== "handout" || !isRecord(predicate["says"]))
    throw new VisibleError(`${file} is a signed ${kind || "step"}, not a hand-out.`);
  return {
    customerName: textOf(says["customerName"]),
    msspName: textOf(says["msspName"]),
    msspTenantId: textOf(says["msspTenantId"]).toLowerCase(),
    stackId: textOf(recordOf(predicate["customer"])["id"]),
    signedOn: textOf(predicate["signedOn"]),
    keyId,
    objects: recordsOf(says["objects"]).map((object) => ({
      key: textOf(object["key"]),
      kind: textOf(object["kind"]),
      name: textOf(object["name"]),
      detail: textOf(object["detail"]),
      objectId: textOf(object["objectId"]).toLowerCase(),
      since: optionalText(object["since"]),
      until: optionalText(object["until"]),
    })),
    applications: recordsOf(says["applications"]).map((application) => ({
      id: textOf(application["id"]).toLowerCase(),
      permissions: recordsOf(application["permissions"]).map(({ name }) => textOf(name)),
    })),
    paths: recordsOf(says["paths"]).map(({ from, to }) => ({ from: textOf(from), to: textOf(to) })),
  };
}
