import { listedRuleState, tenantKinds, tenantReader } from "@defender-mssp/tenant";
import assert from "node:assert/strict";
import type { Answer, GraphCall } from "@defender-mssp/microsoft";

const owner = {
  ...{ stack: "contoso", stackId: "0123456789abcdef", tenantId: "c0570500-0000-4000-8000-00000000000a" },
  ...{ msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001", domains: [], automation: undefined },
};
const rule = {
  ...{ id: "fabrikam-office", displayName: "Office", status: "enabled", createdDateTime: "2026-01-01T00:00:00Z" },
  description: "(managed by customers/contoso#0123456789abcdef/detections-office)",
};

describe("the kind of detection rules", () => {
  for (const version of ["beta", "v1.0"] as const) {
    it(`reads, finds and deletes in ${version} where the settings name it`, async () => {
      const calls: string[] = [];
      const call: GraphCall = (path, { method = "GET" } = {}) => {
        calls.push(`${method} ${path}`);
        const status = method === "DELETE" ? 404 : 200;
        return Promise.resolve({ status, body: { value: [rule] }, headers: new Headers() } as unknown as Answer);
      };
      const tenant = tenantReader({ call, owner, ...(version === "beta" ? {} : { detectionApiVersion: version }) });
      const path = `/${version}/security/rules/detectionRules`;
      const { presence, search } = tenantKinds.detectionRule;
      assert.deepEqual(await presence(tenant, { id: rule.id }), { state: "found" });
      const [node] = await search(tenant);
      assert.deepEqual([node?.whose, node?.deletion], ["stack", `${path}/${rule.id}`]);
      assert.equal(await listedRuleState(tenant, rule.id, "2026-06-01T00:00:00Z"), "deletedButListed");
      assert.deepEqual([...new Set(calls)], [`GET ${path}`, `DELETE ${path}/${rule.id}`]);
    });
  }
});
