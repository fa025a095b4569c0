/** Steps and states of `mssp governance` over canned answers, and who may sign in; test/e2e has the life. */
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { TestSession } from "../../testSession";
import type { Endpoints, GraphCall } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { personsCall } from "../../../../cli/customer/governance/person";
import { stackGovernanceState } from "../../../../cli/access/governance/state";
import { acceptStep, requestStep, terminateStep } from "../../../../cli/customer/governance/steps";
import { stateText } from "../../../../cli/customer/governance/text";
import { governanceObjects } from "../../../../cli/access/report/governance";
import { parseSettings, type Settings } from "../../../../settings";
import { requiredSettings } from "../../../settings/required";

const objectId = "0a0b0c0d-0000-4000-8000-000000000001";
const portalAccess = { model: "governance", groups: [{ objectId, name: "SOC", roles: ["Security Reader"] }] };
const settings: Settings = parseSettings(
  { ...requiredSettings, analysts: "[]", portalAccess: JSON.stringify(portalAccess) },
  [],
  {},
);
const now = new Date("2026-11-10T00:00:00Z");
const reader = { id: "5d6b6bb7-de71-4623-b4af-96380a352509", name: "Security Reader" };
const operator = { id: "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f", name: "Security Operator" };
const policy = (role: typeof reader) => ({
  policySnapshot: { delegatedAdministrationRoleAssignments: [{ groupId: objectId, roleTemplates: [role] }] },
});
const request = { id: "r1", status: "pending", expirationDateTime: "2026-11-20T00:00:00Z", ...policy(reader) };
const active = { id: "1", status: "active", creationDateTime: "2026-11-01T00:00:00Z", ...policy(reader) };

/** By the path's last name. */
type Answers = Readonly<Record<string, unknown>>;

function callOf(answers: Answers, written: string[] = []): GraphCall {
  return (path, { method = "GET" } = {}) => {
    if (method !== "GET") written.push(`${method} ${path}`);
    const name = (path.split("?")[0] ?? "").split("/").at(-1) ?? "";
    const body = answers[name] ?? { value: [] };
    return Promise.resolve({ status: body === 404 ? 404 : 200, headers: new Headers(), text: "", body, tries: 1 });
  };
}

const contextOf = (answers: Answers, written?: string[]) => ({
  ...{ stack: "contoso", settings, call: callOf(answers, written), graphEndpoint: "https://graph.example", now },
});
const value = (...items: object[]) => ({ value: items });

describe("mssp governance", () => {
  it("status: names the side whose step is next, in every state", async () => {
    const asked = { ...active, status: "terminationRequestedByGoverningTenant" };
    const states: [Answers, string, string | undefined][] = [
      [{}, "none", "customerAdministrator"],
      [{ governanceInvitations: value(request) }, "invited", "platformEngineer"],
      [{ governanceRequests: value(request) }, "requested", "customerAdministrator"],
      [{ governanceRequests: value({ ...request, ...policy(operator) }) }, "none", "customerAdministrator"],
      [{ governanceRelationships: value(active) }, "active", undefined],
      [{ governanceRelationships: value({ ...active, ...policy(operator) }) }, "differs", "platformEngineer"],
      [
        { governanceRelationships: value({ ...active, ...policy(operator) }), governanceRequests: value(request) },
        "differs",
        "customerAdministrator",
      ],
      [{ governanceRelationships: value(asked) }, "terminationRequested", "customerAdministrator"],
    ];
    for (const [answers, state, actor] of states) {
      const found = await stackGovernanceState("contoso", settings, callOf(answers), now);
      assert.deepEqual([found.state, found.actor], [state, actor]);
    }
    const rbac = parseSettings({ ...requiredSettings, analysts: "[]" }, [], {});
    const unwanted = await stackGovernanceState(
      "contoso",
      rbac,
      callOf({ governanceRelationships: value(active) }),
      now,
    );
    assert.equal(unwanted.state, "unwanted");
    assert.equal((await stackGovernanceState("contoso", rbac, callOf({}), now)).actor, undefined);
  });

  it("status: text from a tenant reaches the terminal without control characters", async () => {
    const name = "SOC\u001b]0;owned\u0007";
    const assignments = [{ groupId: objectId, groupDisplayName: name, roleTemplates: [reader] }];
    const hostile = { ...active, policySnapshot: { delegatedAdministrationRoleAssignments: assignments } };
    const found = await stackGovernanceState(
      "contoso",
      settings,
      callOf({ governanceRelationships: value(hostile) }),
      now,
    );
    assert.doesNotMatch(stateText(found), /[\u001b\u0007]/);
  });

  it("accept: refuses a request that differs from the settings, and writes nothing", async () => {
    const written: string[] = [];
    const context = contextOf({ governanceRequests: value({ ...request, ...policy(operator) }) }, written);
    await assert.rejects(acceptStep(context), /asks for something else.*not in the settings: .*Security Operator/s);
    const step = await acceptStep(contextOf({ governanceRequests: value(request) }, written));
    assert.deepEqual(written, [], "nothing before the person agrees");
    assert.match(step.grants.join(), /Security Reader/);
    await step.run();
    assert.equal(written.length, 1);
  });

  it("request: refuses a group that is missing or not role-assignable, before any change", async () => {
    const written: string[] = [];
    await assert.rejects(requestStep(contextOf({ [objectId]: 404 }, written), false), /has no group 0a0b0c0d/);
    const plain = { isAssignableToRole: false, securityEnabled: true };
    await assert.rejects(requestStep(contextOf({ [objectId]: plain }, written), false), /no role-assignable/);
    assert.deepEqual(written, []);
  });

  it("request: without an invitation it prepares and waits, unless told to send anyway", async () => {
    const group = { [objectId]: { isAssignableToRole: true, securityEnabled: true } };
    const waits = await requestStep(contextOf(group), false);
    assert.equal(waits.changes.length, 2);
    assert.match(waits.waitsFor ?? "", /invite/);
    const sends = await requestStep(contextOf(group), true);
    assert.equal(sends.changes.length, 3);
    const done = await requestStep(contextOf({ ...group, governanceRelationships: value(active) }), false);
    assert.deepEqual(done.changes, []);
  });

  it("terminate: the customer ends it, the MSSP asks for the end", async () => {
    const written: string[] = [];
    const context = contextOf({ governanceRelationships: value(active) }, written);
    const [customer, mssp] = [await terminateStep(context, "customer"), await terminateStep(context, "mssp")];
    assert.equal(customer.waitsFor, undefined);
    assert.match(mssp.changes.join(), /grants access until they confirm/);
    assert.deepEqual((await terminateStep(contextOf({}), "customer")).changes, []);
  });

  describe("the signed-in person", () => {
    const tenantId = settings.tenantId;
    const target = {
      tenantId,
      tenant: "the customer's tenant",
      scopes: ["TenantGovernance-Relationship.Read.All"],
      endpoints: { graphEndpoint: "https://graph.example" } as unknown as Endpoints,
    };
    const token = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.secret-signature`;
    const withToken = (given: string | undefined) => new TestSession({ environment: { MSSP_GRAPH_TOKEN: given } });
    const scp = "openid TenantGovernance-Relationship.ReadWrite.All";

    it("a token of the right tenant, a person and with the permission is accepted", () =>
      personsCall(target, {}, withToken(token({ tid: tenantId.toUpperCase(), scp }))));

    for (const [title, claims, reason] of [
      ["another tenant", { tid: "5ec0de00-5ea1-4000-8000-000000000009", scp }, /is for tenant 5ec0de00/],
      [
        "an application",
        { tid: settings.tenantId, roles: ["TenantGovernance-Relationship.Read.All"] },
        /an application's/,
      ],
      ["too few permissions", { tid: settings.tenantId, scp: "User.Read" }, /lacks .*Relationship\.Read\.All/],
    ] as const) {
      it(`a token of ${title} is refused without showing it`, async () => {
        const refused = personsCall(target, {}, withToken(token(claims)));
        await assert.rejects(refused, (error: Error) => {
          assert.ok(error instanceof VisibleError);
          assert.match(error.message, reason);
          assert.doesNotMatch(error.message, /secret-signature|eyJ/);
          return true;
        });
      });
    }

    it("text that is no token, and nobody at all, are refused with what to do", async () => {
      await assert.rejects(personsCall(target, {}, withToken("abc")), /not a JSON Web Token/);
      await assert.rejects(personsCall(target, {}, withToken(undefined)), /--client-id .* MSSP_GRAPH_TOKEN/);
    });
  });

  it("report: each group of the settings leads to its roles", () => {
    const { objects, paths } = governanceObjects(settings);
    assertEach(objects, ({ kind, name }) => [kind, name], [
      ["governanceGroup", "SOC"],
      ["governanceRole", "Security Reader"],
    ]);
    assert.deepEqual(
      [paths[0]?.from, paths[0]?.to],
      objects.map(({ key }) => key),
    );
    assert.deepEqual(governanceObjects(parseSettings({ ...requiredSettings, analysts: "[]" }, [], {})).objects, []);
  });
});
