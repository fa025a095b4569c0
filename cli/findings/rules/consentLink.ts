import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** A consent that a person gives by a link is not in the state. */
export function consentLink({ access, onboarding }: Facts): Finding[] {
  const { adminConsentUrl, objects = [] } = access ?? {};
  if (adminConsentUrl === undefined || onboarding !== undefined) return [];
  if (objects.some(({ kind }) => kind === "permission")) return [];
  return [
    finding("manualSteps", "unread", {
      key: "consentLink",
      text: "Whether the customer's administrator has consented to the MSSP's application is not in the state",
      next: `npx mssp verify shows it. The link: ${adminConsentUrl}`,
    }),
  ];
}
