import { portalUrl } from "@defender-mssp/microsoft";
import { azuread, dynamic } from "../../domain/resourceTypes";
import { knownText, problems, resourceRule } from "../rule";
import type { PolicySettings } from "../policySettings";

export const namedGuests = resourceRule<object>({
  name: "named-guests",
  severity: "critical",
  level: "mandatory",
  why: "Only the analysts of the settings are invited, as guests, to the customer's portal: the list of analysts is what is reviewed.",
  remedy: "Add the person to analysts, with objectId where the user exists; set invitationCopyTo and adoptMembers.",
  link: "https://learn.microsoft.com/defender-xdr/mssp-access",
  parameters: {},
  types: [dynamic("Guest"), azuread("Invitation")],
  check: ({ properties }, { settings }) => {
    const email = knownText(properties["email"]) ?? knownText(properties["userEmailAddress"]);
    const analyst = settings?.analysts.find((each) => each.email === email?.toLowerCase());
    const existing = knownText(properties["existingObjectId"])?.toLowerCase();
    const copyTo = knownText(properties["copyRecipient"])?.toLowerCase();
    const userType = knownText(properties["userType"]) ?? "Guest";
    return problems(
      email === undefined || analyst !== undefined ? undefined : `${email} is not an analyst of the settings`,
      existing === undefined || existing === analyst?.objectId
        ? undefined
        : `it is the existing user ${existing}, and objectId of the analyst in the settings is ${analyst?.objectId ?? "not set"}`,
      redirectProblem(knownText(properties["redirectUrl"]), settings),
      copyTo === undefined || copyTo === settings?.invitationCopyTo?.toLowerCase()
        ? undefined
        : `${copyTo} gets a copy of the invitation, and is not invitationCopyTo of the settings`,
      properties["adoptMember"] === true && settings?.adoptMembers !== true
        ? "it may be a member of the tenant, and adoptMembers is not true"
        : undefined,
      userType.toLowerCase() === "guest" ? undefined : `it is invited as ${userType}, not as a guest`,
    );
  },
});

/** The invitation's link leads to the Defender portal of the customer's cloud, whatever its query is. */
function redirectProblem(url: string | undefined, settings: PolicySettings | undefined): string | undefined {
  if (url === undefined || settings === undefined) return undefined;
  const portal = new URL(portalUrl(settings.cloud, settings.tenantId)).origin;
  return URL.canParse(url) && new URL(url).origin === portal
    ? undefined
    : `its invitation leads to ${url}, not to ${portal}`;
}
