/** The MSSP's analysts: `analysts`, `analystDomains`, `accessEndsOn`, and the invitation. */
import { tiers } from "@defender-mssp/microsoft";
import { guestAddressProblem } from "../domain/guardrails/people";
import { directoryNameLimit } from "../domain/naming";
import { SettingPlace } from "./place";
import { optional, required, type CheckedValue } from "./setting";
import {
  calendarDay,
  domainName,
  emailAddress,
  freeText,
  languageTag,
  listOf,
  mapOf,
  displayName,
  oneOf,
  pathInside,
  switchOf,
  uuid,
} from "./validators";

/** More analysts than a team has: a longer list is a mistake, and each guest is a Graph call. */
const analystLimit = 1000;
const domainLimit = 100;
/** The program's own limit; Graph documents none for the text of an invitation. */
const invitationMessageLimit = 1000;

const analyst = mapOf("an analyst: email and displayName", {
  email: required(emailAddress(), {
    description: "Address that the invitation goes to. It identifies the analyst: a changed address is another guest.",
    example: "ana@mssp.example",
  }),
  displayName: required(displayName("the analyst's name", directoryNameLimit), {
    description: "Name that the customer sees in their directory.",
    example: "Ana Silva",
  }),
  tier: optional(oneOf("the analyst's tier", tiers), {
    description: "Group of analysts, which decides the permissions in Defender. Used by the model `rbac`.",
    default: "`tier1`",
    example: "tier2",
  }),
  accessEndsOn: optional(calendarDay("the last day of this analyst's access"), {
    description: "Last day of this analyst's access, UTC. The first `up` after it removes the memberships.",
    default: "no end",
    example: '"2027-03-31"',
  }),
  objectId: optional(uuid("the object ID of the analyst's user"), {
    description:
      "Object ID of the analyst's user, if the customer's tenant has one before the stack. `up` stops at an existing user " +
      "without it, and prints the line. It decides when the analyst is added only.",
    default: "an existing user with the address stops `up`",
    example: "11111111-2222-3333-4444-555555555555",
  }),
});

const analystsAllowed = `a list of up to ${analystLimit} analysts, each with email and displayName ([] for none)`;

export const analystSettings = {
  analysts: required(listOf(analystsAllowed, analyst, { most: analystLimit }), {
    description:
      "The MSSP's analysts, who are invited as guests. Use `[]` if there are none; with the models `entitlement` and `governance` it may be omitted.",
    example: "[{ email: ana@mssp.example, displayName: Ana Silva, tier: tier2 }]",
  }),
  analystsFrom: optional(pathInside("the file of shared analysts"), {
    description:
      "File with analysts of several customers: a list in the form of `analysts`, to which it is added. The path begins at the folder of `Pulumi.yaml`. " +
      "A person is in one of the two; an entry of `analysts` with `email` and `objectId` alone adds the object ID to a person of the file.",
    default: "no file",
    example: "analysts.yaml",
  }),
  analystDomains: optional(
    listOf("a list of 1 to 100 e-mail domains", domainName("an e-mail domain"), { least: 1, most: domainLimit }),
    {
      description: "E-mail domains that analysts may have.",
      default: "any domain",
      example: "[mssp.example]",
    },
  ),
  accessEndsOn: optional(calendarDay("the last day of all analysts' access"), {
    description: "Last day of every analyst's access, UTC. The first `up` after it removes the memberships.",
    default: "no end",
    example: '"2027-03-31"',
  }),
  invitationMessage: optional(freeText("the invitation's text", invitationMessageLimit), {
    description:
      "Text of the invitation. It applies when an analyst is invited; a changed text sends no new invitation.",
    default: "Microsoft's own text",
    example: "Fabrikam invites you to Contoso's tenant.",
  }),
  invitationLanguage: optional(languageTag(), {
    description: "Language of Microsoft's own invitation text. Not allowed together with `invitationMessage`.",
    default: "`en-US`, the default of Microsoft Graph",
    example: "de-DE",
  }),
  invitationCopyTo: optional(emailAddress(), {
    description: "E-mail address that receives a copy of each invitation.",
    default: "nobody",
    example: "security.admin@contoso.com",
  }),
  adoptMembers: optional(switchOf("whether existing members of the tenant may be used as analysts"), {
    description:
      "Whether an existing member of the customer's tenant may be used as an analyst, with its `objectId`; an existing " +
      "guest always may. `preview`, `up` and the output `nextSteps` name everybody who is used.",
    default: "`false`: a member with the address stops `up`",
    example: "true",
  }),
};

type Declared = CheckedValue<typeof analyst>;
/** A person of the MSSP who works with the customer's Defender. The address is in lower case. */
export type Analyst = Declared & Required<Pick<Declared, "tier">>;

/** The analysts with addresses in lower case and the earlier of two last days. */
export function analystsFrom(checked: readonly Declared[], allEndOn: string | undefined): readonly Analyst[] {
  return Object.freeze(
    checked.map(({ email, displayName, tier = "tier1", accessEndsOn, objectId }) => {
      const end = [accessEndsOn, allEndOn].filter((date) => date !== undefined).sort()[0];
      return Object.freeze({
        email: email.toLowerCase(),
        displayName,
        tier,
        ...(end === undefined ? {} : { accessEndsOn: end }),
        ...(objectId === undefined ? {} : { objectId: objectId.toLowerCase() }),
      });
    }),
  );
}

/**
 * Problems that no single validator can see. They are reported even if another analyst has an
 * invalid value.
 */
export function analystProblems(settings: SettingPlace): void {
  const addresses = settings
    .at("analysts")
    .items(analystLimit)
    .map((one) => one.at("email"));
  SettingPlace.refuseRepeated(
    addresses,
    (first) => `each analyst once: analysts[${first}] has this address (capital letters make no difference)`,
  );
  const domains = settings
    .at("analystDomains")
    .items(domainLimit)
    .flatMap(({ text }) => text ?? []);
  for (const address of domains.length === 0 ? [] : addresses) {
    if (address.text === undefined || guestAddressProblem(address.text, domains) === undefined) continue;
    address.refuse("an address of one of the domains that analystDomains lists");
  }
  const language = settings.at("invitationLanguage");
  if (language.isSet && settings.at("invitationMessage").isSet) {
    language.refuse("only without invitationMessage: it is the language of Microsoft's own text");
  }
}
