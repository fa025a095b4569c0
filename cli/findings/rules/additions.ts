import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** What somebody added to the stack's objects, or changed. */
export function additions({ live }: Facts): Finding[] {
  return (live?.parts ?? []).flatMap((part) =>
    part.additions.map(({ kind, id, what, to, step }) =>
      finding("drift", "now", {
        key: `addition ${id} ${to}`,
        text: `${kind.startsWith("changed") ? "Changed" : "Added"} in the tenant: ${what}, on ${to}`,
        next: step,
      }),
    ),
  );
}
