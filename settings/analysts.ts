/** The MSSP's people: `analysts`, `analystDomains`, `accessEndsOn`, and what their invitation says. */
import { tiers, type Tier } from "@defender-mssp/microsoft";
import * as z from "zod/mini";
import { guestAddressProblem } from "../guardrails/people";
import { directoryNameLimit } from "./naming";
import { shown, valueAt, type SettingProblem } from "./problems";
import { optional, required } from "./setting";
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
} from "./validators";

/** A person of the MSSP's who works with the customer's Defender. */
export interface Analyst {
  /** Address that the invitation goes to, in lower case. It identifies the analyst: a changed address is another guest. */
  readonly email: string;
  /** Name that the customer sees in their directory. */
  readonly displayName: string;
  /** Which of the model's groups the analyst is in; used by the model `rbac`. */
  readonly tier: Tier;
  /** Last day of access: ISO 8601, UTC. The first `up` after it takes the memberships away. */
  readonly accessEndsOn?: string;
}

/** More analysts than any team has: a list that is longer is a mistake, and one guest is one Graph call. */
const analystLimit = 1000;
/** Ours; Graph documents no limit for the text of an invitation. */
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
});

const analystsAllowed = `a list of up to ${analystLimit} analysts, each with email and displayName ([] for none)`;

export const analystSettings = {
  analysts: required(listOf(analystsAllowed, analyst, { most: analystLimit }), {
    description:
      "The MSSP's analysts, who are invited as guests. Use `[]` if there are none; with the model `entitlement` it may be omitted.",
    example: "[{ email: ana@mssp.example, displayName: Ana Silva, tier: tier2 }]",
  }),
  analystDomains: optional(
    listOf("a list of 1 to 100 e-mail domains", domainName("an e-mail domain"), { least: 1, most: 100 }),
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
};

type Checked = z.infer<typeof analyst>;

/** The analysts as the program takes them: addresses in lower case, the earlier of two last days. */
export function analystsFrom(checked: readonly Checked[], allEndOn: string | undefined): readonly Analyst[] {
  return Object.freeze(
    checked.map(({ email, displayName, tier = "tier1", accessEndsOn }) => {
      const end = [accessEndsOn, allEndOn].filter((date) => date !== undefined).sort()[0];
      return Object.freeze({
        email: email.toLowerCase(),
        displayName,
        tier,
        ...(end === undefined ? {} : { accessEndsOn: end }),
      });
    }),
  );
}

/** Found apart from the schema, so that they are reported even where another analyst has something else wrong. */
export function analystProblems(
  raw: Readonly<Record<string, unknown>>,
  secrets: ReadonlySet<string>,
): SettingProblem[] {
  return [
    ...eachAnalyst(raw["analysts"], duplicates(secrets.has("analysts"))),
    ...eachAnalyst(raw["analysts"], outsideDomains(raw["analystDomains"], secrets.has("analysts"))),
    ...textAndLanguage(raw, secrets),
  ];
}

type Look = (email: string, index: number) => SettingProblem | undefined;

function eachAnalyst(analysts: unknown, look: Look): SettingProblem[] {
  if (!Array.isArray(analysts) || analysts.length > analystLimit) return [];
  return analysts.flatMap((one: unknown, index) => {
    const email = valueAt(one, ["email"]);
    return typeof email === "string" && email !== "" ? (look(email, index) ?? []) : [];
  });
}

function duplicates(secret: boolean): Look {
  const first = new Map<string, number>();
  return (email, index) => {
    const seenAt = first.get(email.toLowerCase());
    if (seenAt === undefined) {
      first.set(email.toLowerCase(), index);
      return undefined;
    }
    return {
      key: `analysts[${index}].email`,
      seen: shown(email, secret),
      allowed: `each analyst once: analysts[${seenAt}] has this address (capital letters make no difference)`,
    };
  };
}

function outsideDomains(domains: unknown, secret: boolean): Look {
  const allowed = Array.isArray(domains) ? domains.filter((domain) => typeof domain === "string").slice(0, 100) : [];
  return (email, index) => {
    if (allowed.length === 0 || guestAddressProblem(email, allowed) === undefined) return undefined;
    return {
      key: `analysts[${index}].email`,
      seen: shown(email, secret),
      allowed: "an address of one of the domains that analystDomains lists",
    };
  };
}

function textAndLanguage(raw: Readonly<Record<string, unknown>>, secrets: ReadonlySet<string>): SettingProblem[] {
  if (raw["invitationMessage"] === undefined || raw["invitationLanguage"] === undefined) return [];
  const seen = shown(raw["invitationLanguage"], secrets.has("invitationLanguage"));
  const allowed = "only without invitationMessage: it is the language of Microsoft's own text";
  return [{ key: "invitationLanguage", seen, allowed }];
}
