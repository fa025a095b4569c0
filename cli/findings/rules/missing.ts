import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** What the state has, and the tenant no longer. */
export function missing({ live }: Facts): Finding[] {
  if (live === undefined) return [];
  return [
    ...live.missing.map((what) =>
      finding("drift", "now", {
        key: `missing ${what}`,
        text: `${what} is missing in the tenant`,
        next: "npx pulumi up --refresh creates it again; change the settings if it was removed on purpose",
      }),
    ),
    ...live.missingConsents.map((name) =>
      finding("consent", "now", {
        key: `missing consent ${name}`,
        text: `The tenant has no consent to ${name}`,
        next: "npx pulumi up --refresh",
      }),
    ),
  ];
}
