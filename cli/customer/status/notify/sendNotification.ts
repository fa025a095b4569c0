/** Sends a notification to a webhook. No error names the webhook's URL: whoever has it can post. */
import { isSecureAddress, request } from "@defender-mssp/microsoft";
import { ServiceError, VisibleError } from "@defender-mssp/errors";

export interface Webhook {
  /** The environment variable that has the URL. */
  readonly variable: string;
  readonly url: string;
}

/** @throws VisibleError where the variable has no URL that a secret may go to. */
export function webhookFrom(environment: NodeJS.ProcessEnv, variable: string): Webhook {
  const url = environment[variable];
  if (url === undefined || url === "") {
    throw new VisibleError(
      `--notify needs the webhook's URL in the environment variable ${variable}, which is not set.`,
    );
  }
  if (!isSecureAddress(url)) {
    throw new VisibleError(`The environment variable ${variable} has no https URL. Set it to the webhook's URL.`);
  }
  return { variable, url };
}

/** A webhook's own words for a refusal, such as Slack's `invalid_payload`. */
const refusal = /^[a-z_]{3,40}$/;
/** No redirect is followed: another host would get the message. */
const redirects = [301, 302, 303, 307, 308];
const refusals = [400, 401, 403, 404, 410];

/** @throws VisibleError if the webhook did not take the message. */
export async function sendNotification({ url, variable }: Webhook, body: object): Promise<void> {
  const { status, text } = await answerOf(url, body);
  if (status < 300) return;
  const hint = `The URL is in ${variable}.`;
  if (redirects.includes(status)) {
    throw new VisibleError(
      `The webhook answered with a redirect (${status}), which is not followed. The notification was not sent. ${hint}`,
    );
  }
  const reason = refusal.test(text.trim()) ? `${status} (${text.trim()})` : String(status);
  throw new VisibleError(`The webhook answered ${reason}. The notification was not sent. ${hint}`);
}

interface WebhookAnswer {
  /** 0 if no answer arrived. */
  readonly status: number;
  readonly text: string;
}

async function answerOf(url: string, body: object): Promise<WebhookAnswer> {
  try {
    // A second message is better than none, and worse than an error: a POST is repeated only where it was refused.
    return await request(url, {
      method: "POST",
      json: body,
      idempotent: false,
      tries: 3,
      timeout: 30_000,
      accept: [...redirects, ...refusals],
    });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.status !== 0) return { status: error.status, text: "" };
    // Its message has the URL.
    const reason = typeof error.cause === "string" ? ` (${error.cause})` : "";
    throw new VisibleError(`The webhook did not answer${reason}. Whether the notification arrived is not known.`);
  }
}
