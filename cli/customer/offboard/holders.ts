/** People who hold or held an access package of the stack: after the removal the tenant no longer tells who they are. */
import { looked } from "@defender-mssp/tenant";
import { listPackageAssignments } from "@defender-mssp/microsoft";
import { accessPackageAssignment } from "../../../domain/kinds/accessPackages";
import { guest } from "../../../domain/kinds/people";
import type { Place } from "../../base/place";
import { joined, type Item } from "../../access/inventory/inventory";
import type { Deployment } from "../../stack/deployment";
import { tenantOf } from "../../tenant/additions/find";
import type { AdditionsTenant } from "../../tenant/additions/tenant";
import { deployedOf } from "../../tenant/deployed";
import { writeJournal, type OffboardingJournal } from "./journal";

/** The journal with the holders of now, and those of earlier runs. */
export async function withHolders(
  run: Place & { readonly stack: string; readonly out: string },
  deployment: Deployment,
  journal: OffboardingJournal,
): Promise<OffboardingJournal> {
  const deployed = deployedOf(deployment);
  if (deployed.all("accessPackage").length === 0) return journal;
  const answer = await looked(accessPackageAssignment, async () => packageHolders(await tenantOf(run, deployed)));
  const whole: OffboardingJournal =
    "reason" in answer
      ? { ...journal, holdersUnread: journal.holdersUnread ?? answer.reason }
      : { ...journal, holders: [...joined(journal.holders ?? [], answer.value)], holdersUnread: undefined };
  await writeJournal(run.out, whole);
  return whole;
}

/** Those of the MSSP's organizations. An assignment that has ended has left its guest. */
export async function packageHolders(tenant: AdditionsTenant): Promise<Item[]> {
  const packages = tenant.deployed.all("accessPackage").map(({ objectId }) => objectId);
  return (await listPackageAssignments(tenant.call, { withExpired: true })).flatMap(({ accessPackageId, target }) => {
    const organization = target?.connectedOrganizationId;
    if (!packages.includes(accessPackageId.toLowerCase()) || target?.objectId == null) return [];
    if (organization == null || !tenant.deployed.has(organization)) return [];
    return [
      {
        kind: "guest",
        type: guest.types[0],
        name: target.email ?? target.displayName ?? target.objectId,
        id: target.objectId,
        adopted: true,
        byHand: false,
        origin: "accessPackage" as const,
      },
    ];
  });
}
