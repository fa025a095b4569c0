/**
 * Configuration → one checked, typed, frozen object. Only this file knows the configuration's keys; `Pulumi.yaml` describes
 * the same keys to the engine. It has no Pulumi in it, so that the `mssp` command reads settings with the same code.
 */
import { isSecureAddress } from "@defender-mssp/microsoft";
import { closest } from "fastest-levenshtein";
import * as z from "zod/mini";
import { VisibleError } from "./errors";
import {
  applicationNameLimit,
  directoryNameLimit,
  redirectUriLimit,
  securityGroupName,
  siemConnectorName,
  siemRedirectUri,
} from "./naming";

/** A person of the MSSP's who works with the customer's Defender. */
export interface Analyst {
  /** Address that the invitation goes to, in lower case. It identifies the analyst: a changed address is another guest. */
  readonly email: string;
  /** Name that the customer sees in their directory. */
  readonly displayName: string;
}

/** How the SIEM's application gets authorized for the legacy alert API, which has no public call for it. */
export type SiemAuthorizationSettings =
  /** By a call to an endpoint: the given one, or (sandbox) the one that `MSSP_DEFENDER_ENDPOINT` names at run time. */
  | { readonly mode: "endpoint"; readonly endpoint?: string }
  /** By a person in the portal: the stack's `nextSteps` output says how. */
  | { readonly mode: "manual" };

/** What one stack's configuration says, checked. */
export interface Settings {
  readonly customerName: string;
  /** The customer's tenant, a UUID in lower case. */
  readonly tenantId: string;
  /** Host of the redirect URI, in lower case. */
  readonly customerDomain: string;
  readonly msspName: string;
  /** The MSSP's own tenant, a UUID in lower case. */
  readonly msspTenantId: string;
  readonly analysts: readonly Analyst[];
  /** Text of the invitation instead of Microsoft's own. Never set together with `invitationLanguage`. */
  readonly invitationMessage?: string;
  /** Language of Microsoft's own invitation text, a BCP 47 tag. */
  readonly invitationLanguage?: string;
  readonly siemAuthorization: SiemAuthorizationSettings;
}

/** One thing that is wrong. */
export interface SettingProblem {
  /** The setting's key, with the place inside its value: `analysts[1].email`. */
  readonly key: string;
  /** The value as the user wrote it, shortened, `[secret]` where it may not be shown, `(not set)` where there is none. */
  readonly seen: string;
  /** What is allowed instead. */
  readonly allowed: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** More analysts than any team has: a list that is longer is a mistake, and one guest is one Graph call. */
const analystLimit = 1000;
/** Ours; Graph documents no limit for the text of an invitation. */
const invitationMessageLimit = 1000;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** What the azuread provider takes for an address, and a dot in the domain: no guest comes from a bare host name. */
const emailAddress =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i;
const domainName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/**
 * Control characters, line and paragraph separators, halves of a character, and the marks that reverse the direction of
 * writing (they make a name read as another one). Joiners stay: Persian and Indic names need them.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]/u;
const unprintableInText = /[^\P{Cc}\n\t]|[\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]/u;
/** A key with such a word in it may hold a secret that somebody put in the wrong place: its value isn't shown. */
const secretive = /secret|passw|passphrase|token|credential|key/i;

const tenantIdRule = (whose: string) =>
  text(
    `the ID of ${whose} tenant: a UUID such as 11111111-2222-3333-4444-555555555555 (Entra admin center, Overview, Tenant ID)`,
    (value) => uuid.test(value) && !/^[0-]+$/.test(value) && !/^[f-]+$/i.test(value),
  );

const nameRule = (whose: string, limit: number) =>
  text(
    `${whose}: 1 to ${limit} characters, no control characters, no space at the start or the end`,
    (value) => value.length <= limit && value.trim() === value && !unprintable.test(value),
  );

const analystSchema = z.strictObject(
  {
    email: text(
      "an e-mail address with a domain, such as ana@mssp.example",
      (value) => value.length <= 254 && value.indexOf("@") <= 64 && emailAddress.test(value),
    ),
    displayName: nameRule("the analyst's name", directoryNameLimit),
  },
  { error: "an analyst: email and displayName" },
);

const analystsAllowed = `a list of up to ${analystLimit} analysts, each with email and displayName ([] for none)`;

/** Every setting, in the order in which errors are listed. `Pulumi.yaml` has the same keys; a test compares the two. */
const settingsSchema = z.object({
  customerName: nameRule("the customer's name", applicationNameLimit - siemConnectorName("").length),
  tenantId: tenantIdRule("the customer's"),
  customerDomain: text(
    `a domain name alone, in lower case, such as contoso.com: no scheme, port, path, underscore or dot at the end; ` +
      `other scripts in their xn-- form; at most ${redirectUriLimit - siemRedirectUri("").length} characters`,
    (value) => siemRedirectUri(value).length <= redirectUriLimit && domainName.test(value),
  ),
  msspName: nameRule("the MSSP's name", directoryNameLimit - securityGroupName("").length),
  msspTenantId: tenantIdRule("the MSSP's own"),
  analysts: z.pipe(
    z
      .array(z.unknown(), { error: analystsAllowed })
      .check(z.refine((analysts) => analysts.length <= analystLimit, { error: analystsAllowed })),
    z.array(analystSchema),
  ),
  invitationMessage: z.optional(
    text(
      `the invitation's text: up to ${invitationMessageLimit} characters, no control characters but line breaks and tabs`,
      (value) => value.length <= invitationMessageLimit && value.trim() !== "" && !unprintableInText.test(value),
    ),
  ),
  invitationLanguage: z.optional(text("a language tag (BCP 47) such as en-US or de", isLanguageTag)),
  defenderEndpoint: z.optional(endpointRule()),
});

/** The keys that a stack's configuration may have, without the project's name in front. */
export const settingKeys: readonly string[] = Object.keys(settingsSchema.shape);

/**
 * Checks a stack's configuration.
 *
 * @param values each key without the project's name in front, with its value as the engine hands it over: text, and JSON for
 * a list. A key with empty text counts as not set.
 * @param secretKeys the keys that are encrypted in the stack's file. Their values never appear in an error.
 * @param environment MSSP_DEFENDER_ENDPOINT turns the SIEM authorization into a call; ARM_TENANT_ID and AZURE_TENANT_ID must
 * not name a third tenant, and ARM_USE_MSI must be off.
 * @throws VisibleError that lists everything that is wrong, and nothing else whatever the input.
 */
export function parseSettings(
  values: Readonly<Record<string, unknown>>,
  secretKeys: Iterable<string>,
  environment: Environment,
): Settings {
  const result = checkSettings(values, secretKeys, environment);
  if ("problems" in result) throw new VisibleError(problemsMessage(result.problems));
  return result.settings;
}

/** As `parseSettings`, for a caller that shows the problems in its own way. */
export function checkSettings(
  values: Readonly<Record<string, unknown>>,
  secretKeys: Iterable<string>,
  environment: Environment,
): { readonly settings: Settings } | { readonly problems: readonly SettingProblem[] } {
  const secrets = new Set(secretKeys);
  const raw = rawSettings(values);
  const parsed = z.safeParse(settingsSchema, raw);
  const problems = [
    ...(parsed.error?.issues ?? []).flatMap((issue) => problemsOfIssue(issue, raw, secrets)),
    ...duplicateAnalysts(raw.analysts, secrets),
    ...conflicts(raw, secrets),
    ...environmentProblems(raw, environment),
    ...secretSettings(secrets),
    ...unknownKeys(values, secrets),
  ];
  if (problems.length > 0 || !parsed.success) return { problems };
  return { settings: settingsFrom(parsed.data, environment) };
}

type RawSettings = Partial<Record<string, unknown>>;

function settingsFrom(checked: z.infer<typeof settingsSchema>, environment: Environment): Settings {
  const { defenderEndpoint, ...rest } = checked;
  const analysts = rest.analysts.map((analyst) => Object.freeze({ ...analyst, email: analyst.email.toLowerCase() }));
  return Object.freeze({
    ...rest,
    tenantId: rest.tenantId.toLowerCase(),
    msspTenantId: rest.msspTenantId.toLowerCase(),
    analysts: Object.freeze(analysts),
    siemAuthorization: Object.freeze(siemAuthorization(defenderEndpoint, environment)),
  });
}

function siemAuthorization(defenderEndpoint: string | undefined, environment: Environment): SiemAuthorizationSettings {
  if (defenderEndpoint !== undefined) return { mode: "endpoint", endpoint: defenderEndpoint.replace(/\/+$/, "") };
  return environment["MSSP_DEFENDER_ENDPOINT"] ? { mode: "endpoint" } : { mode: "manual" };
}

/** A text setting: absent, of another type and refused by its check are the same thing to the user. */
function text(allowed: string, accepts: (value: string) => boolean) {
  const check = (value: string) => structureIn(value) === undefined && accepts(value);
  return z.string({ error: allowed }).check(z.refine(check, { error: allowed }));
}

/** The list or map that the engine has made JSON of, where the stack's file has one instead of a text. */
function structureIn(value: string): object | undefined {
  if (!/^[[{]/.test(value)) return undefined;
  const parsed = fromJson(value);
  return typeof parsed === "object" && parsed !== null ? parsed : undefined;
}

function endpointRule() {
  return text(
    "a URL of a gateway that authorizes applications: https (http on this machine only), no user, query or fragment",
    isEndpoint,
  );
}

function isEndpoint(value: string): boolean {
  if (!URL.canParse(value) || unprintable.test(value)) return false;
  const { username, password } = new URL(value);
  return isSecureAddress(value) && username === "" && password === "" && !/[?#\s]/.test(value);
}

function isLanguageTag(value: string): boolean {
  if (!/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(value)) return false;
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false; // RangeError: not well-formed
  }
}

/** The known settings as the checks want them: empty is absent, and a list comes out of its JSON. */
function rawSettings(values: Readonly<Record<string, unknown>>): RawSettings {
  const raw: RawSettings = {};
  for (const key of settingKeys) {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value === undefined || value === null || value === "") continue;
    raw[key] = key === "analysts" ? fromJson(value) : value;
  }
  return raw;
}

/** The engine hands over a list as JSON; text that is no JSON stays text, for the check to refuse. */
function fromJson(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function problemsOfIssue(issue: z.core.$ZodIssue, raw: RawSettings, secrets: ReadonlySet<string>): SettingProblem[] {
  const path = issue.path;
  const secret = secrets.has(String(path[0]));
  if (issue.code !== "unrecognized_keys") {
    return [{ key: pathText(path), seen: shown(valueAt(raw, path), secret), allowed: issue.message }];
  }
  const known = Object.keys(analystSchema.shape);
  return issue.keys.map((key) => ({
    key: pathText([...path, key]),
    seen: shown(valueAt(raw, [...path, key]), secret || secretive.test(key)),
    allowed: unknownKey(key, known),
  }));
}

/** Found apart from the schema, so that a double is reported even where another analyst has something else wrong. */
function duplicateAnalysts(analysts: unknown, secrets: ReadonlySet<string>): SettingProblem[] {
  if (!Array.isArray(analysts) || analysts.length > analystLimit) return [];
  const first = new Map<string, number>();
  const problems: SettingProblem[] = [];
  for (const [index, analyst] of analysts.entries()) {
    const email: unknown = valueAt({ analyst: analyst as unknown }, ["analyst", "email"]);
    if (typeof email !== "string" || email === "") continue;
    const seenAt = first.get(email.toLowerCase());
    if (seenAt === undefined) {
      first.set(email.toLowerCase(), index);
      continue;
    }
    problems.push({
      key: `analysts[${index}].email`,
      seen: shown(email, secrets.has("analysts")),
      allowed: `each analyst once: analysts[${seenAt}] has this address (capital letters make no difference)`,
    });
  }
  return problems;
}

function conflicts(raw: RawSettings, secrets: ReadonlySet<string>): SettingProblem[] {
  const problems: SettingProblem[] = [];
  const { tenantId, msspTenantId } = raw;
  if (isUuid(tenantId) && isUuid(msspTenantId) && tenantId.toLowerCase() === msspTenantId.toLowerCase()) {
    problems.push({
      key: "msspTenantId",
      seen: shown(msspTenantId, secrets.has("msspTenantId")),
      allowed: "another tenant than tenantId: the MSSP's people come into the customer's tenant as guests",
    });
  }
  if (raw["invitationMessage"] !== undefined && raw["invitationLanguage"] !== undefined) {
    problems.push({
      key: "invitationLanguage",
      seen: shown(raw["invitationLanguage"], secrets.has("invitationLanguage")),
      allowed: "only without invitationMessage: it is the language of Microsoft's own text",
    });
  }
  return problems;
}

function environmentProblems(raw: RawSettings, environment: Environment): SettingProblem[] {
  const problems: SettingProblem[] = [];
  const endpoint = environment["MSSP_DEFENDER_ENDPOINT"];
  if (endpoint && !isEndpoint(endpoint)) {
    const allowed = "a URL: https (http on this machine only), no user, query or fragment";
    problems.push({ key: "MSSP_DEFENDER_ENDPOINT (environment)", seen: shown(endpoint, false), allowed });
  }
  if (/^(true|1|t)$/i.test(environment["ARM_USE_MSI"] ?? "")) {
    const allowed = "unset: a managed identity's token is for its own tenant, whatever tenant it is asked for";
    problems.push({ key: "ARM_USE_MSI (environment)", seen: shown(environment["ARM_USE_MSI"], false), allowed });
  }
  // A login left over from another customer's shell. The provider is told its tenant, but the person meant another one.
  const ours = [raw["tenantId"], raw["msspTenantId"]];
  if (!ours.every(isUuid)) return problems;
  for (const variable of ["ARM_TENANT_ID", "AZURE_TENANT_ID"]) {
    const tenant = environment[variable];
    if (!tenant || ours.some((id) => id.toLowerCase() === tenant.toLowerCase())) continue;
    const allowed = "unset, or the tenant of tenantId or msspTenantId: this shell is set up for another tenant";
    problems.push({ key: `${variable} (environment)`, seen: shown(tenant, false), allowed });
  }
  return problems;
}

/** Refused rather than leaked: a setting's value ends up readable in the tenant, in resource names and in the state. */
function secretSettings(secrets: ReadonlySet<string>): SettingProblem[] {
  const allowed =
    "a plain value: no setting is a secret, and this one's value is readable in the tenant and in the state";
  return settingKeys.filter((key) => secrets.has(key)).map((key) => ({ key, seen: "[secret]", allowed }));
}

function unknownKeys(values: Readonly<Record<string, unknown>>, secrets: ReadonlySet<string>): SettingProblem[] {
  const unknown = Object.keys(values).filter((key) => !settingKeys.includes(key));
  return unknown.map((key) => ({
    key: printable(shortened(key)),
    seen: shown(values[key], secrets.has(key) || secretive.test(key)),
    allowed: unknownKey(key, settingKeys),
  }));
}

function unknownKey(key: string, known: readonly string[]): string {
  // The distance takes time in the product of both lengths; nothing that long is a slip of the finger.
  return `no such setting; the nearest is ${closest(key.slice(0, 100), known)}`;
}

function isUuid(value: unknown): value is string {
  return typeof value === "string" && uuid.test(value);
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      const name = printable(shortened(String(part)));
      return index === 0 ? name : `.${name}`;
    })
    .join("");
}

const shownCharacters = 80;

/** A value as an error shows it: on one line, without characters that a terminal acts on, shortened, never a secret. */
function shown(value: unknown, secret: boolean): string {
  if (value === undefined) return "(not set)";
  if (secret) return "[secret]";
  const isText = typeof value === "string" && structureIn(value) === undefined;
  const whole = isText ? value : jsonOf(typeof value === "string" ? structureIn(value) : value);
  const text = shortened(whole);
  const visible = isText ? `"${printable(text)}"` : printable(text, "json");
  return whole.length > text.length && text.length >= shownCharacters
    ? `${visible}… (${whole.length} characters)`
    : visible;
}

function shortened(whole: string): string {
  return [...withoutCredentials(whole.slice(0, 2000)).matchAll(/./gsu)].slice(0, shownCharacters).join("");
}

function printable(text: string, form: "text" | "json" = "text"): string {
  const escaped = form === "text" ? JSON.stringify(text).slice(1, -1) : text;
  return escaped.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** `https://user:password@host?sas=…` in a setting for a URL: what may be a credential goes. */
function withoutCredentials(value: string): string {
  return value.replace(/(:\/\/)[^/@\s]*@/g, "$1[secret]@").replace(/(:\/\/[^?\s]*\?).*$/s, "$1[secret]");
}

function jsonOf(value: unknown): string {
  try {
    const json = JSON.stringify(value, (key, inner: unknown) => (secretive.test(key) ? "[secret]" : inner)) as
      string | undefined;
    return json ?? typeof value;
  } catch {
    return "(not to be shown as JSON)"; // nested too deeply, or no JSON
  }
}

const listedProblems = 100;

function problemsMessage(problems: readonly SettingProblem[]): string {
  const listed = problems
    .slice(0, listedProblems)
    .map(({ key, seen, allowed }) => `  ${key}: ${seen}\n    allowed: ${allowed}`);
  const rest = problems.length - listed.length;
  return [
    `${problems.length === 1 ? "1 setting is" : `${problems.length} settings are`} wrong; nothing was changed.`,
    ...listed,
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    "Settings are in Pulumi.<stack>.yaml under config, each key with the project's name in front (pulumi config set KEY VALUE).",
  ].join("\n");
}
