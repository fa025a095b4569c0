import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { refuseUnpreparedMove } from "../../../components/azure/prepare";
import type { DeployedResources } from "../../../components/tenant/deployedResources";

const [before, after] = ["5ec0de00-5ab5-4000-8000-000000000001", "5ec0de00-5ab5-4000-8000-000000000002"];

const deployed = (handover?: Readonly<Record<string, string>>): DeployedResources => ({
  "urn:pulumi:contoso::mssp::pulumi:pulumi:Stack::mssp-contoso": { type: "pulumi:pulumi:Stack", outputs: { handover } },
  "urn:pulumi:contoso::mssp::pulumi:providers:azure-native::handover-azure": {
    type: "pulumi:providers:azure-native",
    outputs: { subscriptionId: before },
  },
  "urn:pulumi:contoso::mssp::azure-native:keyvault:Secret::handover-secret": {
    type: "azure-native:keyvault:Secret",
    outputs: {},
  },
});

describe("components: another subscription of the handover", () => {
  const ofEarlierRelease = deployed({ vaultName: "siem-handover-0123abcd" });

  it("is refused for a state of a release that would leave the vault where it is, with what to do", () => {
    assert.throws(
      () => refuseUnpreparedMove("handover", after, ofEarlierRelease),
      (error: Error) => {
        assert.ok(pulumi.RunError.isInstance(error));
        assert.match(
          error.message,
          /Nothing was changed\. Run `npx pulumi up --refresh` once with 5ec0de00-.*01, and then/,
        );
        return true;
      },
    );
  });

  it("is accepted after one `up` of this release, and where nothing is deployed or moves", () => {
    refuseUnpreparedMove("handover", after, deployed({ vaultName: "siem", subscriptionId: before }));
    refuseUnpreparedMove("handover", before, ofEarlierRelease);
    refuseUnpreparedMove("handover", after, {});
  });
});
