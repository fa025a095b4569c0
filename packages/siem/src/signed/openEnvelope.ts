/**
 * A signed step of a customer: an in-toto Statement in a DSSE envelope. Sources: in-toto, "Statement
 * v1"; secure-systems-lab/dsse, "protocol" 1.0.2. docs/signed.md has the predicate.
 */
import type { KeyObject } from "node:crypto";
import { envelopeText, isSignature, payloadType, preAuthEncoding, sha256 } from "@defender-mssp/errors/dsse";
import { parsedJson } from "@defender-mssp/errors/json";
import { VisibleError } from "@defender-mssp/errors";
import { z } from "zod";

export {
  envelopeText,
  keyFingerprint,
  payloadType,
  preAuthEncoding,
  sha256,
  signatureKey,
} from "@defender-mssp/errors/dsse";

export const envelopeEnding = ".dsse.json";
/** Bytes of an envelope at most. */
export const largestEnvelope = 10_000_000;
export type StepKind = "handout" | "evidence" | "certificate" | "month" | "approval" | "rules";

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const predicateShape = z.strictObject({
  /** `id` is the stack's random ID. */
  customer: z.strictObject({ id: z.string(), tenantId: z.string(), name: z.string() }),
  /** 1 is the customer's first step. */
  step: z.int().min(1),
  /** Digest of the step before it. */
  previous: hash.nullable(),
  /** ISO 8601, UTC. */
  signedOn: z.string(),
  signer: z.strictObject({ name: z.string(), publicKey: z.string() }),
  /** The public key, PEM, that signs the steps behind this one. */
  nextKey: z.string().optional(),
  /** What the page says. */
  says: z.looseObject({}),
});
const statementShape = z.strictObject({
  _type: z.literal("https://in-toto.io/Statement/v1"),
  subject: z.array(z.strictObject({ name: z.string(), digest: z.strictObject({ sha256: hash }) })).min(1),
  predicateType: z.string().regex(/^urn:defender-mssp:(handout|evidence|certificate|month|approval|rules):v1$/),
  predicate: predicateShape,
});
export type Predicate = z.infer<typeof predicateShape>;
export type Statement = z.infer<typeof statementShape>;

const signatures = z.array(z.strictObject({ keyid: z.string(), sig: z.string() }));
const envelopeShape = z.strictObject({ payloadType: z.string(), payload: z.string(), signatures });

export interface OpenedEnvelope {
  readonly statement: Statement;
  readonly keyId: string;
  /** SHA-256 of the bytes that are signed: a signature of ECDSA has a twin, which anybody computes. */
  readonly digest: string;
  readonly isSignedBy: (key: KeyObject) => boolean;
}

/** @throws VisibleError for a text that is not exactly what `envelopeText` writes. */
export function openEnvelope(text: string, file: string): OpenedEnvelope {
  const { data: envelope } = envelopeShape.safeParse(parsedJson(text));
  if (envelope === undefined) throw new VisibleError(`${file}: not a DSSE envelope`);
  if (envelope.payloadType !== payloadType)
    throw new VisibleError(`${file}: payload type ${JSON.stringify(envelope.payloadType)}, expected ${payloadType}`);
  const [first, ...others] = envelope.signatures;
  if (first === undefined) throw new VisibleError(`${file}: no signature`);
  const payload = Buffer.from(envelope.payload, "base64");
  const signature = Buffer.from(first.sig, "base64");
  if (others.length > 0 || envelopeText(payload, first.keyid, signature) !== text)
    throw new VisibleError(`${file}: changed: not the text of an envelope with one signature`);
  const { data, error } = statementShape.safeParse(parsedJson(payload.toString()));
  if (data === undefined) throw new VisibleError(`${file}: no step: ${z.prettifyError(error).replaceAll("\n", " ")}`);
  const isSignedBy = (key: KeyObject): boolean => isSignature(key, first.keyid, payload, signature);
  return { statement: data, keyId: first.keyid, digest: sha256(preAuthEncoding(payload)), isSignedBy };
}
