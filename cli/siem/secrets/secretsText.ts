/** The list of `mssp status --show secrets` as a table, a row for each secret. */
import { dayMs } from "@defender-mssp/errors/time";
import { countsSentence, markOf, type CheckState } from "@defender-mssp/terminal/checkState";
import { tableText, type TextCell } from "@defender-mssp/terminal/table";
import type { ExpiringSecret, StackSecrets } from "../../selection/stackSecrets";

const credentialNames = { secret: "client secret", certificate: "certificate", federated: "federated" } as const;

export function secretsText(list: readonly StackSecrets[]): string {
  if (list.length === 0) return "The project has no customer stacks.\n";
  const table = tableText([["", "stack", "credential", "expiry"], ...list.flatMap(rows)]);
  return `${table}\nStacks: ${countsSentence(list.map(({ state }) => state))}\n`;
}

function rows(entry: StackSecrets): readonly (readonly TextCell[])[] {
  const { stack, clientSecret, previousClientSecret, certificate, refreshToken, credential, note, unreadable } = entry;
  const row = (name: string, secret: ExpiringSecret, remedy: string): readonly TextCell[] => [
    markOf(secret.state),
    stack,
    name,
    expiryText(secret, remedy),
  ];
  const state: CheckState = unreadable === true ? "failed" : "notChecked";
  const newToken = `npx mssp token --stack ${stack}`;
  return [
    ...(note === undefined
      ? []
      : [[markOf(state), stack, credential === undefined ? "" : credentialNames[credential], note]]),
    ...(clientSecret === undefined ? [] : [row("client secret", clientSecret, renewalOf(clientSecret))]),
    ...(previousClientSecret === undefined
      ? []
      : [[markOf(previousClientSecret.state), stack, "previous secret", previousText(previousClientSecret)]]),
    ...(certificate === undefined ? [] : [row("certificate", certificate, "set a new one in connector.credential")]),
    ...(refreshToken === undefined
      ? []
      : [row("refresh token", refreshToken, `run ${newToken}${refreshToken.expired ? "" : " --renew"}`)]),
  ];
}

/** `up` renews a secret only from a day on. */
function renewalOf({ renewsOn, expiresOn, daysLeft }: NonNullable<StackSecrets["clientSecret"]>): string {
  if (renewsOn === undefined) return "npx pulumi up renews it";
  const daysBefore = (Date.parse(expiresOn) - Date.parse(renewsOn)) / dayMs;
  return `npx pulumi up renews it${daysLeft < daysBefore ? "" : ` from ${renewsOn.slice(0, 10)} on`}`;
}

/** Also before it is near: the SIEM must get the new secret during the overlap. */
function previousText({ expired, ...secret }: ExpiringSecret): string {
  const remedy = expired ? "the next npx pulumi up deletes it" : "the SIEM needs the new one by then";
  return expiryText({ ...secret, expired, state: "failed" }, remedy);
}

function expiryText({ expiresOn, daysLeft, expired, state }: ExpiringSecret, remedy: string): string {
  const day = expiresOn.slice(0, 10);
  const when = expired ? `expired on ${day}` : `${day}, in ${daysLeft} days`;
  return state === "failed" ? `${when}: ${remedy}` : when;
}
