/** The file of `MSSP_NOTIFY_STATE`: what was sent. It names stacks and topics, and holds no secret. */
import { parsedJson } from "@defender-mssp/errors/json";
import { VisibleError } from "@defender-mssp/errors";
import { checkWritable, writeWholeFile, textIfThere } from "@defender-mssp/terminal/wholeFile";
import { z } from "zod";
import { needTopics } from "../../../findings/finding";
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
  const text = await textIfThere(file, "The file of MSSP_NOTIFY_STATE");
  if (text === undefined) return {};
  const { data } = shape.safeParse(parsedJson(text));
  if (data !== undefined) return data.sent;
  throw new VisibleError(
    `${file} is no file of MSSP_NOTIFY_STATE, or one of another version. Nothing was sent. Delete it to send everything again.`,
  );
}

/** Written whole, readable by its owner only: it names customers. */
export async function writeNotifyState(file: string, sent: SentNeeds): Promise<void> {
  await writeWholeFile(file, `${JSON.stringify({ msspNotifyState: 1, sent }, undefined, 2)}\n`, { mode: 0o600 });
}
