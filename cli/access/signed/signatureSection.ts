/** What a page says of its signature: who signed, what that proves, and what it does not. */
import { list, paragraph, preformatted, section, withCode, type Block } from "@defender-mssp/pages";
import type { NextStep } from "./nextStep";

/** Texts between backticks are code. */
export const signatureWords = {
  title: "Signature",
  notSigned: "Not signed: whoever holds these files can change them, hashes included.",
  /** A paragraph a line. */
  signed:
    "Step {step}, signed by {mssp} with the key `{key}`. Digest of the step before: `{previous}`.\nIt proves who signed, that nothing changed since, and the order of the steps: against the last digest that you hold. {mssp} holds the key: without a digest that you hold, the steps could have been rewritten by the holder of the key.\nKeep the digest of each step: it is the SHA-256 of the bytes that are signed in `{file}`, and the lines below print it.\nTo verify this step without {mssp}, have its public key from elsewhere, and run these lines in the folder of that file:",
  askKey:
    "If you want your own look to count after an off-boarding, send {mssp} the fingerprint of a key of yours, before it begins. It stands on the next page like this. Keep the private key: {mssp} never needs it.",
  namedKey: "The key that you named: `{key}`. Only what it signs counts as your own proof after an off-boarding.",
  mail: "Digest of this signed step, to keep:",
};
export type SignatureWords = typeof signatureWords;

/** @param step undefined: nobody signs */
export function signatureSection(
  step: Pick<NextStep, "step" | "previous" | "keyId"> | undefined,
  { file, mssp, words = signatureWords }: { file: string; mssp: string; words?: SignatureWords },
): Block {
  const head = { id: "signature", title: words.title };
  if (step === undefined) return section(head, paragraph(words.notSigned));
  const { keyId: key, previous } = step;
  const values: Readonly<Record<string, string>> = {
    step: String(step.step),
    key,
    previous: previous ?? "–",
    file,
    mssp,
  };
  const filled = (text: string) => withCode(text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? ""));
  return section(
    head,
    list(words.signed.split("\n").map(filled)),
    preformatted(verifyLines(file), { label: 'Python, after: pip install "securesystemslib[crypto]"' }),
  );
}

/** Five lines of Python. A test runs them. */
export function verifyLines(file: string): string {
  return [
    "import json, sys, hashlib as h; from securesystemslib import dsse, signer; from cryptography.hazmat.primitives.serialization import load_pem_public_key as pem",
    `data = json.load(open(${JSON.stringify(file)}, "rb")); keyid = data["signatures"][0]["keyid"]`,
    'step = dsse.Envelope.from_dict(data); step.verify([signer.SSlibKey.from_crypto(pem(open("mssp.pub.pem", "rb").read()), keyid)], 1)',
    'for s in json.loads(step.payload)["subject"]: h.sha256(open(s["name"], "rb").read()).hexdigest() == s["digest"]["sha256"] or sys.exit("changed: " + s["name"])',
    'print("verified, digest:", h.sha256(step.pae()).hexdigest())',
  ].join("\n");
}
