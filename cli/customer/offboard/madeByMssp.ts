/** What identities of the MSSP made in the tenant, by the audit log of the evidence. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { loggedObjects, type LoggedObject } from "@defender-mssp/tenant";
import { parsedJson } from "@defender-mssp/errors/json";
import type { DirectoryAudit } from "@defender-mssp/microsoft";
import { sources } from "../../access/evidence/calls";
import type { OffboardingJournal } from "./journal";

/** Of the log in the folder of the evidence, whose hash the record has: its entries are of the MSSP's identities alone. */
export async function madeByMssp(
  out: string,
  { evidence }: Pick<OffboardingJournal, "evidence">,
): Promise<readonly LoggedObject[]> {
  if (evidence === undefined) return [];
  const text = await readFile(path.join(out, evidence.folder, sources.directoryAudits.file), "utf8");
  const entries = text.split("\n").filter((line) => line !== "");
  return loggedObjects(entries.map((line) => parsedJson(line) as DirectoryAudit));
}
