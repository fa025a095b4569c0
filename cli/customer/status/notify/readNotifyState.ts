/** The file of `--notify-state`: what was sent. It names stacks and topics, and holds no secret. */
import { readFile } from "node:fs/promises";
import { unreadableFile, VisibleError } from "@defender-mssp/errors";
import { checkWritable, writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { z } from "zod";
import { needTopics } from "../customerStatus";
import type { SentNeeds } from "./notificationPlan";

const shape = z.object({
  msspNotifyState: z.literal(1),
  sent: z.record(
    z.string(),
    z.record(z.string(), z.object({ topic: z.enum(needTopics), level: z.number().int().positive() })),
  ),
});

/** Nothing was sent where there is no file. @throws VisibleError for a file of another form, or one that can't be written. */
export async function readNotifyState(file: string): Promise<SentNeeds> {
  await checkWritable(file);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw unreadableFile("The file of --notify-state", error);
  }
  const { data } = shape.safeParse(jsonOrNone(text));
  if (data !== undefined) return data.sent;
  throw new VisibleError(
    `${file} is no file of --notify-state, or one of another version. Nothing was sent. Delete it to send everything again.`,
  );
}

/** Written whole, readable by its owner only: it names customers. */
export async function writeNotifyState(file: string, sent: SentNeeds): Promise<void> {
  await writeWholeFile(file, `${JSON.stringify({ msspNotifyState: 1, sent }, undefined, 2)}\n`, { mode: 0o600 });
}

function jsonOrNone(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
