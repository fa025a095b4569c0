/** The end of leaked client secrets: proves that Entra refuses them, and reads who signed in. */
import { ServiceError, unknownToEntra, untilSeen, waits } from "@defender-mssp/microsoft";
import { isCallError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import { collectEvidence } from "../../access/evidence/evidence";
import { logReading } from "../../access/evidence/logReading";
import { lastDays } from "../../access/evidence/period";
import { counted } from "../../base/counted";
import { placeOf, type Place } from "../../base/place";
import { readConnector } from "../../stack/connector";
import { parseDeployment } from "../../stack/deployment";
import { leakTag, madeBefore, secretsIn, type MadeSecret } from "../../stack/leakedSecret";
import { runPulumi } from "../../stack/pulumi";

/** The end of the old secrets. Holds no secret. */
export interface LeakEnd {
  readonly deleted: readonly (Omit<MadeSecret, "urn"> & { readonly refused: boolean })[];
  /** Who signed in, or why nobody could look. */
  readonly signIns: string;
}

/** In memory only. */
export type OldSecret = MadeSecret & { readonly value: unknown };

/** Continues a rotation that an earlier run began, while the state has secrets from before it. */
export async function beginLeak(
  stack: string,
  now: string,
  place: Place,
): Promise<{ readonly rotatedOn: string; readonly old: readonly OldSecret[] }> {
  const begun = await leakTag("get", stack, place);
  const old = begun === undefined ? [] : await oldSecrets(stack, begun, place);
  if (begun !== undefined && old.length > 0) return { rotatedOn: begun, old };
  return { rotatedOn: now, old: await oldSecrets(stack, now, place) };
}

/** The secrets of the state that were made before a moment, decrypted. */
async function oldSecrets(stack: string, moment: string, place: Place): Promise<OldSecret[]> {
  const shown = await runPulumi(["stack", "export", "--show-secrets", "--stack", stack], place);
  const { resources } = parseDeployment(stack, shown);
  const values = new Map(
    resources.map(({ urn, outputs }) => [urn, Object(outputs["value"]) as { plaintext?: string }]),
  );
  const decrypted = (urn: string): unknown => JSON.parse(values.get(urn)?.plaintext ?? "null");
  return madeBefore(secretsIn(resources), moment).map((secret) => ({ ...secret, value: decrypted(secret.urn) }));
}

/** Proves the end of secrets that `up` has deleted. @param since when it leaked; undefined reads as far back as the logs go */
export async function endLeak(
  stack: string,
  old: readonly OldSecret[],
  since: Date | undefined,
  session: Session,
): Promise<LeakEnd> {
  const place = placeOf(session);
  const deleted: LeakEnd["deleted"][number][] = [];
  for (const { keyId, madeOn, value } of old)
    deleted.push({ keyId, madeOn, refused: await isRefused(stack, value, session) });
  await leakTag("rm", stack, place);
  return { deleted, signIns: await signInsText(stack, old, since, session) };
}

/** Replicas may take a deleted secret for some minutes. */
async function isRefused(stack: string, secret: unknown, session: Session): Promise<boolean> {
  if (typeof secret !== "string") return false;
  const { requestApplicationToken } = await import("@defender-mssp/siem/tokens/applicationToken");
  const { credentialWays } = await import("@defender-mssp/siem/connector/credentialOptions");
  const connector = { ...(await readConnector(stack, placeOf(session))), clientSecret: secret };
  const environment = { ...session.environment, [credentialWays.secret.variable]: undefined };
  const ask = (): Promise<boolean> =>
    requestApplicationToken(connector, {}, environment).then(
      () => false,
      (error: unknown) => {
        if (error instanceof ServiceError && unknownToEntra.has(error.serviceCode)) return true;
        throw error;
      },
    );
  return (await untilSeen(waits.signIn, ask, { say: (text) => session.err.note(text), environment })) === true;
}

async function signInsText(
  stack: string,
  old: readonly OldSecret[],
  since: Date | undefined,
  session: Session,
): Promise<string> {
  const now = session.now();
  const period = since === undefined ? lastDays(30, now) : { from: since, until: now };
  try {
    const evidence = await collectEvidence({ stack, period, now, ...placeOf(session) });
    const { state, reason } = logReading(evidence, ["servicePrincipalSignIns"]);
    if (state === "notRead") return `The sign-ins were not looked at: ${reason}.`;
    const { clientId } = await readConnector(stack, placeOf(session));
    const keys = old.map(({ keyId }) => keyId.toLowerCase());
    const own = evidence.entries.servicePrincipalSignIns.filter(({ appId }) => appId === clientId);
    const used = own.map(({ servicePrincipalCredentialKeyId: id }) => (typeof id === "string" ? id.toLowerCase() : ""));
    const withOld = used.includes("")
      ? "the log does not name the secret of each"
      : `${used.filter((id) => keys.includes(id)).length} of them with an old secret`;
    const addresses = [...new Set(own.map(({ ipAddress }) => String(ipAddress)))].join(", ");
    return (
      `${counted(own.length, "sign-in")} of the application from ${period.from.toISOString().slice(0, 16)} UTC on; ${withOld}` +
      `${addresses === "" ? "" : `; from ${addresses}: compare with your SIEM's`}. Logs go back ${evidence.retention.days ?? "at most 30"} days` +
      (reason === "" ? "." : `, and were not read to their end: ${reason}.`)
    );
  } catch (error) {
    if (!isCallError(error)) throw error;
    return `The sign-ins were not looked at: ${error.message}`;
  }
}
