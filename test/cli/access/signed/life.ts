/** Signed steps of an invented customer, in a folder, without an engine. */
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { nextStep, type Head } from "../../../../cli/access/signed/nextStep";
import type { Signer } from "../../../../cli/access/signed/signer";

export function signerOf(type: "ed25519" | "p256"): Signer {
  const pair = type === "ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = type === "ed25519" ? null : "sha256";
  return { key: pair.publicKey, sign: (bytes) => Promise.resolve(sign(algorithm, bytes, pair.privateKey)) };
}

export function publicPem(key: KeyObject): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}

export function memoryHead(value?: string): Head & { value: string | undefined } {
  return {
    value,
    read() {
      return Promise.resolve(this.value);
    },
    write(text) {
      this.value = text;
      return Promise.resolve();
    },
  };
}

export const contoso = {
  stack: "contoso",
  id: "3f6c1c4e-8a7b-4a51-9f5e-0b1c2d3e4f50",
  settings: { customerName: "Contoso", msspName: "Fabrikam", tenantId: "11111111-1111-4111-8111-111111111111" },
};

export interface WrittenStep {
  /** The envelope, from the folder. */
  readonly file: string;
  readonly files: readonly string[];
  readonly digest: string;
}

const kinds = ["handout", "evidence", "certificate"] as const;

/** Ten steps, or others; the sixth hands on to the second key. */
export async function life(
  folder: string,
  [first, second]: readonly [Signer, Signer],
  { count = 10, says = "as agreed" } = {},
): Promise<WrittenStep[]> {
  const head = memoryHead();
  const steps: WrittenStep[] = [];
  for (let number = 1; number <= count; number++) {
    const now = new Date(Date.UTC(2026, 10, number));
    const nextKey = number === 6 ? publicPem(second.key) : undefined;
    const step = await nextStep(number > 6 ? second : first, { ...contoso, now, nextKey }, head);
    const kind = kinds[number % 3] ?? "handout";
    const files = ["page.html", "data/list.json"].map((name) => ({ name, text: `${says} ${number} ${name}\n` }));
    const envelope = await step.seal(kind, files, { number, says });
    const place = `${String(number).padStart(2, "0")}-${kind}`;
    await mkdir(path.join(folder, place, "data"), { recursive: true });
    for (const { name, text } of [...files, { name: `${kind}.dsse.json`, text: envelope }])
      await writeFile(path.join(folder, place, name), text);
    const digest = await step.finish(envelope);
    steps.push({ file: `${place}/${kind}.dsse.json`, files: files.map(({ name }) => `${place}/${name}`), digest });
  }
  return steps;
}
