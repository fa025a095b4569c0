import { isGrantedByAdministrator } from "../../../domain/prerequisiteSettings";
import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** A consent that a person gives by a link is not in the state. */
export function consentLink({ access, onboarding, settings }: Facts): Finding[] {
  const { adminConsentUrl, objects = [] } = access ?? {};
  if (access === undefined || onboarding !== undefined) return [];
  if (settings !== undefined && isGrantedByAdministrator(settings))
    return [
      finding("manualSteps", "unread", {
        key: "consentLink",
        text: "Whether the customer's administrator has consented to the SIEM connector is not in the state",
        next: `npx mssp verify --stack ${access.stack} shows it, with the address`,
      }),
    ];
  if (adminConsentUrl === undefined || objects.some(({ kind }) => kind === "permission")) return [];
  return [
    finding("manualSteps", "unread", {
      key: "consentLink",
      text: "Whether the customer's administrator has consented to the MSSP's application is not in the state",
      next: `npx mssp verify shows it. The link: ${adminConsentUrl}`,
    }),
  ];
}
