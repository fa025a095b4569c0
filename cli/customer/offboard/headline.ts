import { counted } from "../../base/counted";
import { isOfKnownApplications, type Certificate } from "./certificate";
import { minute } from "./verdict";

/** What the certificate says, in one clause: no more than was proved. */
export function headline(certificate: Certificate): string {
  const { state, msspName, customerName, toConfirm } = certificate;
  const known = isOfKnownApplications(certificate) ? ", of the applications that we could tell from yours" : "";
  if (state === "accessLeft") return `${msspName} still has access in ${customerName}`;
  if (state === "proven") return `${msspName} has no access in ${customerName} by any way that was looked at${known}`;
  const things = `${toConfirm.length} ${toConfirm.length === 1 ? "thing" : "things"} to confirm by hand`;
  return `No access of ${msspName} left in ${customerName} that could be looked at${known}; ${things}`;
}

/** How many looks at the tenant say so, and when; empty where access is left. */
export function looksText({ state, consentEndedOn, looks: { agreed, lastOn, accessSeenOn } }: Certificate): string {
  if (state === "accessLeft") return "";
  const seen = accessSeenOn === null ? "" : ` The look of ${minute(accessSeenOn)} showed access that has ended since.`;
  const looks =
    agreed === 1 ? "One look at the tenant shows it, of" : `${counted(agreed, "look")} in a row agree, the last of`;
  const ended =
    consentEndedOn === undefined
      ? ""
      : ` At ${minute(consentEndedOn)} Entra refused the sign-in of the application that looked: it is no longer in the tenant. Nobody looked between.`;
  return `${looks} ${minute(lastOn)}.${seen}${ended}`;
}
