import { notCompared, type Facts } from "../../../cli/findings/facts";

/** Facts of the stack `a` on 2026-11-28, of which only these were read. */
export function facts(read: Partial<Facts>): Facts {
  return { stack: "a", now: new Date("2026-11-28T12:00:00Z"), days: 30, drift: notCompared, ...read };
}
