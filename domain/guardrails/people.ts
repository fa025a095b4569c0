/** Checks of the people who get access, as pure functions. */

/** Public mail providers: an address of theirs does not show whom its owner works for. */
export const freeMailDomains: readonly string[] = [
  "163.com",
  "aol.com",
  "gmail.com",
  "gmx.com",
  "gmx.de",
  "gmx.net",
  "googlemail.com",
  "hotmail.com",
  "icloud.com",
  "live.com",
  "mail.ru",
  "me.com",
  "msn.com",
  "outlook.com",
  "proton.me",
  "protonmail.com",
  "qq.com",
  "web.de",
  "yahoo.com",
  "yandex.ru",
];

/**
 * An address that is not allowed for an analyst.
 *
 * @param domains allowed e-mail domains. Empty: every domain but those of public mail providers.
 */
export function guestAddressProblem(email: string, domains: readonly string[]): string | undefined {
  const domain = email.slice(email.lastIndexOf("@") + 1).toLowerCase();
  if (domains.length > 0) {
    const isAllowed = domains.some((one) => one.toLowerCase() === domain);
    return isAllowed ? undefined : `${email} is not in an allowed domain (${domains.join(", ")})`;
  }
  return freeMailDomains.includes(domain) ? `${email} is an address of a public mail provider` : undefined;
}

/** More guests than allowed. */
export function guestCountProblem(count: number, most: number): string | undefined {
  return count <= most ? undefined : `the stack has ${count} guests; at most ${most} are allowed`;
}
