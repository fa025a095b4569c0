import { counted } from "../../base/counted";
import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** Differences that the last comparison of a run found; `missing` and `additions` have those of `--live`. */
export function drift({ stack, drift: { state, differences, checkedOn }, live }: Facts): Finding[] {
  if (state !== "drifted" || live !== undefined) return [];
  const on = checkedOn === undefined ? "" : `, found on ${checkedOn.slice(0, 10)}`;
  const count = counted(differences, "difference");
  const next = `npx mssp fleet preview --drift --stack ${stack}`;
  const text = `The tenant has drifted: ${count}${on}`;
  return [finding("drift", "now", { level: differences, title: `drifted: ${count}`, text, next })];
}
