/** The customer's own page of `mssp-watch gone`: her proof only where she named its key before the off-boarding. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { unreadableFile, VisibleError } from "@defender-mssp/errors";
import { isRecord, parsedJson, recordOf, recordsOf, textOf } from "@defender-mssp/errors/json";
import { envelopeText, isSignature, payloadType, sha256, signatureKey } from "@defender-mssp/errors/dsse";
import { openEnvelope, type OpenedEnvelope } from "@defender-mssp/siem/signed/openEnvelope";
import { verifyFolder } from "@defender-mssp/siem/signed/verifyFolder";
import { stackRandomId } from "../../../domain/resourceTypes";
import { givenFile } from "../../base/givenFile";
import type { OffboardingJournal } from "./journal";

export interface CustomerPage {
  /** Beside the certificate. */
  readonly file: string;
  readonly sha256: string;
  /** What a signed page says; null where nothing shows that it is the customer's. */
  readonly state: string | null;
  /** Of the signed hand-out that names her key: she compares it with the one that she holds. */
  readonly namedIn?: { readonly step: number; readonly signedOn: string; readonly digest: string };
  /** Why it is only said to be hers. */
  readonly why?: string;
}

interface Asked {
  readonly file: string;
  /** Folder of the signed steps, from the first to this off-boarding's evidence. */
  readonly steps?: string | undefined;
  readonly folder: string;
}

/** @throws VisibleError for a signed page that is forged, older than the removal, or of somebody else */
export async function readCustomerPage(
  { file, steps, folder }: Asked,
  journal: OffboardingJournal,
): Promise<{ readonly page: CustomerPage; readonly text: string }> {
  const bytes = await readFile(path.resolve(folder, file)).catch((error: unknown) => {
    throw unreadableFile(file, error);
  });
  const text = bytes.toString();
  if (!Buffer.from(text).equals(bytes))
    throw new VisibleError(`${file} is no text: attach the page or JSON of mssp-watch.`);
  const name = `customer-page${path.extname(file)}`;
  const said = (why: string) => ({ page: { file: name, sha256: sha256(text), state: null, why }, text });
  const envelope = parsedJson(text);
  if (!isRecord(envelope) || envelope["payloadType"] !== payloadType) return said("it is not signed");
  const { keyId, state } = openGone(envelope, text, file, journal);
  if (steps === undefined) return said("no folder of signed steps was given, which shows when she named its key");
  const named = await namedKey(path.resolve(folder, steps), journal);
  if (named === undefined) return said("no signed hand-out before the off-boarding names a key of hers");
  if (named.key !== keyId)
    return said(`it is signed by the key ${keyId}, and before the off-boarding she named ${named.key}`);
  return { page: { file: name, sha256: sha256(text), state, namedIn: named.step }, text };
}

function openGone(
  envelope: Readonly<Record<string, unknown>>,
  text: string,
  file: string,
  { tenantId, identity, destroyedOn = "" }: OffboardingJournal,
) {
  const payload = Buffer.from(textOf(envelope["payload"]), "base64");
  const [signature = {}] = recordsOf(envelope["signatures"]);
  const [keyId, bytes] = [textOf(signature["keyid"]), Buffer.from(textOf(signature["sig"]), "base64")];
  const statement = recordOf(parsedJson(payload.toString()));
  const { customer, signer, signedOn, says } = recordOf(statement["predicate"]);
  const about = recordOf(customer);
  if (statement["predicateType"] !== "urn:defender-mssp:gone:v1")
    throw new VisibleError(`${file} is no result of \`mssp-watch gone\`: it is ${textOf(statement["predicateType"])}.`);
  const key = signatureKey(textOf(recordOf(signer)["publicKey"]), `The key in ${file}`);
  if (envelopeText(payload, keyId, bytes) !== text || !isSignature(key, keyId, payload, bytes))
    throw new VisibleError(`${file} was changed after it was signed. Ask the customer for the file again.`);
  if (textOf(about["tenantId"]).toLowerCase() !== tenantId.toLowerCase())
    throw new VisibleError(`${file} is about tenant ${textOf(about["tenantId"])}, not ${tenantId}.`);
  // Without a hand-out she has no ID of the stack.
  if (textOf(about["id"]) !== "" && about["id"] !== stackRandomId(identity))
    throw new VisibleError(`${file} is about another stack of this tenant, ${textOf(about["id"])}.`);
  if (!(Date.parse(textOf(signedOn)) >= Date.parse(destroyedOn)))
    throw new VisibleError(`${file} is of ${textOf(signedOn)}, before the removal on ${destroyedOn}: she looks again.`);
  return { keyId, state: textOf(recordOf(says)["state"]) };
}

/** The last key that a hand-out names before the evidence of this off-boarding. */
async function namedKey(folder: string, { identity, tenantId, evidence }: OffboardingJournal) {
  const { chains, problems } = await verifyFolder(folder);
  if (problems[0] !== undefined) throw new VisibleError(`The signed steps in ${folder} do not count: ${problems[0]}.`);
  const id = stackRandomId(identity);
  const own = chains.find(({ customer }) => customer.id === id && customer.tenantId === tenantId)?.steps ?? [];
  const opened = await Promise.all(own.map(async ({ file }) => openEnvelope(await givenFile(file, folder), file)));
  const isEvidence = ({ statement }: OpenedEnvelope): boolean =>
    statement.subject.some(
      ({ name, digest }) => name === "manifest.json" && digest.sha256 === evidence?.manifestSha256,
    );
  const end = opened.findIndex(isEvidence);
  if (end < 0)
    throw new VisibleError(
      `${folder} lacks the signed evidence of this off-boarding: its order shows what was before.`,
    );
  const named = opened.slice(0, end).flatMap(({ statement, digest }) => {
    const { says, step, signedOn } = statement.predicate;
    const key = says["customerKey"];
    return statement.predicateType === "urn:defender-mssp:handout:v1" && typeof key === "string"
      ? [{ key, step: { step, signedOn, digest } }]
      : [];
  });
  return named.at(-1);
}
