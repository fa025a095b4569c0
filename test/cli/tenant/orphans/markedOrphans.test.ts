/** Objects with this stack's random ID that its state does not have, in the sandbox's tenant. */
import { type Whose } from "@defender-mssp/tenant";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { graphCall, ServiceError, type GraphCall } from "@defender-mssp/microsoft";
import { msspTenantId, testSandbox, fixtureOfEach } from "@defender-mssp/testkit";
import { findOrphans } from "../../../../cli/tenant/orphans/orphans";
import { Deployed } from "../../../../cli/tenant/deployed";
import type { Orphan } from "../../../../cli/tenant/orphans/orphan";
import { dynamic } from "../../../../domain/resourceTypes";
import { parseSettings, type Settings } from "../../../../settings";
import { sandboxTenant } from "../sandboxTenant";

const stackId = "4dcd45bff7d23f52";
const mark = (stack = "formername", id = stackId, mssp: string = msspTenantId) =>
  `Managed by Pulumi (customers/${stack}#${id}, MSSP tenant ${mssp}).`;

describe("findOrphans, by the stack's random ID", () => {
  const test = fixtureOfEach(testSandbox);
  let graph: GraphCall;
  let owner: Whose;
  let settings: Settings;

  beforeEach(async () => {
    graph = await graphCall(test.tenant.id, test.context);
    owner = {
      ...{ stack: "contoso", stackId, msspTenantId, tenantId: test.tenant.id, domains: [] },
      automation: test.environment.ARM_CLIENT_ID,
    };
    const customer = { customerName: "Contoso", tenantId: test.tenant.id, customerDomain: "contoso.com" };
    const mssp = { msspName: "Fabrikam", msspTenantId, analysts: "[]" };
    settings = parseSettings({ ...customer, ...mssp, portalAccess: "basic" }, [], {});
  });

  const object = (type: string, id: string) => ({ type, id, objectId: id, inputs: {}, outputs: {} });
  const state = (...ids: readonly string[]) =>
    new Deployed([
      object(dynamic("StackIdentity"), stackId),
      ...ids.map((id) => object("azuread:index/group:Group", id)),
    ]);
  const find = (known = state(), call = graph) =>
    findOrphans(sandboxTenant(call, owner), settings, known, "customers/contoso");
  const listed = ({ orphans }: { readonly orphans: readonly Orphan[] }) =>
    orphans.map(({ what, evidence }) => [what, evidence.owner]);
  const post = async (path: string, json: unknown): Promise<{ id: string }> =>
    (await graph(path, { method: "POST", json })).body as { id: string };
  const newGroup = (displayName: string, description: string) =>
    post("/v1.0/groups", { displayName, description, mailEnabled: false, mailNickname: "g", securityEnabled: true });

  it("a mark is a claim, but for the very description of an interrupted create", async () => {
    await newGroup("Payroll", `Salaries. ${mark()}`);
    const type = "azuread:index/group:Group";
    const create = (description: string) =>
      new Deployed([object(dynamic("StackIdentity"), stackId)], [
        {
          operation: "creating",
          resource: { type, urn: `urn:pulumi:x::p::${type}::g`, inputs: { displayName: "Payroll", description } },
        },
      ] as never);
    const claims = async (known: Deployed) => (await find(known)).orphans.map(({ evidence }) => evidence.isClaim);
    assert.deepEqual(await claims(state()), [true]);
    assert.deepEqual(await claims(create(mark())), [true]);
    assert.deepEqual(await claims(create(`Salaries. ${mark()}`)), [false]);
  });

  it("lists what was renamed, and what settings of today do not create", async () => {
    await newGroup("Renamed since", mark());
    const catalog = { displayName: "Old catalog", state: "published", isExternallyVisible: true };
    await post("/beta/identityGovernance/entitlementManagement/accessPackageCatalogs", {
      ...{ displayName: catalog.displayName, isExternallyVisible: true },
      description: mark(),
    });
    const body = {
      invitedUserEmailAddress: "gone@fabrikam-security.example",
      invitedUserDisplayName: `Gone Analyst (customers/formername#${stackId})`,
      inviteRedirectUrl: "https://x.example",
      sendInvitationMessage: false,
    };
    await post("/v1.0/invitations", body);
    const roles = { isEnabled: true, rolePermissions: [{ allowedResourceActions: ["microsoft.xdr/secops/*/read"] }] };
    await post("/beta/roleManagement/defender/roleDefinitions", {
      ...{ displayName: "Old role", description: mark(), ...roles },
    });
    assert.deepEqual(listed(await find()).sort(), [
      ['Defender role "Old role"', "thisStack"],
      ['access package catalog "Old catalog"', "thisStack"],
      ['group "Renamed since"', "thisStack"],
      ['guest "gone@fabrikam-security.example"', "thisStack"],
    ]);
  });

  it("reads the mark of the service principal of the MSSP's application in its notes", async () => {
    const principals = test.tenant.objects("servicePrincipals");
    const automation = [...principals.values()].find(({ appId }) => appId === owner.automation)!;
    const id = randomUUID();
    principals.set(id, { ...automation, id, appId: randomUUID(), displayName: "Fabrikam SIEM", notes: mark() });
    assert.deepEqual(listed(await find()), [
      ['service principal of the MSSP\'s application "Fabrikam SIEM"', "thisStack"],
    ]);
  });

  it("omits what the state has, what another stack or MSSP marked, and what only has the name", async () => {
    const { id } = await newGroup("Known", mark());
    await newGroup("Another stack's", mark("other", "ade982459eae61f3"));
    await newGroup("Another MSSP's", mark("contoso", "ade982459eae61f3", randomUUID()));
    await newGroup("Unmarked", "by hand");
    assert.deepEqual(listed(await find(state(id))), []);
  });

  it("shows what a lost state of this stack's name left as another's", async () => {
    await newGroup("Lost", mark("contoso", "ade982459eae61f3"));
    assert.deepEqual(listed(await find()), [['group "Lost"', "another"]]);
  });

  it("shows a name that azuread refuses to create again, whosever it is, once", async () => {
    await newGroup("Fabrikam MSSP Analysts", "by hand");
    assert.deepEqual(listed(await find()), [['group "Fabrikam MSSP Analysts"', "unknown"]]);
    const marked = await newGroup("Fabrikam MSSP Analysts", mark());
    const { orphans } = await find();
    assert.deepEqual(orphans.filter(({ id }) => id === marked.id).length, 1);
  });

  it("counts what may not be read as unread, never as not there", async () => {
    const refuses: GraphCall = (url) =>
      Promise.reject(new ServiceError({ status: 403, message: "Insufficient privileges", method: "GET", url }));
    const { orphans, unread } = await find(state(randomUUID()), refuses);
    assert.deepEqual(orphans, []);
    assert.ok(unread.every(({ reason }) => reason.startsWith("not permitted: requires ")));
    for (const kind of [
      "group",
      "guest",
      "application",
      "accessPackageCatalog",
      "defenderRole",
      "directoryRoleAssignment",
    ])
      assert.ok(
        unread.some((answer) => answer.kind === kind),
        kind,
      );
  });
});
