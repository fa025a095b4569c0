/** Validators of settings. The error of each states in one sentence what is allowed. */
import { isSecureAddress, isUuid } from "@defender-mssp/microsoft";
import * as z from "zod/mini";
import { structureIn, unprintable } from "./problems";

/**
 * The addresses that the azuread provider accepts, with a dot in the domain: a guest's address has
 * no bare host name.
 */
const emailForm = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i;
const domainForm = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const unprintableInText = /[^\P{Cc}\n\t]|[\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]/u;

const allowedValues = z.registry<{ readonly values: string }>();

/**
 * The allowed values of a validator without the words that name the setting, for the reference: an
 * error has both.
 */
export function valuesOf(validator: z.core.$ZodType): string | undefined {
  return allowedValues.get(validator)?.values;
}

/** Keeps what the error says after the words that name the setting. */
function withValues<Validator extends z.core.$ZodType>(values: string, validator: Validator): Validator {
  allowedValues.add(validator, { values });
  return validator;
}

/** What JSON Schema can say of a value beyond its type: an editor underlines less than the program refuses. */
export interface JsonForm {
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly type?: "integer";
  readonly minimum?: number;
  readonly maximum?: number;
}

const jsonForms = z.registry<JsonForm>();

/** The form of a validator's values for the JSON schema; undefined where it adds nothing to the type. */
export function jsonFormOf(validator: z.core.$ZodType): JsonForm | undefined {
  return jsonForms.get(validator);
}

function withForm<Validator extends z.core.$ZodType>(form: JsonForm, validator: Validator): Validator {
  jsonForms.add(validator, form);
  return validator;
}

const uuidPattern = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
/** No space at the start or the end. */
const namePattern = "^\\S(.*\\S)?$";

/**
 * A text setting: absent, of another type and refused by its check are the same problem for the
 * user.
 */
export function text(allowed: string, accepts: (value: string) => boolean) {
  const check = (value: string) => structureIn(value) === undefined && accepts(value);
  return z.string({ error: allowed }).check(z.refine(check, { error: allowed }));
}

/** A string setting whose error names it before the allowed values. */
function named(what: string, values: string, accepts: (value: string) => boolean) {
  return withValues(values, text(`${what}: ${values}`, accepts));
}

/** One of a closed set of texts. */
export function oneOf<const Choice extends string>(what: string, choices: readonly Choice[]) {
  const values = listed(choices);
  return withValues(values, z.enum(choices as readonly [Choice, ...Choice[]], { error: `${what}: ${values}` }));
}

/**
 * A map with these keys and no others. The error for an unknown key names the nearest known one.
 */
export function mapOf<Shape extends z.core.$ZodLooseShape>(allowed: string, shape: Shape) {
  return z.strictObject(shape, {
    // problemsOfIssue in index.ts makes the problem from the known keys.
    error: (issue) => (issue.code === "unrecognized_keys" ? Object.keys(shape).join(",") : allowed),
  });
}

/**
 * A list. Its length is checked before its items, so that a list of a million invalid items is one
 * problem.
 */
export function listOf<Item extends z.core.$ZodType>(allowed: string, item: Item, limits: Limits) {
  const { least = 0, most } = limits;
  return z.pipe(
    z
      .array(z.unknown(), { error: allowed })
      .check(z.refine((items) => items.length >= least && items.length <= most, { error: allowed })),
    withForm({ minItems: least, maxItems: most }, z.array(item)),
  );
}

export interface Limits {
  readonly least?: number;
  readonly most: number;
}

/** A whole number, also as a string: `pulumi config set` without `--path` writes one. */
export function wholeNumber(what: string, { least = 1, most }: Limits) {
  const values = `a whole number from ${least} to ${most}`;
  const allowed = `${what}: ${values}`;
  const check = (value: number) => Number.isInteger(value) && value >= least && value <= most;
  const number = withForm(
    { type: "integer", minimum: least, maximum: most },
    z.number({ error: allowed }).check(z.refine(check, { error: allowed })),
  );
  return withValues(
    values,
    z.pipe(
      z.transform((value: unknown) => (typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value)),
      number,
    ),
  );
}

/** A boolean, also as a string: `pulumi config set` writes one. */
export function switchOf(what: string) {
  const allowed = `${what}: true or false`;
  return withValues(
    "true or false",
    z.pipe(
      z.transform((value: unknown) => (value === "true" ? true : value === "false" ? false : value)),
      z.boolean({ error: allowed }),
    ),
  );
}

export function uuid(what: string) {
  return withForm({ pattern: uuidPattern }, withValues("a UUID", text(`${what}, a UUID`, isUuid)));
}

export function tenantId(whose: string) {
  return withForm(
    { pattern: uuidPattern },
    named(
      `the ID of ${whose} tenant`,
      "a UUID such as 11111111-2222-3333-4444-555555555555 (Entra admin center, Overview, Tenant ID)",
      (value) => isUuid(value) && !/^[0-]+$/.test(value) && !/^[f-]+$/i.test(value),
    ),
  );
}

export function displayName(whose: string, limit: number) {
  return withForm(
    { minLength: 1, maxLength: limit, pattern: namePattern },
    named(whose, `1 to ${limit} characters, no control characters, no space at the start or the end`, (value) =>
      isName(value, limit),
    ),
  );
}

/** A name that cannot lead out of a folder, on any machine. */
export function moduleName(what: string) {
  return withForm(
    { pattern: "^[A-Za-z][A-Za-z0-9]{0,63}$" },
    named(what, "a letter, then up to 63 letters and digits", (value) => /^[a-z][a-z0-9]{0,63}$/i.test(value)),
  );
}

/** A name that is part of the path of an address, where `.` and `..` mean another folder. */
export function pathName(whose: string, limit: number) {
  return named(
    whose,
    `1 to ${limit} characters, no control characters, no space at the start or the end, not "." or ".."`,
    (value) => isName(value, limit) && !/^\.{1,2}$/.test(value),
  );
}

/** Whether a path leads to a YAML file below the folder where it begins, as far as its text says. */
export function isPathInside(path: string): boolean {
  const parts = path.split("/");
  return (
    isName(path, 200) &&
    /\.ya?ml$/i.test(path) &&
    !/[\\:]/.test(path) &&
    !parts.some((part) => part === "" || part === "." || part === "..") &&
    // A stack's own settings, and the project's.
    !/^Pulumi(\..*)?\.ya?ml$/i.test(parts.at(-1) ?? "")
  );
}

export function pathInside(what: string) {
  return named(
    what,
    "a .yaml file of this repository, by its path from the folder of Pulumi.yaml with /",
    isPathInside,
  );
}

function isName(value: string, limit: number): boolean {
  return value.length >= 1 && value.length <= limit && value.trim() === value && !unprintable.test(value);
}

export function freeText(what: string, limit: number) {
  return named(
    what,
    `up to ${limit} characters, no control characters but line breaks and tabs`,
    (value) => value.length <= limit && value.trim() !== "" && !unprintableInText.test(value),
  );
}

export function emailAddress() {
  return withForm(
    { pattern: "^[^\\s@]+@[^\\s@.]+(\\.[^\\s@.]+)+$", maxLength: 254 },
    text("an e-mail address with a domain, such as ana@mssp.example", isEmailAddress),
  );
}

export function domainName(what: string, most = 253) {
  return withForm(
    { pattern: domainForm.source, maxLength: most },
    text(
      `${what}, in lower case, such as contoso.com: no scheme, port, path, underscore or dot at the end; ` +
        `other scripts in their xn-- form; at most ${most} characters`,
      (value) => value.length <= most && domainForm.test(value),
    ),
  );
}

/**
 * A calendar day, ISO 8601. The engine turns a date without quotes in a list into "2027-03-31
 * 00:00:00 +0000 UTC".
 */
export function calendarDay(what: string) {
  const day = (value: unknown) =>
    typeof value === "string" ? value.replace(/[ T]00:00:00(Z| \+0000 UTC)$/, "") : value;
  const values = "a date such as 2027-03-31 (ISO 8601, UTC)";
  return withValues(
    values,
    z.pipe(z.transform(day), withForm({ pattern: "^\\d{4}-\\d{2}-\\d{2}$" }, named(what, values, isDate))),
  );
}

/**
 * A calendar day, or a moment in UTC to the second, ISO 8601. The engine turns one without quotes into
 * "2027-03-31 10:00:00 +0000 UTC".
 */
export function dayOrMoment(what: string) {
  const moment = (value: unknown) =>
    typeof value === "string"
      ? value
          .replace(/[ T]00:00:00(Z| \+0000 UTC)$/, "")
          .replace(/^(\S{10})[ T](\d\d:\d\d:\d\d)(\.0+)?(Z| \+0000 UTC)$/, "$1T$2Z")
      : value;
  const values = "a date such as 2027-03-31, or a moment such as 2027-03-31T10:00:00Z (ISO 8601, UTC)";
  return withValues(values, z.pipe(z.transform(moment), named(what, values, isDateOrMoment)));
}

/** A BCP 47 language tag. */
export function languageTag() {
  return text("a language tag (BCP 47) such as en-US or de", isLanguageTag);
}

export function endpoint(what: string) {
  return withForm(
    { pattern: "^https?://[^?#\\s]+$" },
    named(what, "an https URL (http on this machine only), no user, query or fragment", isEndpoint),
  );
}

export function isEmailAddress(value: string): boolean {
  return value.length <= 254 && value.indexOf("@") <= 64 && emailForm.test(value);
}

export function isEndpoint(value: string): boolean {
  if (!URL.canParse(value) || unprintable.test(value)) return false;
  const { username, password } = new URL(value);
  return isSecureAddress(value) && username === "" && password === "" && !/[?#\s]/.test(value);
}

function isDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

function isDateOrMoment(value: string): boolean {
  if (isDate(value)) return true;
  const moment = new Date(value);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().replace(".000Z", "Z") === value;
}

function isLanguageTag(value: string): boolean {
  if (!/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(value)) return false;
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false; // RangeError: not well-formed
  }
}

function listed(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join("") : `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}
