/**
 * Where a pull stands: what a later run needs to go on without a gap. In a file it is replaced whole or not at all, so a run that is
 * killed leaves the one before.
 */
import { readFile } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { alertApis } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";

const moment = z.iso.datetime();

/** Up to where a source has been read. */
const cursorSchema = z.object({
  /** All from before this have been read. */
  since: moment,
  /** The span that begins there, where some of its pages have been read. */
  window: z.object({ until: moment.optional(), next: z.string().startsWith("/"), newest: moment }).optional(),
});
export type Cursor = z.infer<typeof cursorSchema>;

const positionSchema = z.object({
  version: z.literal(1),
  tenantId: z.string(),
  /** Earlier checkpoints say `legacy`. */
  api: z.preprocess((api) => (api === "legacy" ? "legacySiem" : api), z.enum(alertApis)),
  cursor: cursorSchema,
  /**
   * Records that have been delivered lately, with their times: services show alerts late, so the next pull begins a little earlier, and leaves these out.
   */
  recent: z.record(z.string(), moment),
});
export type Position = z.infer<typeof positionSchema>;

/** Reads a checkpoint; undefined where there is no such file. @throws VisibleError where it can't be used. */
export async function readCheckpoint(
  file: string,
  expected: Pick<Position, "tenantId" | "api">,
): Promise<Position | undefined> {
  const text = await textOf(file);
  if (text === undefined) return undefined;
  const position = positionSchema.safeParse(parsed(text));
  if (!position.success) {
    throw new VisibleError(
      `${file} is no checkpoint of this command, or is damaged. Nothing was read or written; name another file, or delete it and begin with --since.`,
    );
  }
  const { tenantId, api } = position.data;
  if (tenantId === expected.tenantId && api === expected.api) return position.data;
  throw new VisibleError(
    `The checkpoint ${file} is of tenant ${tenantId} by --api ${api}, not of ${expected.tenantId} by ${expected.api}: use a file for each.`,
  );
}

/** @throws VisibleError where the file can't be written. */
export async function writeCheckpoint(file: string, position: Position): Promise<void> {
  try {
    await writeFileAtomic(file, `${JSON.stringify(position, undefined, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw new VisibleError(
      `The checkpoint ${file} can't be written: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new VisibleError(`The checkpoint ${file} can't be read: ${message}.`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
