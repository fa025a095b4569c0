import { joinersIn } from "../../stack/leavers";
import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** People whom the next `up` invites. */
export function joiner({ stack, settings, state, access }: Facts): Finding[] {
  if (settings === undefined || state === undefined || access === undefined) return [];
  const joiners = joinersIn(state.guests, settings);
  if (joiners.length === 0) return [];
  const text = `\`up\` is due: the settings name ${joiners.join(", ")}, not yet invited`;
  const next = `npx mssp fleet up --stack ${stack}`;
  return [finding("joiner", "soon", { level: joiners.length, title: "`up` is due", text, next })];
}
