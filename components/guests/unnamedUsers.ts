import { identifyUser, type GuestUserObject } from "@defender-mssp/microsoft";
import type { ListedAnalyst } from "./analystUser";

/** An existing user with the address of a new analyst, whom the settings do not name. */
export interface UnnamedUser {
  readonly analyst: ListedAnalyst;
  readonly user: GuestUserObject;
  readonly isMarked: boolean;
  /** Who invited the user, by the audit log. */
  readonly invitation: string;
  /** The file of `analystsFrom`, where it has the analyst. */
  readonly sharedFile: string | undefined;
}

/** @param stackFile such as `Pulumi.contoso.yaml`. @returns the users, and the lines that name them in the settings. */
export function unnamedUsersText(users: readonly UnnamedUser[], stackFile: string): string {
  const people = users.map(({ analyst, user, isMarked, invitation }) => {
    const mark = isMarked ? " It carries the mark of this stack, and the state does not have it." : "";
    return `  ${analyst.email}: ${identifyUser(user)}; ${invitation}.${mark}`;
  });
  const own = users.filter(({ sharedFile }) => sharedFile === undefined);
  const shared = users.filter(({ sharedFile }) => sharedFile !== undefined);
  return [
    `The tenant has users with the addresses of ${new Set(users.map(({ analyst }) => analyst.email)).size} new analysts:`,
    ...people,
    "Whoever edits users in the tenant writes mail and marks. Check that each user is the analyst, and take the address away from any other user. Then:",
    ...lines(
      own.map(({ analyst, user }) => settingsLine(analyst, user.id)),
      `name them under analysts in ${stackFile}, in place of the lines of the same addresses:`,
    ),
    ...lines(
      shared.map(({ analyst, user }) => `{ email: ${analyst.email}, objectId: ${user.id} }`),
      `add to analysts in ${stackFile}; ${shared[0]?.sharedFile ?? ""} keeps the rest of these people:`,
    ),
  ].join("\n");
}

function lines(entries: readonly string[], head: string): string[] {
  return entries.length === 0 ? [] : [`- ${head}`, ...entries.map((entry) => `  - ${entry}`)];
}

function settingsLine({ email, displayName, tier = "tier1", accessEndsOn }: ListedAnalyst, objectId: string): string {
  const parts = [
    `email: ${email}`,
    `displayName: ${JSON.stringify(displayName)}`,
    ...(tier === "tier1" ? [] : [`tier: ${tier}`]),
    ...(accessEndsOn === undefined ? [] : [`accessEndsOn: "${accessEndsOn}"`]),
    `objectId: ${objectId}`,
  ];
  return `{ ${parts.join(", ")} }`;
}
