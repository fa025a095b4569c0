/**
 * The customer's last step, deleting the automation's application, ends what could prove it. Entra then refuses
 * the automation's sign-in: that refusal, and the certificate of the looks before it, are the proof.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { signInToGraph, ServiceError, type Endpoints } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { sha256 } from "@defender-mssp/siem/signed/openEnvelope";
import type { Settings } from "../../../settings";
import type { Place } from "../../base/place";
import { signInToTenant } from "../../tenant/signInToTenant";
import type { Certificate } from "./certificate";
import type { OffboardingJournal } from "./journal";
import type { Staying } from "./verdict";

export const certificateFile = "certificate.json";

/** Of an application that has no service principal in the tenant. */
const absent: ReadonlySet<string> = new Set(["AADSTS700016", "AADSTS7000229"]);

/**
 * The certificate of the run before, with the end of the consent; undefined while the automation signs in.
 * @throws VisibleError where no certificate says what was left before, or another application was refused than
 * the one that looked
 */
export async function afterConsent(
  { out, environment, now }: Pick<Place, "environment"> & { readonly out: string; readonly now: () => Date },
  settings: Settings,
  { certificateSha256, automation }: OffboardingJournal,
  endpoints: Endpoints,
): Promise<Certificate | undefined> {
  try {
    await signInToTenant(settings, environment, endpoints);
    return undefined;
  } catch (error) {
    if (!(error instanceof ServiceError) || !absent.has(error.serviceCode)) throw error;
  }
  // An ID that is no application's is refused in the same way: at home this one signs in.
  await signInToGraph(settings.msspTenantId, { environment, endpoints });
  const text = await readFile(path.join(out, certificateFile), "utf8").catch(() => "");
  const before = sha256(text) === certificateSha256 ? (JSON.parse(text) as Certificate) : undefined;
  if (before === undefined || before.state === "accessLeft")
    throw new VisibleError(
      `The automation's application is no longer in the tenant, and ${out} has no certificate that found nothing but its consent. ` +
        "Prove it as somebody else, such as a person of the customer who may read the directory (az login, without ARM_CLIENT_ID).",
    );
  const refused = environment["ARM_CLIENT_ID"]?.toLowerCase();
  if (automation === undefined || refused !== automation)
    throw new VisibleError(
      `Entra refuses application ${refused ?? "of this sign-in"} in the tenant, but the looks of ${out} were made by ${automation ?? "a person"}: ` +
        "the end of one consent is no proof of the end of another. Sign in as the identity that looked.",
    );
  // A line about what could not be looked at ends by a look alone.
  const isConsent = ({ kinds, unread = [] }: Staying): boolean =>
    kinds?.includes("automationConsent") === true && unread.length === 0;
  const toConfirm = before.toConfirm.filter((staying) => !isConsent(staying));
  const state = toConfirm.length === 0 ? "proven" : "toConfirm";
  return { ...before, toConfirm, state, consentEndedOn: before.consentEndedOn ?? now().toISOString() };
}
