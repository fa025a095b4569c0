import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { fixture } from "@defender-mssp/testkit";
import type { Adoption } from "../../cli/customer/adopt/adopt";
import { createProject, customer, dumpOfTenant, objectsOf, tenantIdOf } from "./support";
import { inSession as mssp } from "../cli/testSession";

/**
 * Names are not unique to an MSSP: another MSSP's stack, or another stack of one's own, has groups,
 * roles and an application of the names that the search goes by.
 */
describe("cli/customer/adopt/withoutMarked: objects of another stack in the tenant", function () {
  this.timeout(240_000);

  const otherMssp = "5ec0de00-5ea1-4000-8000-0000000000aa";
  const olga = { email: "olga@other-mssp.example", displayName: "Olga Other" };
  const tenants: readonly (readonly [string, number, Record<string, unknown>])[] = [
    [
      "another MSSP's",
      0x51,
      { msspName: "Other MSSP", msspTenantId: otherMssp, analysts: [{ ...olga, tier: "tier2" }] },
    ],
    ["one's own", 0x52, {}],
  ];
  const project = fixture(createProject);

  for (const [whose, number, changes] of tenants) {
    it(`${whose}: adopts none, names each with its stack, and changes nothing`, async () => {
      const tenantId = tenantIdOf(number);
      const settings = customer(number, { portalAccess: "rbac", connector: { alertApis: ["graph"] }, ...changes });
      await project.writeSettings(`other${number}`, settings);
      await project.addStack(`other${number}`);
      await project.succeed(["up", "--stack", `other${number}`, "--yes", "--skip-preview"]);
      const before = dumpOfTenant(project, tenantId);

      const given = {
        customerName: String(settings["customerName"]),
        customerDomain: String(settings["customerDomain"]),
        tenantId: tenantId,
        msspName: "Fabrikam Security",
        msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001",
        analystDomains: "fabrikam-security.example",
      };
      const options = ["--set", ...Object.entries(given).map(([name, value]) => `${name}=${value}`)];
      const owns = ["--mssp-owns", "guests", "groups", "application", "accessPackages"];
      const args = ["adopt", `adopted${number}`, ...options, ...owns, "--no-check", "--dry-run", "--json"];
      const { stdout, stderr } = await mssp(args, { folder: project.folder, environment: project.environment });
      assert.notEqual(stdout, "", stderr);
      const { plan } = JSON.parse(stdout) as Adoption;
      assert.deepEqual(plan.adopt, []);
      assert.deepEqual(plan.questions, []);
      const left = new Map(plan.leave.map(({ id, why }) => [id, why]));
      const { applications, groups } = objectsOf(project, tenantId);
      const named = Object.values({ ...applications, ...groups }).filter(({ displayName }) =>
        /Tier|Approvers|SIEM/.test(String(displayName)),
      );
      assert.ok(named.length >= 4);
      for (const { id, displayName } of named)
        assert.match(
          left.get(String(id)) ?? "",
          new RegExp(`managed by stack defender-mssp/other${number}`),
          String(displayName),
        );
      const unmarked = plan.leave.filter(({ why }) => !/another stack manages|managed by stack/.test(why));
      assertEach(unmarked, ({ name }) => name, ["MSSP Onboarding Automation"]);
      assert.equal(dumpOfTenant(project, tenantId), before);
    });
  }
});
