/** A leak of client secrets: which leaked, and who signed in. */
import { collectEvidence } from "../../access/evidence/evidence";
import { logReading } from "../../access/evidence/logReading";
import { lastDays } from "../../access/evidence/period";
import { counted } from "../../base/counted";
import type { Place } from "../../base/place";
import { readConnector } from "../../stack/connector";
import { exportState, parseDeployment } from "../../stack/deployment";
import { leakTag, madeBefore, secretsIn, type MadeSecret } from "../../stack/leakedSecrets";
import { runPulumi } from "../../stack/pulumi";

/** The moment of the rotation, and the secrets from before it: of an earlier run, while the state has any. */
export async function beginLeak(stack: string, now: string, place: Place): Promise<[string, readonly MadeSecret[]]> {
  const shown = await exportState((args) => runPulumi([...args, "--stack", stack], place), { showSecrets: true });
  const secrets = secretsIn(parseDeployment(stack, shown).resources);
  const begun = (await leakTag("get", stack, place)) ?? now;
  const old = madeBefore(secrets, begun);
  return old.length > 0 ? [begun, old] : [now, madeBefore(secrets, now)];
}

/** @param since when it leaked; undefined reads as far back as the logs go */
export async function signInsText(
  stack: string,
  old: readonly MadeSecret[],
  since: Date | undefined,
  { now, ...place }: Place & { readonly now: Date },
): Promise<string> {
  const period = since === undefined ? lastDays(30, now) : { from: since, until: now };
  const evidence = await collectEvidence({ stack, period, now, ...place });
  const { state, reason } = logReading(evidence, ["servicePrincipalSignIns"]);
  if (state === "notRead") return `The sign-ins were not looked at: ${reason}.`;
  const { clientId } = await readConnector(stack, place);
  const own = evidence.entries.servicePrincipalSignIns.filter(({ appId }) => appId === clientId);
  const used = own.map(({ servicePrincipalCredentialKeyId: id }) => (typeof id === "string" ? id : ""));
  const withOld = used.includes("")
    ? "the log does not name the secret of each"
    : `${used.filter((id) => old.some(({ keyId }) => keyId === id)).length} of them with an old secret`;
  const addresses = [...new Set(own.map(({ ipAddress }) => String(ipAddress)))].join(", ");
  return (
    `${counted(own.length, "sign-in")} of the application from ${period.from.toISOString().slice(0, 16)} UTC on; ${withOld}` +
    `${addresses === "" ? "" : `; from ${addresses}: compare with your SIEM's`}. Logs go back ${evidence.retention.days ?? "at most 30"} days` +
    (reason === "" ? "." : `, and were not read to their end: ${reason}.`)
  );
}
