/** People whom the settings no longer name, and whose guest the state still has: their access ends with `up`. */
import { resourceKind } from "../../domain/kinds/kinds";
import type { Settings } from "../../settings";
import type { StateResource } from "./deployment";

export interface Leaver {
  /** In lower case. */
  readonly email: string;
  readonly displayName: string;
}

export function leaversIn(guests: readonly Leaver[], { analysts }: Pick<Settings, "analysts">): Leaver[] {
  const named = new Set(analysts.map(({ email }) => email.toLowerCase()));
  return guests.filter(({ email }) => !named.has(email));
}

export function guestsIn(resources: readonly StateResource[]): Leaver[] {
  return resources
    .filter((resource) => resourceKind(resource)?.key === "guest" && resource.id !== "" && !resource.delete)
    .map(({ inputs, outputs }) => ({ ...inputs, ...outputs }) as Readonly<Record<keyof Leaver, string>>)
    .map(({ email, displayName }) => ({ email: email.toLowerCase(), displayName }));
}

/** Addresses that the settings have, and no guest of the state: `up` invites them. */
export function joinersIn(guests: readonly Leaver[], { analysts }: Pick<Settings, "analysts">): string[] {
  const invited = new Set(guests.map(({ email }) => email));
  return analysts.map(({ email }) => email.toLowerCase()).filter((email) => !invited.has(email));
}

/** Such as `Ben Okafor still has access at northwind`. */
export function leaverSentence({ displayName, email }: Leaver, stack: string): string {
  return `${displayName === "" ? email : displayName} still has access at ${stack}`;
}

/** Before `up` ends the access, and for tokens that it does not end. */
export const revokeStep =
  "revoke the person's sessions in your own tenant: Entra admin center > Users > Revoke sessions";
