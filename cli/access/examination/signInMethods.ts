/**
 * Methods of sign-in of the MSSP's people, in the MSSP's own tenant: who has text messages and voice calls alone can't answer
 * multifactor authentication after Microsoft ends them, where the customer trusts the MSSP's.
 * https://learn.microsoft.com/graph/api/authenticationmethodsroot-list-userregistrationdetails
 */
import { isCallError } from "@defender-mssp/errors";
import { unread } from "@defender-mssp/errors/notChecked";
import {
  changesOn,
  changeTime,
  graphCall,
  graphList,
  graphRegistrationDetails,
  type CallContext,
} from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import type { Feature } from "./report";

const feature = "signInMethods";
const optional = true;

/** Methods that end, or that answer no request for multifactor authentication. */
const ending: readonly string[] = ["mobilePhone", "alternateMobilePhone", "officePhone", "email", "securityQuestion"];

interface Registration {
  readonly userPrincipalName?: string;
  readonly methodsRegistered?: readonly string[];
}

/** @returns nothing while the end is more than 90 days away; a note names who has no other method. */
export async function signInMethods(
  { msspTenantId, analysts }: Pick<Settings, "msspTenantId" | "analysts">,
  today: string,
  context: CallContext,
): Promise<{ readonly features: readonly Feature[]; readonly note?: string }> {
  const end = changesOn(today).find(({ id }) => id === "sms-voice");
  if (analysts.length === 0 || end === undefined || end.level === "later") return { features: [] };
  try {
    const call = await graphCall(msspTenantId, context);
    const all = await graphList<Registration>(call, graphRegistrationDetails.path);
    const found = analysts.map(({ email }) => {
      const name = email.toLowerCase();
      return { email, methods: all.find((one) => one.userPrincipalName?.toLowerCase() === name)?.methodsRegistered };
    });
    const without = found.filter(({ methods }) => methods?.every((method) => ending.includes(method)) === true);
    const unknown = found.filter(({ methods }) => methods === undefined).length;
    const reason = `not checked: ${unknown} of ${found.length} analysts are not users of the MSSP's tenant; ${own}`;
    const row: Feature = unknown === 0 ? { feature, state: "passed" } : { feature, ...unread(reason), optional };
    if (without.length === 0) return { features: [row] };
    const names = without.map(({ email }) => email).join(", ");
    const note = `No method of sign-in but text messages and voice calls: ${names}. ${end.what}: ${changeTime(end)}. Each registers a passkey or Microsoft Authenticator at https://aka.ms/mysecurityinfo.`;
    return { features: unknown === 0 ? [] : [row], note };
  } catch (error) {
    if (!isCallError(error)) throw error;
    const reason = `not checked: requires AuditLog.Read.All in the MSSP's own tenant, with Microsoft Entra ID P1; ${own}`;
    return { features: [{ feature, ...unread(reason), optional }] };
  }
}

const own = "each person looks at https://aka.ms/mysecurityinfo";
