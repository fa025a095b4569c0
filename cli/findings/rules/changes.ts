import { changeSentence, changeTime, needsSomebody } from "@defender-mssp/microsoft";
import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** What Microsoft changes by itself, from 90 days before it on, where something is to do. None is `now`: most dates are digests'. */
export function changes({ changes: all = [] }: Facts): Finding[] {
  return all.filter(needsSomebody).map((change) => {
    const { id, what, from, next, certainty } = change;
    return finding("changes", "soon", {
      key: `change ${id}`,
      title: `${what}: ${changeTime(change)}`,
      text: `${changeSentence(change)} Certainty: ${certainty}.`,
      next,
      until: `${from}T00:00:00.000Z`,
    });
  });
}
