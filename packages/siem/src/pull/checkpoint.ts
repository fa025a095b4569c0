/**
 * The progress of a pull, from which a later run continues without a gap. The file is replaced
 * completely or not at all, so a run that is killed leaves the earlier one.
 */
import { z } from "zod";
import { parsedJson } from "@defender-mssp/errors/json";
import { VisibleError } from "@defender-mssp/errors";
import { deliveredSchema } from "./deliveredIds";
import { checkWritable, writeWholeFile, textIfThere } from "@defender-mssp/terminal/wholeFile";

const moment = z.iso.datetime();

/** The end of the span that has been read: all items of the service before this time. */
const cursorSchema = z.strictObject({ since: moment });
export type Cursor = z.infer<typeof cursorSchema>;

const checkpointVersion = 1;

const positionSchema = z.object({
  version: z.literal(checkpointVersion),
  tenantId: z.string(),
  /** What was read: an alert API, or `incidents`. */
  api: z.string(),
  cursor: cursorSchema,
  /**
   * Records that were delivered last, with their times: services show alerts late, so the next pull
   * begins a little earlier, and leaves these out.
   */
  recent: z.record(z.string(), moment),
  /** What was delivered in the last days, of alerts. A damaged one ends no pull: the count begins again. */
  delivered: deliveredSchema.optional().catch(undefined),
});
export type Position = z.infer<typeof positionSchema>;

/**
 * Reads a checkpoint; undefined where there is no such file. @throws VisibleError where it can't be
 * used.
 */
export async function readCheckpoint(
  file: string,
  expected: Pick<Position, "tenantId" | "api">,
): Promise<Position | undefined> {
  const text = await textIfThere(file, `The checkpoint ${file}`);
  if (text === undefined) return undefined;
  const content = parsedJson(text);
  const position = positionSchema.safeParse(content);
  if (!position.success) {
    const { version } = Object(content) as { readonly version?: unknown };
    const what =
      typeof version === "number" && version !== checkpointVersion
        ? `a checkpoint of version ${version}, and this command reads version ${checkpointVersion}`
        : "not a checkpoint of this command, or is damaged";
    throw new VisibleError(
      `${file} is ${what}. It was left as it is. Name another file, or delete it and start with --since.`,
    );
  }
  const { tenantId, api } = position.data;
  if (tenantId === expected.tenantId && api === expected.api) return position.data;
  throw new VisibleError(
    `The checkpoint ${file} is of tenant ${tenantId} and ${api}, not of ${expected.tenantId} and ${expected.api}: ` +
      "use a file for each.",
  );
}

/** @throws VisibleError where the file can't be written. */
export async function writeCheckpoint(file: string, position: Position): Promise<void> {
  await writeWholeFile(file, `${JSON.stringify(position, undefined, 2)}\n`, { mode: 0o600 });
}

/**
 * Reads a checkpoint, and proves that it can be replaced: before the first alert, since afterwards
 * would be too late.
 * @throws VisibleError where it can't be read, used or written.
 */
export async function openCheckpoint(
  file: string,
  expected: Pick<Position, "tenantId" | "api">,
): Promise<Position | undefined> {
  await checkWritable(file); // Refuses a pipe, which reading would wait for.
  const position = await readCheckpoint(file, expected);
  if (position !== undefined) await writeCheckpoint(file, position);
  return position;
}
