/** Reads and writes spans of time. */
import { KustoTimespan, ticksPerDay, ticksPerSecond } from "./kustoValue";

const unitTicks: readonly (readonly [pattern: RegExp, ticks: number])[] = [
  [/^(d|days?)$/, 864_000_000_000],
  [/^(h|hrs?|hours?)$/, 36_000_000_000],
  [/^(m|min|minutes?)$/, 600_000_000],
  [/^(s|sec|seconds?)$/, 10_000_000],
  [/^(ms|millis?|milliseconds?)$/, 10_000],
  [/^(micros?|microseconds?)$/, 10],
  [/^ticks?$/, 1],
];

const clockPattern = /^(-)?(?:(\d+)(?:\.|$))?(?:(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?)?$/;

/** Reads `7d`, `1.5h`, `1.02:03:04.5` and `2` (days). Undefined for another text. */
export function parseTimespan(text: string): KustoTimespan | undefined {
  const trimmed = text.trim();
  const match = /^(-?\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(trimmed);
  if (match === null) return parseClock(trimmed);
  const unit = unitTicks.find(([pattern]) => pattern.test((match[2] ?? "").toLowerCase()));
  return unit === undefined ? undefined : new KustoTimespan(BigInt(Math.round(Number(match[1]) * unit[1])));
}

function parseClock(text: string): KustoTimespan | undefined {
  const match = clockPattern.exec(text);
  if (match === null || text === "" || text === "-") return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(2, 6)
    .map((part: string | undefined) => Number(part ?? 0));
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const fraction = BigInt((match[6] ?? "").padEnd(7, "0"));
  const ticks = BigInt(days) * ticksPerDay + BigInt(hours * 3600 + minutes * 60 + seconds) * ticksPerSecond + fraction;
  return new KustoTimespan(match[1] === undefined ? ticks : -ticks);
}

/** `1.02:03:04.5000000`, as Kusto's `tostring` writes it. */
export function timespanText({ ticks }: KustoTimespan): string {
  const [sign, size] = ticks < 0n ? ["-", -ticks] : ["", ticks];
  const days = size / ticksPerDay;
  const seconds = (size % ticksPerDay) / ticksPerSecond;
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
  const fraction = size % ticksPerSecond;
  return `${sign}${days === 0n ? "" : `${days}.`}${clock}${fraction === 0n ? "" : `.${String(fraction).padStart(7, "0")}`}`;
}
