/** What a tag of a stack says, for all who have the backend. */
import type { Place } from "../base/place";
import { askPulumi } from "./pulumi";

/** The last month whose page went to the customer, such as `2026-10`. */
export const sentMonthTag = "defender-mssp:month-sent";

export type TagAction = "get" | "rm" | readonly ["set", string];

/** Its value; undefined where there is none, or the backend refuses. */
export async function stackTag(tag: string, action: TagAction, stack: string, place: Place) {
  const [verb, value = []] = typeof action === "string" ? [action] : action;
  const { exitCode, stdout } = await askPulumi(["stack", "tag", verb, tag, value, "--stack", stack].flat(), place);
  return exitCode === 0 ? stdout.trim() : undefined;
}
