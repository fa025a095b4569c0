import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** Outputs say what a person does, never whether it has been done. */
export function manualSteps({ access, live }: Facts): Finding[] {
  return (access?.nextSteps ?? [])
    .filter((step) => live?.pendingInvitations === undefined || !step.startsWith("Each invited analyst accepts"))
    .map((step) =>
      finding("manualSteps", "unread", {
        key: `manualSteps ${step}`,
        text: step,
        next: "No API shows whether this has been done. npx mssp verify proves the SIEM's steps by use",
      }),
    );
}
