/** Whose actions an evidence asks for, and what it says of those that it can't ask for. */
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { ServiceError, type GraphCall } from "@defender-mssp/microsoft";
import { findSubjects } from "../../../../cli/access/evidence/subjects";
import { deployedOf } from "../../../../cli/tenant/deployed";
import type { AdditionsTenant } from "../../../../cli/tenant/additions/tenant";
import { isNotApplicable } from "../../../../domain/kinds/accessKind";
import { kinds } from "../../../../domain/kinds/kinds";
import { permissionsForEvidence } from "../../../../domain/prerequisites";
import type { PrerequisiteSettings } from "../../../../domain/prerequisiteSettings";

const msspTenantId = "fab00000-0000-4000-8000-000000000001";
const basic = { analysts: [], portalAccess: { model: "basic" }, defenderCalls: { mode: "manual" } } as const;
const stackId = "4dcd45bff7d23f52";
const governance: PrerequisiteSettings = { ...basic, portalAccess: { model: "governance" } };

/** A tenant whose lists have these items; every other list is empty. */
function world(lists: Readonly<Record<string, readonly object[]>>, refused = "") {
  const call: GraphCall = (path) => {
    if (refused !== "" && path.includes(refused))
      throw new ServiceError({ status: 403, message: "", method: "GET", url: path });
    const [, value = []] = Object.entries(lists).find(([part]) => path.includes(part)) ?? [];
    return Promise.resolve({ status: 200, headers: new Headers(), text: "", body: { value }, tries: 1 });
  };
  const tenant: AdditionsTenant = {
    call,
    graph: "https://graph.microsoft.com",
    deployed: deployedOf({ stack: "contoso", resources: [], pending: [] }),
    settings: { ...basic, tenantId: "", msspTenantId, portalAccess: { model: "basic" } as never },
    ownObjectId: undefined,
  };
  return { tenant, stackId, automation: "aa" };
}

describe("an evidence's subjects", () => {
  it("names the people of the governing tenant as a gap, with that model only", async () => {
    const { unseen } = await findSubjects(world({}), governance);
    assert.match(unseen.join("\n"), /^people of the governing tenant: they have roles through the governance/);
    assert.deepEqual((await findSubjects(world({}), basic)).unseen, []);
  });

  it("names a gap for every kind whose people can't be asked for", async () => {
    const everything = { ...governance, detections: {}, azureDelegation: {}, extension: "extension.js" };
    const ofGovernance = (await findSubjects(world({}), everything)).unseen;
    const { unseen: ofSentinel } = await findSubjects(world({}), { ...basic, sentinelAccess: { roles: {} } });
    const unseen = [...ofGovernance.slice(0, -1), ...ofSentinel, ...ofGovernance.slice(-1)];
    const expected = kinds.flatMap(({ evidence }) =>
      !isNotApplicable(evidence) && evidence.from === "nowhere" ? [evidence.who] : [],
    );
    assert.ok(expected.length >= 3);
    assertEach(unseen, (text) => text.split(": ")[0], expected);
  });

  it("asks for the preview application: every application of the MSSP's tenant", async () => {
    const principals = [
      { id: "1", appId: "bb", displayName: "Preview", appOwnerOrganizationId: msspTenantId.toUpperCase() },
      { id: "2", appId: "cc", displayName: "Another vendor", appOwnerOrganizationId: "other" },
      { id: "3", appId: "AA", displayName: "Automation", appOwnerOrganizationId: msspTenantId },
    ];
    const { subjects } = await findSubjects(world({ servicePrincipals: principals }), basic);
    assertEach(subjects, ({ id, because }) => [id, because], [
      ["aa", "it runs `up`"],
      ["bb", "an application of the MSSP's tenant"],
    ]);
  });

  it("finds deleted guests and applications by the stack's ID, whatever the project is called", async () => {
    const mark = (id: string) => `anyone/contoso#${id}`;
    const { subjects } = await findSubjects(
      world({
        "microsoft.graph.user": [stackId, "0".repeat(16)].map((id, index) => ({
          id: `user ${index}`,
          employeeType: `MSSP analyst, managed by Pulumi (${mark(id)}; 0a1b)`,
        })),
        "microsoft.graph.application": [stackId, "0".repeat(16)].map((id, index) => ({
          appId: `application ${index}`,
          description: `SIEM. Managed by Pulumi (${mark(id)}, MSSP tenant ${msspTenantId}).`,
        })),
      }),
      basic,
    );
    assertEach(subjects, ({ id }) => id, ["user 0", "application 0", "aa"]);
  });

  it("says who was not looked for where a list is refused, with the permission", async () => {
    const { unseen } = await findSubjects(world({}, "/servicePrincipals"), basic);
    assert.deepEqual(unseen, [
      "other applications of the MSSP's tenant, such as its preview application: not permitted: requires Application.Read.All",
    ]);
  });

  it("says that neither the automation nor deleted objects are known without ID and mark", async () => {
    const { unseen } = await findSubjects({ ...world({}), stackId: undefined, automation: undefined }, basic);
    assertEach(unseen, (text) => text.split(": ")[0], [
      "deleted guests",
      "deleted applications",
      "the MSSP's automation",
    ]);
  });

  it("requires what reads the kinds that are looked for", () => {
    const logs = ["AuditLog.Read.All", "Directory.Read.All"];
    assert.deepEqual(permissionsForEvidence(basic), ["Application.Read.All", ...logs, "User.Read.All"]);
    const entitlement = { ...basic, portalAccess: { model: "entitlement" } } as const;
    assert.ok(permissionsForEvidence(entitlement).includes("EntitlementManagement.Read.All"));
  });
});
