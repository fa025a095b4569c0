/**
 * How far an off-boarding has come, in a file of its folder: what `destroy` takes out of the state
 * must be known afterwards, also to a run that goes on after an interruption.
 */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { chainShape } from "../../stack/additionsPart";
import { parsedJson } from "@defender-mssp/errors/json";
import { VisibleError } from "@defender-mssp/errors";
import { writeWholeFile, textIfThere } from "@defender-mssp/terminal/wholeFile";
import type { DeployedWhose } from "../../tenant/deployedWhose";
import { looksShape } from "./looks";
import { itemShape } from "../../access/inventory/inventory";
import { writerShape } from "./writers";

const resource = z.object({ urn: z.string(), type: z.string(), id: z.string(), custom: z.boolean() });

const addition = z.object({
  what: z.string(),
  to: z.string(),
  step: z.string(),
  /** What of it stays when it has ended: a clause. */
  outlives: z.string().optional(),
  chains: z.array(chainShape).readonly().optional(),
});
export type RecordedAddition = Readonly<z.infer<typeof addition>>;

export const journalFormat = 2;

const shape = z.object({
  format: z.literal(journalFormat),
  stack: z.string(),
  customerName: z.string(),
  msspName: z.string(),
  tenantId: z.string(),
  /** ISO 8601, UTC. */
  beganOn: z.string(),
  items: z.array(itemShape),
  /** Domains of the MSSP's people that any deployed version of the settings named. */
  domains: z.array(z.string()).readonly().optional(),
  /** Tenants of the MSSP that the state named, and those of any deployed version of the settings. */
  stateTenants: z.array(z.string()).readonly().optional(),
  earlierTenants: z.array(z.string()).readonly().optional(),
  /** People who hold or held an access package of the stack, and why they could not be read. */
  holders: z.array(itemShape).optional(),
  holdersUnread: z.string().optional(),
  /** What somebody had added to the stack's objects. Absent until it was looked for. */
  additions: z.array(addition).optional(),
  /** What the search needs of the state: the stack's random ID. */
  identity: z.array(resource),
  /** Present when the evidence is written. */
  evidence: z
    .object({
      folder: z.string(),
      manifestSha256: z.string(),
      gaps: z.array(z.string()),
      from: z.string(),
      until: z.string(),
    })
    .optional(),
  /** Why the record of an earlier run did not count: `--without record`. */
  withoutRecord: z.string().optional(),
  /** When `destroy` succeeded, ISO 8601, UTC. */
  destroyedOn: z.string().optional(),
  /** Of the last certificate.json. */
  certificateSha256: z.string().optional(),
  /** The application that looked for it: absent where a person did. */
  automation: z.string().optional(),
  /** Applications that the MSSP states not to be its own, by their IDs in lower case. */
  notOurs: z.array(z.string()).readonly().optional(),
  /** The looks at the tenant since then. */
  looks: looksShape.optional(),
  /** Applications that could change the tenant since then. */
  writers: z.array(writerShape).readonly().optional(),
});

export type OffboardingJournal = z.infer<typeof shape>;

/** People and tenants of the MSSP that the journal names. */
export function journalWhose({
  domains = [],
  stateTenants = [],
  earlierTenants = [],
}: Pick<OffboardingJournal, keyof DeployedWhose>): DeployedWhose {
  return { domains, stateTenants, earlierTenants };
}

export const journalFile = "offboard.json";

/** @throws VisibleError for a file that is none of this command's. */
export async function readJournal(folder: string): Promise<OffboardingJournal | undefined> {
  const file = path.join(folder, journalFile);
  const text = await textIfThere(file);
  if (text === undefined) return undefined;
  const record = parsedJson(text);
  const { data } = shape.safeParse(record);
  if (data !== undefined) return data;
  const { format } = Object(record) as { readonly format?: unknown };
  const what =
    typeof format === "number" && format !== journalFormat
      ? `a record of format ${format}; this version reads format ${journalFormat}`
      : "not a record of this command";
  throw new VisibleError(`${file} is ${what}. Name another folder with --out: what is in the state is recorded again.`);
}

export async function writeJournal(folder: string, journal: OffboardingJournal): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new VisibleError(`${folder} can't be written: ${(error as Error).message}.`);
  }
  await writeWholeFile(path.join(folder, journalFile), `${JSON.stringify(journal, undefined, 2)}\n`, { mode: 0o600 });
}
