import { isUnread } from "@defender-mssp/errors/notChecked";
import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** What `--live` could not compare, with the reason. */
export function notCompared({ live }: Facts): Finding[] {
  const { notChecked = [], parts = [] } = live ?? {};
  const gaps = parts.filter(isUnread).map(({ name: what, reason }) => ({ what, reason }));
  return [...notChecked, ...gaps].map(({ what, reason: next }) =>
    finding("notChecked", "unread", { key: `notChecked ${what}`, text: `Not compared with the tenant: ${what}`, next }),
  );
}
