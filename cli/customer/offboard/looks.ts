/**
 * Looks at a tenant after a removal until the looks agree. Entra, Azure and their lists answer from
 * replicas: one look that shows nothing may be a look at one that never had the object.
 */
import { z } from "zod";
import { hasOneView, timeScale, waits, type Environment } from "@defender-mssp/microsoft";
import { minuteMs, timeText } from "@defender-mssp/errors/time";

/** How many looks must agree, and over what time. Times in milliseconds. */
export interface LookRule {
  /** Looks in a row. */
  readonly hits: number;
  /** From the last change, and from the last look that showed access, to the last look. */
  readonly quiet: number;
  /** Between two looks, at most. */
  readonly pause: number;
  /** Between two looks, at least. */
  readonly shortestPause: number;
  /** After this, looks that still differ end. */
  readonly longest: number;
}

/** Ten minutes, on a sandbox by its time scale. Without replicas one look sees everything. */
export function lookRule(environment: Environment): LookRule {
  const scale = timeScale(environment);
  if (hasOneView(environment)) return { hits: 1, quiet: 0, pause: 0, shortestPause: 0, longest: 0 };
  const { hits, pause, longest } = waits.removal;
  const quiet = 10 * minuteMs * scale;
  return { hits, quiet, pause: pause * scale, shortestPause: 5000 * scale, longest: longest * scale };
}

/** The looks so far. Times are ISO 8601, UTC. */
export const looksShape = z.object({
  /** Looks in a row with the same answer, up to the last. */
  agreed: z.number(),
  /** That answer: `access`, or what a look without access could not tell, as a hash. */
  answer: z.string(),
  firstOn: z.string(),
  /** When the last look began. */
  lastOn: z.string(),
  /** When a look last showed access; absent where none did. */
  seenOn: z.string().optional(),
});
export type Looks = Readonly<z.infer<typeof looksShape>>;

/** What one look showed. */
export interface LookResult {
  /** What gives access, for people. Empty: nothing that could be looked at does. */
  readonly access: readonly string[];
  /** Whether some of it is nothing that the removal removed: no wait ends it. */
  readonly isLasting: boolean;
  /** What could not be told. Looks that could look at different things do not agree. */
  readonly open: string;
  /** Until when a token of a deleted application could change the tenant. ISO 8601, UTC. */
  readonly writableUntil?: string | undefined;
}

export interface LookRun<Look> {
  readonly rule: LookRule;
  /** Last change of the removal, ISO 8601, UTC. */
  readonly removedOn: string;
  /** Of earlier runs. */
  readonly before: Looks | undefined;
  /** Ends after one look. */
  readonly endsAtOnce: boolean;
  readonly look: () => Promise<Look>;
  readonly shown: (look: Look) => LookResult;
  /** Keeps the looks for a run after an interruption. */
  readonly record: (looks: Looks, look: Look) => Promise<void>;
  /** Receives the progress, a line or more. */
  readonly say: (text: string) => void;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

export interface Proof {
  readonly looks: Looks;
  /** Whether enough looks agree that nothing gives access, for long enough. */
  readonly isSettled: boolean;
  /** From when on looks that agree prove it. ISO 8601, UTC. */
  readonly provableOn: string;
}

export interface Settled<Look> extends Proof {
  /** The last one. */
  readonly look: Look;
}

/** Looks until `rule` is met, or until more looks can't change that access is left. */
export async function lookUntilSettled<Look>(run: LookRun<Look>): Promise<Settled<Look>> {
  const { rule, removedOn, endsAtOnce, record, say, now, sleep } = run;
  const ends = now().getTime() + rule.longest;
  let looks = run.before;
  for (;;) {
    const beganOn = now();
    const look = await run.look();
    const shown = run.shown(look);
    looks = withLook(looks, shown, { beganOn, endedOn: now() });
    await record(looks, look);
    const changedOn = [removedOn, shown.writableUntil ?? ""].sort().at(-1) ?? removedOn;
    const settled = isSettled(looks, changedOn, rule);
    const left = quietLeft(looks, changedOn, rule, now());
    // What only time proves, a later run does: it need not wait here.
    const isLater = looks.answer !== "access" && looks.agreed >= rule.hits && now().getTime() + left > ends;
    if (settled || endsAtOnce || isLater || isLeft(looks, shown, removedOn, rule) || now().getTime() >= ends)
      return { look, looks, isSettled: settled, provableOn: new Date(now().getTime() + left).toISOString() };
    say(progressText(looks, shown, rule, left));
    await sleep(shown.isLasting ? rule.shortestPause : Math.max(rule.shortestPause, Math.min(rule.pause, left)));
  }
}

/** A look that shows access, or could look at something else than the one before, begins anew. */
export function withLook(
  before: Looks | undefined,
  { access, open }: Pick<LookResult, "access" | "open">,
  { beganOn, endedOn }: { readonly beganOn: Date; readonly endedOn: Date },
): Looks {
  const answer = access.length > 0 ? "access" : open;
  const lastOn = beganOn.toISOString();
  const agrees = before?.answer === answer;
  return {
    agreed: agrees ? before.agreed + 1 : 1,
    answer,
    firstOn: agrees ? before.firstOn : lastOn,
    lastOn,
    // The end of the look: what it showed may have been its last read.
    seenOn: access.length > 0 ? endedOn.toISOString() : before?.seenOn,
  };
}

/** Whether the looks prove that nothing is left which could be looked at. */
export function isSettled(looks: Looks, changedOn: string, rule: LookRule): boolean {
  if (looks.answer === "access" || looks.agreed < rule.hits) return false;
  return Date.parse(looks.lastOn) - quietSince(looks, changedOn) >= rule.quiet;
}

/** Whether more looks can't change that access is left. */
function isLeft(
  { answer, agreed, lastOn }: Looks,
  { isLasting }: LookResult,
  removedOn: string,
  rule: LookRule,
): boolean {
  if (answer !== "access") return false;
  if (isLasting) return agreed >= Math.min(2, rule.hits);
  return agreed >= rule.hits && Date.parse(lastOn) - Date.parse(removedOn) >= rule.quiet;
}

/** Milliseconds until a look may be the last one. */
function quietLeft(looks: Looks, changedOn: string, rule: LookRule, now: Date): number {
  if (looks.answer === "access") return rule.quiet;
  return Math.max(0, quietSince(looks, changedOn) + rule.quiet - now.getTime());
}

/** Where a look showed access, whatever ended it came before the first look that showed none. */
function quietSince({ seenOn, firstOn }: Looks, changedOn: string): number {
  return Math.max(Date.parse(changedOn), Date.parse(seenOn === undefined ? changedOn : firstOn));
}

/** Lines of access that the progress names. */
const named = 5;

/** `1 look`, `2 looks in a row`. */
export function looksInRow(agreed: number): string {
  return agreed === 1 ? "1 look" : `${agreed} looks in a row`;
}

function progressText({ agreed, answer }: Looks, { access }: LookResult, { hits }: LookRule, left: number): string {
  const looks = looksInRow(agreed);
  const more = Math.max(answer === "access" ? hits : hits - agreed, 1);
  const next = `${more} more must show none${left === 0 ? "" : `, the last in ${timeText(left)} or later`}`;
  if (answer !== "access") return `  ${looks} without access left; ${next}. --prove later ends at once.\n`;
  const lines = access.slice(0, named).map((what) => `    ${what}\n`);
  const others = access.length > named ? `    and ${access.length - named} more\n` : "";
  return `  ${looks} with access left, which may be a replica that is behind; ${next}:\n${lines.join("")}${others}`;
}
