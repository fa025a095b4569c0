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
export function looksText(certificate: Certificate): string {
  const { state, consentEndedOn, looks, writing, lookedBy } = certificate;
  if (state === "accessLeft") return "";
  const { agreed, lastOn, accessSeenOn } = looks;
  const seen = accessSeenOn === null ? "" : ` The look of ${minute(accessSeenOn)} showed access that has ended since.`;
  const looked =
    agreed === 1 ? "One look at the tenant shows it, of" : `${counted(agreed, "look")} in a row agree, the last of`;
  const ended =
    consentEndedOn === undefined
      ? ""
      : ` At ${minute(consentEndedOn)} Entra refused the sign-in of the application that looked: it is no longer in the tenant. Nobody looked between.`;
  const by =
    lookedBy === null
      ? "a signed-in person"
      : `application ${lookedBy.appId}, which can ${lookedBy.readsOnly ? "change nothing" : "change the tenant"}`;
  return `${looked} ${minute(lastOn)}, by ${by}.${seen}${ended}${writingText(writing)}`;
}

function writingText({ writers, until, log }: Certificate["writing"]): string {
  if (until === undefined) return "";
  const names = writers.flatMap(({ name, endedOn }) =>
    endedOn === undefined ? [] : [`${name}, which ended at ${minute(endedOn)}`],
  );
  const entries =
    typeof log === "number" ? `has ${counted(log, "change", "changes")} by it` : `was not read (${log ?? ""})`;
  return ` Until ${minute(until)} a token could change the tenant: of ${names.join("; ")}. The audit log since the removal ${entries}.`;
}
