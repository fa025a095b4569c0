import { identifyUser, otherUserDeployed } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import type { DeployedResources } from "../tenant/deployedResources";
import { dynamic } from "../../domain/resourceTypes";
import type { ListedAnalyst } from "./analystUser";
import { existingUsers, type SearchContext } from "./existingUsers";
import { unnamedUsersText, type UnnamedUser } from "./unnamedUsers";

export interface AdoptionSettings<Analyst extends ListedAnalyst> {
  /** The customer's tenant ID, a UUID. */
  readonly tenantId: string;
  readonly analysts: readonly Analyst[];
  /** Whether an existing member may be used. @default false */
  readonly adoptMembers?: boolean;
  /** The file of shared analysts. */
  readonly analystsFrom?: string;
}

export interface AdoptionContext extends SearchContext {
  /** `file:line:column` of a setting. */
  readonly placeOf?: ((key: string) => string) | undefined;
}

/**
 * Looks for existing users with the address of a new analyst, before the first declaration. Such a
 * user is used by the object ID that the settings or the state have, never by address or mark. A
 * preview names the others in a warning; `up` stops at them.
 *
 * @param deployed the stack's resources: `await deployedResources()`.
 * @returns the analysts, with the object IDs that the state has of their guests under another
 * address or in an interrupted create.
 * @throws pulumi.RunError for all users and analysts together.
 *
 * ## Least privileges
 * None. With `User.Read.All` on Microsoft Graph it names the users before the first change, with
 * `AuditLog.Read.All` also who invited them.
 */
export async function reportAdoptions<Analyst extends ListedAnalyst>(
  { tenantId, analysts, adoptMembers = false, analystsFrom }: AdoptionSettings<Analyst>,
  deployed: DeployedResources,
  { placeOf, ...context }: AdoptionContext = {},
): Promise<readonly Analyst[]> {
  const guests = Object.values(deployed).filter(({ type }) => type === dynamic("Guest"));
  const deployedIds = new Map(guests.map(({ outputs }) => [String(outputs["email"]), String(outputs["objectId"])]));
  const changedIds = analysts.flatMap(({ email, objectId }) => {
    const id = deployedIds.get(email);
    const isOther = id !== undefined && objectId !== undefined && id.toLowerCase() !== objectId.toLowerCase();
    return isOther ? [otherUserDeployed({ email, existingObjectId: objectId }, id)] : [];
  });
  const joiners = analysts.filter(({ email }) => !deployedIds.has(email));
  const leavers = guests.filter(({ outputs }) => !analysts.some(({ email }) => email === outputs["email"]));
  const search = { tenantId, joiners, leavers, stateIds: new Set(deployedIds.values()), adoptMembers };
  const look = joiners.length === 0 ? [] : await existingUsers(search, deployed, context);
  if (look === "not permitted") {
    await pulumi.log.warn(
      "Not read, as User.Read.All on Microsoft Graph is missing: whether the tenant has users with addresses of new analysts. `up` stops at such users.",
    );
  }
  const found = look === "not permitted" ? [] : look;
  const sharedFile = (analyst: Analyst) => {
    const place = placeOf?.(`analysts[${analysts.indexOf(analyst)}]`);
    return analystsFrom !== undefined && place?.startsWith(`${analystsFrom}:`) === true ? analystsFrom : undefined;
  };
  const unnamed = found.flatMap(({ analyst, existing, invitation, isMarked }) =>
    (existing.is === "unnamed" ? existing.users : []).map((user): UnnamedUser => ({
      analyst,
      user,
      isMarked: isMarked(user),
      invitation: invitation(user),
      sharedFile: sharedFile(analyst),
    })),
  );
  const refused = found.flatMap(({ existing }) => (existing.is === "refused" ? existing.problems : []));
  const nameThem = unnamed.length === 0 ? [] : [unnamedUsersText(unnamed, `Pulumi.${pulumi.getStack()}.yaml`)];
  refuse([...changedIds, ...refused, ...(pulumi.runtime.isDryRun() ? [] : nameThem)]);
  for (const text of nameThem) await pulumi.log.warn(`\`up\` stops before the first change. ${text}`);
  for (const { analyst, existing, invitation } of found) {
    if (existing.is !== "named") continue;
    const { user } = existing;
    await pulumi.log.warn(
      `The existing ${identifyUser(user)} gets the access of the analyst ${analyst.email}; ${invitation(user)}.`,
    );
  }
  return analysts.map((analyst) => {
    const existing = found.find((joiner) => joiner.analyst === analyst)?.existing;
    return existing?.is === "own" ? { ...analyst, objectId: existing.user.id } : analyst;
  });
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new pulumi.RunError(`Nothing was changed.\n${problems.map((problem) => `- ${problem}`).join("\n")}`);
}
