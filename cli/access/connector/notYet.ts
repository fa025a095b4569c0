/**
 * What an `up` has written and the service does not show yet, apart from what is missing: a new secret
 * that does not sign in, a token without a new permission.
 */
import { isRecentWrite, unknownToEntra, waits } from "@defender-mssp/microsoft";
import { timeText } from "@defender-mssp/errors/time";
import type { Check } from "@defender-mssp/siem/verify/check";

/** Such as `not yet, usually within 10 min: …`. */
export function notYetText(reason: string, row: { readonly longest: number } = waits.signIn): string {
  return `not yet, usually within ${timeText(row.longest)}: ${reason}`;
}

/** A check that a recent write explains says so. It stays failed, or not checked: nothing works yet. */
export function withNotYet(check: Check, writtenAt: string | undefined, now: Date): Check {
  if (!isRecentWrite(writtenAt, now)) return check;
  if (check.state === "notChecked" && /answered 404: Request_ResourceNotFound/.test(check.reason))
    return { ...check, reason: notYetText("a replica does not know a new object. Check again later") };
  if (check.state !== "failed") return check;
  const [code = ""] = /AADSTS\d+/.exec(check.reason) ?? [];
  if (unknownToEntra.has(code)) {
    const reason = `Entra does not know the new application or client secret everywhere (${code}). Try again later`;
    return { ...check, reason: notYetText(reason) };
  }
  if (check.facts?.consent !== "lost") return check;
  return { ...check, reason: notYetText(check.reason.replace(remedy, ""), waits.tokenRoles) };
}

/** What to type against a lost consent. A refresh right after an `up` could meet a stale replica. */
const remedy = /: run npx pulumi up --refresh$/;
