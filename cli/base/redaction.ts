/**
 * Removes secrets from public text. The engine writes `[secret]` for marked secrets. This covers
 * unmarked ones: a provider's unmarked output (azuread's `redeemUrl`), or an error message that
 * quotes a value.
 */

export const secretText = "[secret]";

/**
 * Under this key the engine keeps what kind of special value an object is
 * (sdk/go/common/resource/sig).
 */
const signatureKey = "4dabf18193072939515e22adb298388d";

const secretName =
  /secret|passw|pwd$|passphrase|token|credential|private.?key|api.?key|access.?key|redeem|connection.?string|assertion|cookie/i;
/** Names that match but hold no secret. */
const harmlessName = /(ExpiresOn|Endpoint|Version)$/;

/** Whether a property of this name counts as a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name) && !harmlessName.test(name);
}

/** A property's value without its secrets. The path's last name decides, and each name inside. */
export function redactedValue(name: string, value: unknown, knownSecrets: readonly string[] = []): unknown {
  if (value === null || value === undefined || typeof value === "boolean") return value;
  if (isSecretName(name)) return isEmpty(value) ? value : secretText;
  if (typeof value === "string") return redactedText(value, knownSecrets);
  if (Array.isArray(value)) return value.map((item: unknown) => redactedValue("", item, knownSecrets));
  if (typeof value !== "object") return value;
  if (Object.hasOwn(value, signatureKey)) return secretText;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      redactedText(key, knownSecrets),
      redactedValue(key, item, knownSecrets),
    ]),
  );
}

/**
 * A value without texts that look like secrets, whatever its names are: for one whose secrets are
 * marked, such as an output with the word "secret" for the type of a credential.
 */
export function redactedTexts(value: unknown): unknown {
  if (typeof value === "string") return redactedText(value);
  if (Array.isArray(value)) return value.map(redactedTexts);
  if (typeof value !== "object" || value === null) return value;
  if (Object.hasOwn(value, signatureKey)) return secretText;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redactedText(key), redactedTexts(item)]));
}

/** Text without what looks like a secret, and without the values of `knownSecrets`. */
export function redactedText(text: string, knownSecrets: readonly string[] = []): string {
  return withoutCredentials(text, knownSecrets).replace(wordWithoutGaps, (word, at: number, whole: string) =>
    looksRandom(word) && !isNamedHash(word, whole.slice(0, at)) ? secretText : word,
  );
}

/** A hash in a message such as that of code in a state, which the operator compares and allows. */
function isNamedHash(word: string, before: string): boolean {
  return /^[0-9a-f]{64}$/.test(word) && before.endsWith("(SHA-256 ");
}

/**
 * Text without the values of `knownSecrets` and without what has a credential's form: for text
 * whose identifiers must stay, such as a log's.
 */
export function withoutCredentials(text: string, knownSecrets: readonly string[] = []): string {
  let result = text;
  for (const secret of knownSecrets) result = result.replaceAll(secret, secretText);
  for (const pattern of secretPatterns) result = result.replace(pattern, secretText);
  return result;
}

/** Values of environment variables with names of secrets: no message may quote them. */
export function secretsOfEnvironment(environment: Readonly<Record<string, string | undefined>>): string[] {
  const values = Object.entries(environment).map(([name, value = ""]) =>
    // Paths and URLs are not secret, and short values such as "true" occur everywhere.
    isSecretName(name) && !/_(FILE|PATH|URL|FILE_PATH)$/.test(name) && value.length >= 6 ? value : "",
  );
  // The longest first: one may be a part of another.
  return [...new Set(values)].filter((value) => value !== "").sort((a, b) => b.length - a.length);
}

const secretPatterns: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // A JSON Web Token, whole or cut.
  /\beyJ[\w-]{5,}(?:\.[\w-]*){0,4}/g,
  // A client secret of Entra's: three characters, a digit, "Q~", and the rest.
  /[\w.~-]{3}\dQ~[\w.~-]{16,}/g,
  // An invitation's address lets whoever has it redeem it.
  /https?:\/\/[^\s"'<>]*redeem[^\s"'<>]*/gi,
  // Name and password in an address.
  /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@"'<>]+:[^\s/@"'<>]+(?=@)/gi,
  /(?<=\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}/gi,
  /(?<=\b(?:AccountKey|SharedAccessKey|sig|client_secret|client_assertion|refresh_token|access_token|id_token|password|code)=)[^\s&;"'<>]{6,}/gi,
  /\b(?:gh[pousr]_|github_pat_|glpat-|pul-)\w{16,}/g,
];

const wordWithoutGaps = /[\w+/=~.-]{20,}/g;
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/**
 * Whether a word looks random rather than like a name, path or host: the kind of character (upper,
 * lower, digit) changes often. UUIDs are identifiers here, not secrets.
 */
function looksRandom(word: string): boolean {
  return word
    .replace(uuid, " ")
    .split(" ")
    .some((part) => part.length >= 20 && kindChanges(part) / part.length > 0.3);
}

function kindChanges(word: string): number {
  const kinds = Array.from(word).map((c) =>
    /\d/.test(c) ? "digit" : /[A-Z]/.test(c) ? "upper" : /[a-z]/.test(c) ? "lower" : "",
  );
  return kinds.filter((kind, index) => kind !== "" && (kinds[index - 1] ?? "") !== "" && kinds[index - 1] !== kind)
    .length;
}

function isEmpty(value: unknown): boolean {
  return value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}
