import type { ReportState } from "../../access/state/readState";
import { disableStep, leaverSentence, leaversIn, revokeStep, waitsForAutomation } from "../../stack/leavers";
import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** People who have left the settings and not the tenant. */
export function leaver({
  stack,
  settings,
  state,
}: Pick<Facts, "stack" | "settings"> & { readonly state?: Pick<ReportState, "guests"> }): Finding[] {
  if (settings === undefined || state === undefined) return [];
  return leaversIn(state.guests, settings).map((person) =>
    finding("leaver", "now", {
      key: `leaver ${person.email}`,
      title: leaverSentence(person, stack).replace(/ at \S+$/, ""),
      text: `${leaverSentence(person, stack)}: the settings no longer name ${person.email}`,
      next: waitsForAutomation(settings)
        ? `the keeper can't end it: ${disableStep}; then npx mssp fleet up --stack ${stack} as the automation, when the customer has enabled it`
        : `npx mssp fleet up --stack ${stack}; if it is urgent, ${revokeStep}`,
    }),
  );
}
