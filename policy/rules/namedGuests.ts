import { azuread, dynamic } from "../../domain/resourceTypes";
import { knownText, problems, resourceRule } from "../rule";

export const namedGuests = resourceRule<object>({
  name: "named-guests",
  severity: "critical",
  level: "mandatory",
  why: "Only the analysts of the settings are invited: the list of analysts is what is reviewed.",
  remedy: "Add the person to analysts.",
  link: "https://learn.microsoft.com/defender-xdr/mssp-access",
  parameters: {},
  types: [dynamic("Guest"), azuread("Invitation")],
  check: ({ properties }, { settings }) => {
    const email = knownText(properties["email"]) ?? knownText(properties["userEmailAddress"]);
    const isAnalyst = (settings?.analysts ?? []).some((analyst) => analyst.email === email?.toLowerCase());
    return problems(email === undefined || isAnalyst ? undefined : `${email} is not an analyst of the settings`);
  },
});
