/**
 * What speaks against the record of an earlier run: a record decides that nothing is collected or
 * looked for again, and a pull request can bring one.
 */
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { othersMay } from "@defender-mssp/errors";
import { parsedJson } from "@defender-mssp/errors/json";
import { sha256 } from "@defender-mssp/siem/signed/openEnvelope";
import { journalFile, type OffboardingJournal } from "./journal";

const manifestShape = z.looseObject({
  kind: z.literal("defender-mssp/evidence"),
  stack: z.string(),
  tenantId: z.string(),
  period: z.object({ from: z.string(), until: z.string() }),
  gaps: z.array(z.looseObject({ text: z.string() })),
  files: z.array(z.object({ name: z.string(), sha256: z.string() })),
});

/** One sentence; undefined for a record whose evidence is as a run of this command wrote it. */
export async function recordProblem(out: string, journal: OffboardingJournal): Promise<string | undefined> {
  const { evidence, additions, destroyedOn } = journal;
  const file = path.join(out, journalFile);
  // As `git` and other people write files; this command writes 0600.
  if (othersMay(0o077, await stat(file), file))
    return `other users may read or write ${file}, as no record of this command (mode 0600)`;
  if (evidence === undefined) {
    const hasMore = additions !== undefined || destroyedOn !== undefined;
    return hasMore ? `${file} has later steps than the evidence, and no evidence` : undefined;
  }
  if (!/^evidence(-\d+)?$/.test(evidence.folder)) return `${file} names the folder ${JSON.stringify(evidence.folder)}`;
  return manifestProblem(path.join(out, evidence.folder), journal, evidence);
}

async function manifestProblem(
  folder: string,
  { stack, tenantId }: OffboardingJournal,
  { manifestSha256, gaps, from, until }: NonNullable<OffboardingJournal["evidence"]>,
): Promise<string | undefined> {
  const name = path.join(folder, "manifest.json");
  const text = await readIfThere(name);
  if (text === undefined) return `${name} is missing`;
  if (sha256(text) !== manifestSha256) return `${name} has another hash than the record names`;
  const { data: manifest } = manifestShape.safeParse(parsedJson(text.toString("utf8")));
  if (manifest === undefined) return `${name} is no manifest of an evidence`;
  if (manifest.stack !== stack || manifest.tenantId !== tenantId) return `${name} is of another customer`;
  const said = JSON.stringify([from, until, gaps]);
  if (said !== JSON.stringify([manifest.period.from, manifest.period.until, manifest.gaps.map((gap) => gap.text)]))
    return `the record names another period, or other gaps, than ${name}`;
  for (const file of manifest.files) {
    const place = path.join(folder, file.name);
    if (path.basename(file.name) !== file.name) return `${name} names the file ${JSON.stringify(file.name)}`;
    const bytes = await readIfThere(place);
    if (bytes === undefined) return `${place} is missing`;
    if (sha256(bytes) !== file.sha256) return `${place} has another hash than the manifest names`;
  }
  return undefined;
}

function readIfThere(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch(() => undefined);
}
