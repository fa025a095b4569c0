/** A call of a tracker: what it refuses is the ticket's, what it does not answer is everybody's. */
import { ServiceError } from "@defender-mssp/errors";
import { request, type Answer, type RequestOptions } from "@defender-mssp/microsoft/http";
import { DestinationError } from "../sinks/sink";
import { plainLine } from "./plainText";
import { TrackerRefusal } from "./tracker";

/** Pages of a list at most: a list without an end is a fault. */
export const mostPages = 2000;

export interface TrackerCalls {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly sleep?: ((milliseconds: number, signal?: AbortSignal) => Promise<void>) | undefined;
  /** The tracker's own words of a refusal. */
  readonly reasonOf: (body: unknown) => string;
}

/** Answers and not errors, whatever the call accepts. */
const refusals = [400, 403, 404, 405, 409, 410, 412, 415, 422];

/**
 * @param accept refusals that the caller reads itself.
 * @throws DestinationError, TrackerRefusal
 */
export async function trackerCall(
  url: string,
  { name, headers, signal, sleep, reasonOf }: TrackerCalls,
  options: RequestOptions,
  accept: readonly number[] = [],
): Promise<Answer> {
  try {
    const answer = await request(url, {
      timeout: 30_000,
      tries: options.idempotent === false ? 1 : 3,
      ...options,
      headers: { ...headers, ...options.headers },
      ...(signal === undefined ? {} : { signal }),
      ...(sleep === undefined ? {} : { sleep }),
      accept: refusals,
    });
    if (answer.status < 300 || accept.includes(answer.status)) return answer;
    throw refusal({ name, reasonOf }, answer);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { status, message, retryAfter } = error;
    const isPassing = status < 300 || status === 408 || status === 429 || status >= 500;
    if (status === 401) throw new DestinationError(`${name} refuses the user or the secret (401).`, false);
    throw new DestinationError(`${name}: ${plainLine(message, 300)}`, isPassing, retryAfter);
  }
}

/** What the tracker does not do, in its own words. */
export function refusal(
  { name, reasonOf }: Pick<TrackerCalls, "name" | "reasonOf">,
  { status, body }: Pick<Answer, "status" | "body">,
): TrackerRefusal {
  return new TrackerRefusal(
    `${name} refuses with ${status}: ${plainLine(reasonOf(body), 300) || "without a reason"}`,
    status,
  );
}

/** @throws DestinationError for an answer that has another shape: a gateway's page, half an answer */
export function unreadable(name: string): DestinationError {
  return new DestinationError(`${name} answers with something else than its own lists and tickets.`, true);
}
