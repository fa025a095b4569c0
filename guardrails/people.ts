/** Who may get access, as pure functions. */

/** Providers of mailboxes for anybody: an address of theirs says nothing about whose employee somebody is. */
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
 * An address that is none of the MSSP's.
 *
 * @param domains e-mail domains that are allowed; none: any company's.
 */
export function guestAddressProblem(email: string, domains: readonly string[]): string | undefined {
  const domain = email.slice(email.lastIndexOf("@") + 1).toLowerCase();
  if (domains.length > 0) {
    const isAllowed = domains.some((one) => one.toLowerCase() === domain);
    return isAllowed ? undefined : `${email} is of another domain than ${domains.join(", ")}`;
  }
  return freeMailDomains.includes(domain) ? `${email} is a mailbox that anybody can have` : undefined;
}

/** More guests than allowed. */
export function guestCountProblem(count: number, most: number): string | undefined {
  return count <= most ? undefined : `there are ${count} guests; allowed are ${most}`;
}
