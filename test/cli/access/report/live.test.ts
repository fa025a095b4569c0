/** What `mssp report --live` says of a tenant that refuses, and of one that has nothing. */
import { tenantReader, type TenantReader } from "@defender-mssp/tenant";
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { defaultConnectorAccess, ServiceError, type Answer, type GraphCall } from "@defender-mssp/microsoft";
import { compared } from "../../../../cli/access/report/live";
import { objectsOf } from "../../../../cli/access/objects/objects";
import type { ReportResource } from "../../../../cli/access/state/readState";
import { recorded, recordedReport, stateOf } from "../../customer/report/states";

const unknown: ReportResource = {
  ...{ type: "azuread:index/namedLocation:NamedLocation", kind: undefined, name: "office", id: "1" },
  ...{ inputs: { displayName: "Office" }, outputs: {} },
};

function tenant(graph: GraphCall): TenantReader {
  return tenantReader({
    call: graph,
    owner: {
      ...{ stack: "contoso", stackId: undefined, tenantId: "c0570500-0000-4000-8000-00000000000a" },
      ...{ msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001", domains: [], automation: undefined },
    },
  });
}

const refusing = tenant((path) =>
  Promise.reject(new ServiceError({ status: 403, message: "refused", method: "GET", url: `https://x.example${path}` })),
);

const empty = tenant((_path, { accept = [] } = {}) => {
  const status = accept.includes(404) ? 404 : 200;
  return Promise.resolve({ status, body: { value: [] }, headers: new Headers() } as unknown as Answer);
});

describe("mssp report --live", () => {
  for (const name of recorded) {
    const { objects } = recordedReport(name);
    const { resources } = stateOf(name);

    it(`${name}: every object that may not be read is listed with the reason, and none counts as missing`, async () => {
      const findings = await compared(refusing, objects, resources);
      assert.deepEqual([findings.missing, findings.missingConsents, findings.pendingInvitations], [[], [], undefined]);
      assert.deepEqual([...findings.notCompared.keys()].sort(), objects.map(({ key }) => key).sort());
      for (const { key, kind } of objects)
        assert.match(
          findings.notCompared.get(key) ?? "",
          /^(not permitted: requires \w|no public API shows it|not checked: Azure was not searched)/,
          kind,
        );
    });

    it(`${name}: every object is missing in an empty tenant, or listed as not compared`, async () => {
      const findings = await compared(empty, objects, resources);
      for (const { key, kind } of objects) {
        const isMissing = findings.differences.get(key) === "missing in the tenant";
        assert.notEqual(isMissing, findings.notCompared.has(key), kind);
      }
      const looked = ["group", "defenderRoleAssignment", "directoryRole", "permission", "clientSecret", "redirectUri"];
      for (const { key, kind } of objects)
        if (looked.includes(kind)) assert.equal(findings.differences.get(key), "missing in the tenant", kind);
    });
  }

  it("names the permission, once for all objects of a kind", async () => {
    const findings = await compared(refusing, recordedReport("basic").objects, stateOf("basic").resources);
    const guests = findings.notChecked.filter(({ what }) => what.includes("guests"));
    assert.deepEqual(guests, [{ what: "2 guests", reason: "not permitted: requires User.Read.All" }]);
  });

  it("an object of a type that no kind knows is listed as not compared", async () => {
    const tenantId = "c0570500-0000-4000-8000-00000000000a";
    const { objects } = objectsOf([unknown], { cloud: "public", tenantId, connector: defaultConnectorAccess });
    assertEach(objects, ({ kind, name, detail }) => [kind, name, detail], [["unknown", "Office", unknown.type]]);
    const findings = await compared(empty, objects, [unknown]);
    assert.deepEqual(findings.missing, []);
    assert.deepEqual(findings.notChecked, [
      {
        what: `resource of the unknown type ${unknown.type} "Office"`,
        reason: "no kind of access has its type: nothing can look at it",
      },
    ]);
  });
});
