/** Signs a step of a customer on top of the last one, whose digest is a tag of the stack. */
import type { KeyObject } from "node:crypto";
import { mkdir, readFile, rename } from "node:fs/promises";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { optionalText, recordOf } from "@defender-mssp/errors/json";
import * as envelopes from "@defender-mssp/siem/signed/openEnvelope";
import { stackRandomId } from "../../../domain/resourceTypes";
import type { Settings } from "../../../settings";
import type { Place } from "../../base/place";
import { readDeployment } from "../../stack/deployment";
import { runPulumi } from "../../stack/pulumi";
import { openSigner, type Signer } from "./signer";

/** Where the last step of a stack is kept. */
export interface Head {
  readonly read: () => Promise<string | undefined>;
  readonly write: (value: string) => Promise<unknown>;
}

interface TextFile {
  readonly name: string;
  readonly text: string;
}

const headTag = "defender-mssp:signed";

export interface StepBasis {
  readonly stack: string;
  readonly settings: Pick<Settings, "customerName" | "msspName" | "tenantId">;
  /** The stack's random ID. */
  readonly id: string | undefined;
  readonly now: Date;
  /** The key that signs from the next step on. */
  readonly nextKey?: string | undefined;
}

export type NextStep = Awaited<ReturnType<typeof nextStep>>;

export interface StepRequest extends Place, Omit<StepBasis, "id"> {
  /** Default: MSSP_SIGN_WITH. */
  readonly signWith: string | undefined;
  /** Of the state, if it is missing here. */
  readonly id?: string | undefined;
}

/** Undefined without a key. */
export async function beginStep({ signWith, ...request }: StepRequest): Promise<NextStep | undefined> {
  const { stack } = request;
  const signer = await openSigner(signWith ?? request.environment["MSSP_SIGN_WITH"], request);
  if (signer === undefined) return undefined;
  const read = async (): Promise<string | undefined> =>
    optionalText(
      recordOf(JSON.parse(await runPulumi(["stack", "tag", "ls", "--json", "--stack", stack], request)))[headTag],
    );
  // After an off-boarding only the last step names the ID.
  const ofState = async () => stackRandomId((await readDeployment(stack, request)).resources);
  const id = request.id ?? (await ofState()) ?? (await read())?.split(":")[3];
  const write = (value: string) => runPulumi(["stack", "tag", "set", headTag, value, "--stack", stack], request);
  return nextStep(signer, { ...request, id }, { read, write });
}

/** @throws VisibleError for a stack that was never deployed, and another key than the last step's */
export async function nextStep(signer: Signer, { stack, id, settings, now, nextKey }: StepBasis, head: Head) {
  if (id === undefined)
    throw new VisibleError(`Stack ${stack} has no random ID before its first \`pulumi up\`: nothing can be signed.`);
  const keyId = envelopes.keyFingerprint(signer.key);
  // Of a private key, too, only the public part is written.
  const handedTo = nextKey === undefined ? signer.key : envelopes.signatureKey(nextKey, "The next key");
  const begun = await head.read();
  const [last = "0", lastDigest = null, key = "", lastId] = begun?.split(":") ?? [];
  // A stack that was off-boarded and deployed again has another ID.
  const [step, previous, expected] = lastId === id ? [Number(last) + 1, lastDigest, key] : [1, null, keyId];
  if (expected !== keyId)
    throw new VisibleError(
      `The next step of ${stack} is to be signed by the key ${expected}, this key is ${keyId}. Let the old key sign the new one: ` +
        `\`npx mssp evidence --stack ${stack} --sign-with <old> --next-key <new>\`.`,
    );
  const requireHead = async (value = begun): Promise<void> => {
    if ((await head.read()) === value) return;
    throw new VisibleError(
      `Another run signed step ${step} of ${stack} meanwhile. If this run wrote one, it is a fork: delete it. Run again.`,
    );
  };
  return {
    step,
    previous,
    keyId,
    /** The envelope. @throws VisibleError where somebody else signed since this step began */
    async seal(kind: envelopes.StepKind, files: readonly TextFile[], says: object): Promise<string> {
      await requireHead();
      const statement: envelopes.Statement = {
        _type: "https://in-toto.io/Statement/v1",
        subject: files.map(({ name, text }) => ({ name, digest: { sha256: envelopes.sha256(text) } })),
        predicateType: `urn:defender-mssp:${kind}:v1`,
        predicate: {
          customer: { id, tenantId: settings.tenantId, name: settings.customerName },
          step,
          previous,
          signedOn: now.toISOString(),
          signer: { name: settings.msspName, publicKey: publicPem(signer.key) },
          ...(nextKey === undefined ? {} : { nextKey: publicPem(handedTo) }),
          says: { ...says },
        },
      };
      const payload = Buffer.from(JSON.stringify(statement));
      const text = envelopes.envelopeText(payload, keyId, await signer.sign(envelopes.preAuthEncoding(payload)));
      // What a reader would refuse is not written.
      if (envelopes.openEnvelope(text, stack).isSignedBy(signer.key) && text.length <= envelopes.largestEnvelope)
        return text;
      throw new VisibleError(`Nothing was signed: the step has ${text.length} bytes, or the signature is wrong.`);
    },
    /** Makes the written envelope the last step. @returns its digest */
    async finish(envelope: string): Promise<string> {
      await requireHead();
      const { digest } = envelopes.openEnvelope(envelope, stack);
      const value = [step, digest, envelopes.keyFingerprint(handedTo), id].join(":");
      await head.write(value);
      await requireHead(value);
      return digest;
    },
  };
}

function publicPem(key: KeyObject): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}

/** Moves a signed step with its files into a folder of its own, so that another step gets their names. */
export async function putAside(envelope: string): Promise<void> {
  const text = await readFile(envelope, "utf8").catch(() => undefined);
  if (text === undefined) return;
  const { subject, predicate } = envelopes.openEnvelope(text, envelope).statement;
  const folder = `${envelope.slice(0, -envelopes.envelopeEnding.length)}-${predicate.step}`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const file of [...subject.map(({ name }) => name), envelope].map((name) => path.basename(name)))
    await rename(path.join(path.dirname(envelope), file), path.join(folder, file)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    });
}
