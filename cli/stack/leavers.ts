/** People whom the settings no longer name, and whose guest the state still has: their access ends with `up`. */
import { directoryRoleAssignment } from "../../domain/kinds/directoryRoles";
import { resourceKind } from "../../domain/kinds/kinds";
import { eligibility, group } from "../../domain/kinds/people";
import { hasKeeper, type PrerequisiteSettings } from "../../domain/prerequisiteSettings";
import { needsAutomation } from "../../domain/prerequisites";
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

const endings = [
  [group, "update"],
  [eligibility, "update"],
  [directoryRoleAssignment, "delete"],
] as const;

/** Whether a keeper stands that can't take a leaver out of what gives the access. */
export function waitsForAutomation(settings: PrerequisiteSettings): boolean {
  const needs = endings.filter(([kind, operation]) => {
    const [type = ""] = kind.types;
    return kind.isExpected(settings) && needsAutomation({ type }, operation, settings);
  });
  return hasKeeper(settings) && needs.length > 0;
}

/** What works without the automation. */
export const disableStep = "disable the person's account in your own tenant, with which a guest signs in";

/** Before `up` ends the access, and for tokens that it does not end. */
export const revokeStep =
  "revoke the person's sessions in your own tenant: Entra admin center > Users > Revoke sessions";
