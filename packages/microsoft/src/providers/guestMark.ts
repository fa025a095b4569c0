/**
 * How a guest says whose it is. The mark names the stack, and each resource of the stack that uses
 * the guest: an analyst whose address changed is one user of two resources until the old one is
 * deleted. Whoever deletes takes its own name out, and the last one deletes the user.
 */
import { createHash } from "node:crypto";

/** What a guest's property `employeeType` says. */
export interface GuestMark {
  /** The stack: `<project>/<stack>#<stack ID>`, or without the ID in a program without `StackIdentity`. */
  readonly owner: string;
  /** Keys of the addresses whose resources use the guest, sorted. */
  readonly keys: readonly string[];
}

/** Names a resource of the stack by the address that it is for. */
export function guestKey(email: string): string {
  return createHash("sha256").update(email.toLowerCase()).digest("hex").slice(0, 8);
}

/** The text for `employeeType`, which the customer's administrator reads on the user's page. */
export function guestMarkText({ owner, keys }: GuestMark): string {
  return `MSSP analyst, managed by Pulumi (${owner}; ${keys.join("+")})`;
}

/** Reads `employeeType`; undefined where it is no mark. */
export function parseGuestMark(employeeType: string | null): GuestMark | undefined {
  const [, owner, keys = ""] =
    /^MSSP analyst, managed by Pulumi \(([^();]+); ([0-9a-f+]+)\)$/.exec(employeeType ?? "") ?? [];
  return owner === undefined ? undefined : { owner, keys: keys.split("+") };
}

/** How the display name of a guest ends who was invited and has no `employeeType` yet. */
export function invitedNameEnding(owner: string): string {
  return ` (${owner})`;
}

export function withKey({ owner, keys }: GuestMark, key: string): GuestMark {
  return { owner, keys: [...new Set([...keys, key])].sort() };
}
