/** Another subscription in the settings of the handover: the vault must follow, or the run must fail. */
import assert from "node:assert/strict";
import { azureResources, derivedId, msspSubscriptionId, msspTenantId, fixture } from "@defender-mssp/testkit";
import { createProject, customer } from "./support";

const stack = ["--stack", "contoso"];
const up = ["up", ...stack, "--yes", "--skip-preview"];
const elsewhere = derivedId(msspTenantId, "another subscription");
const [vaults, secrets] = ["Microsoft.KeyVault/vaults", "Microsoft.KeyVault/vaults/secrets"];
const [groups, roles] = ["Microsoft.Resources/resourceGroups", "Microsoft.Authorization/roleAssignments"];

describe("components/azure/handoverMoves: a handover that moves to another subscription", function () {
  this.timeout(300_000);

  const project = fixture(createProject);

  before(() => project.addStack("contoso"));

  const settings = (subscriptionId: string) =>
    project.writeSettings(
      "contoso",
      customer(0x92, {
        handover: { subscriptionId, location: "westeurope", readerObjectId: derivedId(msspTenantId, "the SIEM") },
      }),
    );

  /** Types of what the stack has made in the MSSP's Azure, by subscription. */
  function made(): Record<string, string[]> {
    const resources = [...project.sandbox.cloud.tenant(msspTenantId).objects(azureResources).values()];
    const bySubscription: Record<string, string[]> = {};
    for (const { id, type, properties = {} } of resources) {
      const { principalId } = properties as { principalId?: string };
      if (type === roles && principalId !== derivedId(msspTenantId, "the SIEM")) continue;
      (bySubscription[id.split("/")[2]!] ??= []).push(type as string);
    }
    for (const types of Object.values(bySubscription)) types.sort();
    return bySubscription;
  }

  const everything = [roles, vaults, secrets, groups].sort();

  it("`up` creates vault, secret and access there and deletes those in the old subscription", async () => {
    await settings(msspSubscriptionId);
    await project.succeed(up);
    assert.deepEqual(made(), { [msspSubscriptionId]: everything });
    const { handover: before } = (await project.outputs("contoso")) as { handover: { vaultName: string } };
    await settings(elsewhere);
    await project.succeed(up);
    assert.deepEqual(made(), { [elsewhere]: everything });
    const { handover } = (await project.outputs("contoso")) as {
      handover: { vaultName: string; subscriptionId: string };
    };
    assert.equal(handover.subscriptionId, elsewhere);
    assert.notEqual(handover.vaultName, before.vaultName);
    await project.succeed(["preview", ...stack, "--refresh", "--expect-no-changes"]);
  });
});
