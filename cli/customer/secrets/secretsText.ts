/** The list of `mssp status --show secrets` as a table, a row for each secret. */
import { dayMs } from "@defender-mssp/errors/time";
import { countsSentence, markOf, type CheckState } from "@defender-mssp/terminal/checkState";
import { tableText, type TextCell } from "@defender-mssp/terminal/table";
import type { StackSecrets } from "./stackSecrets";

const credentialNames = { secret: "client secret", certificate: "certificate", federated: "federated" } as const;

export function secretsText(list: readonly StackSecrets[]): string {
  if (list.length === 0) return "The project has no customer stacks.\n";
  const table = tableText([["", "stack", "credential", "expiry"], ...list.flatMap(rows)]);
  return `${table}\nStacks: ${countsSentence(list.map(({ state }) => state))}\n`;
}

function rows(entry: StackSecrets): TextCell[][] {
  const { stack, credential, note, unreadable, clientSecret, previousClientSecret, certificate, refreshToken } = entry;
  const state: CheckState = unreadable === true ? "failed" : "notChecked";
  const type = credential === undefined ? "" : credentialNames[credential];
  const previousRemedy =
    previousClientSecret?.expired === true ? "the next npx pulumi up deletes it" : "the SIEM needs the new one by then";
  const renew = refreshToken?.expired === true ? "" : " --renew";
  const secrets = [
    ["client secret", clientSecret, renewalOf(clientSecret)],
    ["previous secret", previousClientSecret, previousRemedy],
    ["certificate", certificate, "set a new one in connector.credential"],
    ["refresh token", refreshToken, `run npx mssp token --stack ${stack}${renew}`],
  ] as const;
  return [
    ...(note === undefined ? [] : [[markOf(state), stack, type, note]]),
    ...secrets.flatMap(([name, secret, remedy]) => {
      if (secret === undefined) return [];
      const day = secret.expiresOn.slice(0, 10);
      const when = secret.expired ? `expired on ${day}` : `${day}, in ${secret.daysLeft} days`;
      // Also before it is near: the SIEM must get the new secret during the overlap.
      const isDue = secret.state === "failed" || secret === previousClientSecret;
      return [[markOf(secret.state), stack, name, isDue ? `${when}: ${remedy}` : when]];
    }),
  ];
}

/** `up` renews a secret only from a day on. */
function renewalOf({ renewsOn, expiresOn, daysLeft }: Partial<NonNullable<StackSecrets["clientSecret"]>> = {}): string {
  if (renewsOn === undefined) return "npx pulumi up renews it";
  const daysBefore = (Date.parse(expiresOn ?? "") - Date.parse(renewsOn)) / dayMs;
  return `npx pulumi up renews it${(daysLeft ?? 0) < daysBefore ? "" : ` from ${renewsOn.slice(0, 10)} on`}`;
}
