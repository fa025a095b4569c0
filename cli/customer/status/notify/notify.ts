/**
 * `mssp status --notify`. MSSP_NOTIFY_FORMAT is what the webhook takes; MSSP_NOTIFY_STATE names a file that remembers what
 * was sent. Default: every need is sent in each run.
 */
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import { secretsOfEnvironment } from "../../../base/redaction";
import type { FleetStack } from "../../../stack/inventory";
import type { StatusReport } from "../customerStatus";
import { notificationBody } from "./notificationBody";
import { allNeeds, planNotification } from "./notificationPlan";
import { notifyFormats } from "./notifyFormats";
import { readNotifyState, writeNotifyState } from "./readNotifyState";
import { sendNotification, type Webhook } from "./sendNotification";

/**
 * Sends what is new or worse. The file is written after the webhook has taken the message, so that a
 * message that was lost is sent by the next run.
 * @throws VisibleError if the webhook did not take it, or the file can't be used.
 */
export async function notify(
  report: StatusReport,
  inventory: readonly FleetStack[],
  webhook: Webhook,
  { environment, folder, now, err }: Pick<Session, "environment" | "folder" | "now" | "err">,
): Promise<void> {
  const { MSSP_NOTIFY_STATE: stateFile, MSSP_NOTIFY_FORMAT: named } = environment;
  const format = notifyFormats.find((known) => known === (named || "json"));
  if (format === undefined)
    throw new VisibleError(
      `MSSP_NOTIFY_FORMAT is "${named ?? ""}". It takes ${notifyFormats.join(", ")}. Nothing was sent.`,
    );
  const file = stateFile ? path.resolve(folder, stateFile) : undefined;
  const before = file === undefined ? undefined : await readNotifyState(file);
  const plan = before === undefined ? undefined : planNotification(before, report, inventory);
  const needs = plan?.needs ?? allNeeds(report);
  if (needs.length > 0) {
    const knownSecrets = [webhook.url, ...secretsOfEnvironment(environment)];
    await sendNotification(webhook, notificationBody(format, needs, { sentOn: now(), knownSecrets }));
  }
  if (file !== undefined && plan !== undefined) await writeNotifyState(file, plan.sent);
  err.note(needs.length === 0 ? "Nothing new to send." : `Sent ${needs.length} to the webhook in ${webhook.variable}.`);
}
