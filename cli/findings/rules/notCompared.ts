import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** What `--live` could not compare, with the reason. */
export function notCompared({ live }: Facts): Finding[] {
  const { notChecked = [], parts = [] } = live ?? {};
  const unread = parts.filter(({ state, reason }) => state === "notChecked" && !reason.startsWith("not applicable"));
  return [...notChecked, ...unread.map(({ name: what, reason }) => ({ what, reason }))].map(({ what, reason: next }) =>
    finding("notChecked", "unread", { key: `notChecked ${what}`, text: `Not compared with the tenant: ${what}`, next }),
  );
}
