import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** People who have not accepted. */
export function invitations({ live }: Facts): Finding[] {
  return (live?.pendingInvitations ?? []).map((email) =>
    finding("invitations", "soon", {
      key: `invitations ${email}`,
      who: "analyst",
      text: `${email} has not accepted the invitation`,
      next: "The person accepts it in the e-mail; ask whether it has arrived",
    }),
  );
}
