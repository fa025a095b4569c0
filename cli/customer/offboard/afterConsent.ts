/**
 * The customer's last step, deleting the application that looked, ends what could prove it. Entra then refuses its
 * sign-in. That refusal, and the certificate of the looks before it, are the proof where the application could only
 * read: one that could write may have created access after its last look.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { signInToGraph, ServiceError, type Endpoints } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { sha256 } from "@defender-mssp/siem/signed/openEnvelope";
import type { Settings } from "../../../settings";
import type { Place } from "../../base/place";
import { shellWord } from "../../base/shellWord";
import { signInToTenant } from "../../tenant/signInToTenant";
import { withAnswers, type Certificate } from "./certificate";
import type { OffboardingJournal } from "./journal";
import { minute, type Staying } from "./verdict";

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
  { stack, certificateSha256, automation, notOurs = [] }: OffboardingJournal,
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
  const consents = before.toConfirm.filter(isConsent);
  const consentEndedOn = before.consentEndedOn ?? now().toISOString();
  const couldWrite = consents.some(({ readsOnly }) => readsOnly !== true);
  const toConfirm = [
    ...before.toConfirm.filter((staying) => !consents.includes(staying)),
    ...(couldWrite ? [unseen(stack, before.looks.lastOn, consentEndedOn)] : []),
  ];
  const alertReaders = withAnswers(before.alertReaders, notOurs);
  const state = toConfirm.length === 0 ? "proven" : "toConfirm";
  return { ...before, toConfirm, state, alertReaders, consentEndedOn };
}

/** What an application that can write did after its last look, no refusal shows: somebody else has to look. */
function unseen(stack: string, lastOn: string, endedOn: string): Staying {
  return {
    what: `what the automation did from ${minute(lastOn)} to ${minute(endedOn)}`,
    why: "it could create access in that time, and nobody looked after it",
    step:
      "Look as an identity that only reads, such as the application for previews, or as a person of the customer (az login, without ARM_CLIENT_ID): " +
      `npx mssp offboard --stack ${shellWord(stack)} --prove again --yes`,
  };
}
