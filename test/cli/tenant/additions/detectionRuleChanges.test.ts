import assert from "node:assert/strict";
import { detectionRuleChanges } from "../../../../cli/tenant/additions/detectionRuleChanges";
import { Deployed } from "../../../../cli/tenant/deployed";
import type { AdditionsTenant } from "../../../../cli/tenant/additions/tenant";
import { dynamic } from "../../../../domain/resourceTypes";

const id = "fabrikam-office";
const contents = {
  displayName: "Office",
  status: "enabled",
  queryCondition: { queryText: "DeviceInfo" },
  schedule: { frequency: "PT1H" },
  detectionAction: {
    alertTemplate: { title: "Office", severity: "low", entityMappings: { hosts: [{ deviceIdColumn: "DeviceId" }] } },
  },
};
const written = {
  lastModifiedBy: "automation",
  lastModifiedDateTime: "2026-11-01T10:00:00Z",
  contentHash: "of the stack's rule",
};

function changes(live: readonly object[], detections?: object, paths: string[] = []) {
  const outputs = { ...contents, ruleId: id, ...written };
  const resource = { type: dynamic("DetectionRule"), id, objectId: id, inputs: contents, outputs };
  const tenant = {
    call: (path: string) => {
      paths.push(path);
      return Promise.resolve({ status: 200, headers: new Headers(), text: "", body: { value: live }, tries: 1 });
    },
    graph: "https://graph.microsoft.com",
    deployed: new Deployed([resource]),
    settings: { analysts: [], tenantId: "t", msspTenantId: "m", portalAccess: { model: "rbac" }, detections },
    ownObjectId: undefined,
  } as unknown as AdditionsTenant;
  return detectionRuleChanges(tenant);
}

describe("changed detection rules", () => {
  const { contentHash: _ofTheStateAlone, ...seen } = written;
  const live = { id, ...contents, ...seen };
  const kinds = async (...rules: object[]) => (await changes(rules)).map(({ kind }) => kind);

  it("passes a rule as the stack wrote it, and an older answer", async () => {
    assert.deepEqual(await kinds(live), []);
    assert.deepEqual(await kinds({ ...live, displayName: "Old", lastModifiedDateTime: "2026-10-01T10:00:00Z" }), []);
  });

  it("reads in the version of Graph that the settings name, and deletes there", async () => {
    const edit = { lastModifiedBy: "dana", lastModifiedDateTime: "2026-11-02T10:00:00Z", displayName: "Hers" };
    for (const [version, detections] of [["beta"], ["v1.0", { apiVersion: "v1.0" }]] as const) {
      const paths: string[] = [];
      const [change] = await changes([{ ...live, ...edit }], detections, paths);
      assert.deepEqual(paths, [`/${version}/security/rules/detectionRules`]);
      assert.match(change?.step ?? "", new RegExp(`/${version}/security/rules/detectionRules/${id}`));
    }
  });

  it("names who changed what, and when", async () => {
    const edit = {
      lastModifiedBy: "dana@contoso.com",
      lastModifiedDateTime: "2026-11-02T10:00:00Z",
      displayName: "Hers",
    };
    const [change] = await changes([{ ...live, ...edit }]);
    assert.equal(change?.what, "dana@contoso.com changed it on 2026-11-02T10:00:00Z: displayName");
  });

  it("tells of a rule that Defender has turned off, with the reason, and of one that is gone", async () => {
    const [off] = await changes([{ ...live, status: "autoDisabled", lastRunDetails: { errorCode: "queryTimeout" } }]);
    assert.equal(off?.what, "Defender has turned it off: queryTimeout");
    assert.deepEqual(await kinds(), ["missing detection rule"]);
  });
});
