/** What the customer's administrator reads of the MSSP on the pages and texts that are sent to them. */
import type * as z from "zod/mini";
import { optional, required, type CheckedValue } from "./setting";
import { displayName, emailAddress, mapOf, text, uuid } from "./validators";

const nameLimit = 120;

/** Kinds of files that a page can show, by their ending. */
export const logoEndings = [".png", ".svg"] as const;

function isLogoPath(value: string): boolean {
  const parts = value.split("/");
  const isRelative = value.length <= 260 && /^[\w. /-]+$/.test(value) && !parts.some((part) => /^\.*$/.test(part));
  return isRelative && logoEndings.some((ending) => value.toLowerCase().endsWith(ending));
}

function isTimeZone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

const contact = mapOf("a map: email, and name or phone", {
  email: required(emailAddress(), { description: "Address for questions.", example: "soc@mssp.example" }),
  name: optional(displayName("the name of the person or team", nameLimit), {
    description: "Name of the person or team.",
    default: "none",
    example: "Fabrikam SOC",
  }),
  phone: optional(
    text("a telephone number: digits, spaces and + ( ) - . /", (value) => /^\+?[\d ()./-]{3,30}$/.test(value)),
    { description: "Telephone number.", default: "none", example: '"+49 30 1234567"' },
  ),
});

const application = (whose: string) =>
  mapOf(`a map: id, and name`, {
    id: required(uuid(`the application ID of the MSSP's ${whose}`), {
      description: `Application (client) ID of the MSSP's ${whose}.`,
      example: "11111111-0000-4000-8000-000000000001",
    }),
    name: optional(displayName("the application's name", nameLimit), {
      description: "Name of the application, as the consent page shows it.",
      default: "not shown",
      example: "Fabrikam Security Automation",
    }),
  });

const applications = mapOf("a map: automation, and preview and keeper", {
  automation: required(application("automation application"), {
    description:
      "The application that runs `up`. With `keeper`, the customer enables it for the minutes of such a run.",
    example: "{ id: 11111111-0000-4000-8000-000000000001 }",
  }),
  keeper: optional(application("keeper"), {
    description:
      "The application that keeps what the automation has made: it invites analysts, sets the members of the groups, and rotates the client secret. " +
      "It owns the groups and the connector's application. See `npx mssp docs keeper`.",
    default: "none: the automation does all of it",
    example: "{ id: 11111111-0000-4000-8000-000000000003 }",
  }),
  preview: optional(application("preview application"), {
    description: "The application that runs previews.",
    default: "none",
    example: "{ id: 11111111-0000-4000-8000-000000000002 }",
  }),
});

/** Who of the MSSP answers the customer's questions. */
export type MsspContact = CheckedValue<typeof contact>;
/** An application of the MSSP's to which a customer's administrator consents. */
export type MsspApplication = CheckedValue<ReturnType<typeof application>>;
export type MsspApplications = CheckedValue<typeof applications>;

export const msspSettings = {
  msspContact: optional(contact, {
    description: "Whom the customer's administrator asks. The hand-out and the text of `npx mssp permissions` name it.",
    default: "none",
    example: "{ email: soc@mssp.example, name: Fabrikam SOC }",
  }),
  msspLogo: optional(text(`a path inside of the project to a file ${logoEndings.join(" or ")}`, isLogoPath), {
    description: "The MSSP's logo on the hand-out: a PNG or SVG file of at most 100 kB, inside of the project.",
    default: "no logo",
    example: "logo.svg",
  }),
  reportTimeZone: optional(text("a time zone of the IANA database, such as Europe/Berlin", isTimeZone), {
    description:
      "The customer gets a page each month, whose days begin and end in this time zone; `npx mssp status` names a month that was not sent. See `npx mssp docs report`.",
    default: "no monthly page is expected; the days are those of UTC",
    example: "Europe/Berlin",
  }),
  msspApplications: optional(applications, {
    description:
      "The MSSP's applications to which the customer's administrator consents. The hand-out and the text of `npx mssp permissions` name them.",
    default: "none; `--client-id` names the automation application",
    example: "{ automation: { id: 11111111-0000-4000-8000-000000000001, name: Fabrikam Security Automation } }",
  }),
};

export function msspApplicationsFrom(checked: z.infer<typeof applications> | undefined): MsspApplications | undefined {
  if (checked === undefined) return undefined;
  const { automation, preview, keeper } = checked;
  const lowerCase = ({ id, ...others }: MsspApplication): MsspApplication => ({ id: id.toLowerCase(), ...others });
  return Object.freeze({
    automation: lowerCase(automation),
    ...(preview === undefined ? {} : { preview: lowerCase(preview) }),
    ...(keeper === undefined ? {} : { keeper: lowerCase(keeper) }),
  });
}
