/**
 * Quotas of detection rules: 10 lists and 10 creates a minute for an application in a tenant. Microsoft publishes none;
 * these are from a public module, second-hand. They apply to a tenant whose switch `detectionQuotas` is on.
 */
import { minuteMs } from "@defender-mssp/errors/time";
import type { Caller } from "../../cloud/model";
import { switchValue } from "../../cloud/switches";
import { EmulatedGraphError } from "../../graph/graphErrors";

const callsPerMinute = 10;

export class DetectionQuotas {
  /** Times of the calls of the last minute, in milliseconds. */
  readonly #calls = new Map<string, number[]>();

  /** Counts a call. Throws 429 with Retry-After if the minute has had enough of its kind. */
  count({ tenant, applicationId }: Caller, kind: "list" | "create", now: Date): void {
    if (switchValue(tenant, "detectionQuotas") === "off") return;
    const key = `${tenant.id}/${applicationId}/${kind}`;
    const recent = (this.#calls.get(key) ?? []).filter((time) => time > now.getTime() - minuteMs);
    const [oldest = 0] = recent;
    if (recent.length >= callsPerMinute) {
      const seconds = Math.max(1, Math.ceil((oldest + minuteMs - now.getTime()) / 1000));
      throw new EmulatedGraphError(429, "TooManyRequests", "Too many requests.", [], {
        "retry-after": String(seconds),
      });
    }
    this.#calls.set(key, [...recent, now.getTime()]);
  }
}
