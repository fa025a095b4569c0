import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { connectedOrganizationResource, type ConnectedOrganizationState } from "@defender-mssp/microsoft";
import { type Json, type StoredObject, tenantId, testSandbox, fixture } from "@defender-mssp/testkit";
import { untimed } from "../untimed";

const resource = untimed(connectedOrganizationResource);
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";
const managedBy = "defender-mssp/dev/mssp-organization";
const mark = ` Managed by Pulumi (${managedBy}).`;
const inputs = {
  tenantId,
  displayName: "Fabrikam Security",
  description: "Watches this tenant's Microsoft Defender.",
  identitySource: { tenantId: msspTenantId },
  managedBy,
};
const byDomain = { ...inputs, identitySource: { domainName: "fabrikam-security.example" } };
const made: ConnectedOrganizationState = { ...inputs, state: "configured", adopted: false };
const adopted = { ...made, adopted: true };

/** The dynamic provider's methods, called as Pulumi calls them, against the sandbox's own server. */
describe("packages/microsoft/providers/connectedOrganization: the provider", () => {
  const test = fixture(testSandbox);
  beforeEach(() => {
    stored().clear();
    test.tenant.objects("accessPackageAssignmentPolicies").clear();
  });

  const stored = (): Map<string, StoredObject> => test.tenant.objects("connectedOrganizations");
  /** What the server has, without what is the same in all. */
  const onServer = (): Json[] =>
    [...stored().values()].map(({ displayName = null, description = null, state = null, identitySources = null }) => ({
      displayName,
      description,
      state,
      identitySources,
    }));
  const asWanted = {
    displayName: inputs.displayName,
    description: inputs.description + mark,
    state: "configured",
    identitySources: [
      {
        "@odata.type": "#microsoft.graph.azureActiveDirectoryTenant",
        displayName: "Fabrikam Security",
        tenantId: msspTenantId,
      },
    ],
  };
  const put = (changes: Record<string, Json> = {}): string => {
    const id = randomUUID();
    stored().set(id, { ...asWanted, ...changes, id });
    return id;
  };
  const snapshot = (): string => JSON.stringify([...stored()]);

  describe("create", () => {
    it("create: connects a tenant and returns its inputs and the tenant's values", async () => {
      const { id, outs } = await resource.create(inputs, test.context);
      assert.deepEqual([...stored().keys()], [id]);
      assert.deepEqual(outs, made);
      assert.deepEqual(onServer(), [asWanted]);
    });

    it("create: connects a domain", async () => {
      await resource.create(byDomain, test.context);
      const [{ identitySources }] = onServer() as [{ identitySources: Json }];
      assert.deepEqual(identitySources, [
        {
          "@odata.type": "#microsoft.graph.domainIdentitySource",
          displayName: "Fabrikam Security",
          domainName: "fabrikam-security.example",
        },
      ]);
    });

    it("recognizes its own organization after a crash, and corrects differences", async () => {
      const id = put({ displayName: "Half", state: "proposed" });
      assert.deepEqual(await resource.create(inputs, test.context), { id, outs: made });
      assert.deepEqual(onServer(), [asWanted]);
      assert.deepEqual(await resource.create(inputs, test.context), { id, outs: made });
      assert.equal(stored().size, 1);
    });

    for (const description of ["By hand", null, "Other. Managed by Pulumi (other/stack/name)."]) {
      it(`create: adopts an organization described as ${JSON.stringify(description)} unchanged`, async () => {
        const id = put({ description, state: "proposed" });
        const before = snapshot();
        const outs = { ...adopted, state: "proposed" };
        assert.deepEqual(await resource.create(inputs, test.context), { id, outs });
        assert.equal(snapshot(), before);
      });
    }

    it("create: ignores an organization with another identity source", async () => {
      put({
        identitySources: [{ "@odata.type": "#microsoft.graph.azureActiveDirectoryTenant", tenantId: randomUUID() }],
      });
      assert.equal((await resource.create(inputs, test.context)).outs.adopted, false);
      assert.equal(stored().size, 2);
    });
  });

  describe("read", () => {
    it("reports no change, and every manual change", async () => {
      const { id, outs } = await resource.create(inputs, test.context);
      assert.deepEqual(await resource.read(id, outs, test.context), { id, props: made, inputs });
      Object.assign(stored().get(id)!, { displayName: "Renamed", description: "By hand", state: "proposed" });
      const { props } = await resource.read(id, outs, test.context);
      const drift = { ...made, displayName: "Renamed", description: "By hand", state: "proposed" };
      assert.deepEqual(props, drift);
      assert.equal(resource.diff(id, drift, inputs).changes, true);
      await resource.update(id, drift, inputs, test.context);
      assert.deepEqual(onServer(), [asWanted]);
    });

    it("finds a state other than configured", async () => {
      const { id, outs } = await resource.create(inputs, test.context);
      Object.assign(stored().get(id)!, { state: "proposed" });
      const { props } = await resource.read(id, outs, test.context);
      assert.deepEqual(resource.diff(id, props!, inputs), { changes: true, replaces: [], deleteBeforeReplace: false });
    });

    it("reports a deleted organization as gone", async () =>
      assert.deepEqual(await resource.read(randomUUID(), made, test.context), { id: "" }));

    it("reports no drift for an adopted organization", async () => {
      const id = put({ displayName: "Theirs", description: "Theirs", state: "proposed" });
      const { props } = await resource.read(id, adopted, test.context);
      assert.deepEqual(props, { ...adopted, state: "proposed" });
      assert.equal(resource.diff(id, props, inputs).changes, false);
    });
  });

  describe("update", () => {
    it("updates its own organization in place", async () => {
      const { id, outs } = await resource.create(inputs, test.context);
      const news = { ...inputs, displayName: "Fabrikam" };
      assert.deepEqual(await resource.update(id, outs, news, test.context), {
        outs: { ...made, displayName: "Fabrikam" },
      });
      const [{ displayName }] = onServer() as [{ displayName: string }];
      assert.equal(displayName, "Fabrikam");
    });

    it("update: does not change an adopted organization", async () => {
      const id = put({ description: "Theirs" });
      const before = snapshot();
      const news = { ...inputs, displayName: "Fabrikam" };
      assert.deepEqual((await resource.update(id, adopted, news, test.context)).outs, {
        ...adopted,
        displayName: "Fabrikam",
      });
      assert.equal(snapshot(), before);
    });
  });

  describe("delete", () => {
    it("delete: deletes its own organization also after a manual change of its description", async () => {
      const first = await resource.create(inputs, test.context);
      await resource.delete(first.id, first.outs, test.context);
      assert.equal(stored().size, 0);
      const second = await resource.create(inputs, test.context);
      Object.assign(stored().get(second.id)!, { description: "By hand" });
      await resource.delete(second.id, second.outs, test.context);
      assert.equal(stored().size, 0);
    });

    it("delete: a missing organization is accepted", () => resource.delete(randomUUID(), made, test.context));

    it("delete: keeps an adopted organization and one with another owner's mark", async () => {
      const byHand = put({ description: "By hand" });
      await resource.delete(byHand, adopted, test.context);
      const taken = put({ description: "x Managed by Pulumi (other/stack/name)." });
      await resource.delete(taken, made, test.context);
      assert.deepEqual([...stored().keys()], [byHand, taken]);
    });

    it("delete: names the policies that still use the organization", async () => {
      const { id, outs } = await resource.create(inputs, test.context);
      const requestor = { "@odata.type": "#microsoft.graph.connectedOrganizationMembers", id };
      for (const displayName of ["Partners", "Suppliers"]) {
        const policy = { id: randomUUID(), displayName, requestorSettings: { allowedRequestors: [requestor] } };
        test.tenant.objects("accessPackageAssignmentPolicies").set(policy.id, policy);
      }
      await assert.rejects(resource.delete(id, outs, test.context), (error: Error) => {
        assert.equal(
          error.message,
          `The connected organization's delete failed. The connected organization "Fabrikam Security" (${id}) is still used by the ` +
            'assignment policies "Partners", "Suppliers". Delete them, or take the organization out of their requestors ' +
            "(Entra admin center > Identity Governance > Access packages > the package > Policies), and run this again.",
        );
        assert.equal(error.stack, "");
        return true;
      });
      assert.equal(stored().size, 1);
    });
  });

  describe("check and diff", () => {
    it("check: writes identifiers in lower case", () => {
      const upper = { ...inputs, tenantId: tenantId.toUpperCase() };
      const { inputs: checked, failures } = resource.check(
        {},
        { ...upper, identitySource: { tenantId: msspTenantId.toUpperCase() } },
      );
      assert.deepEqual(failures, []);
      assert.deepEqual(checked, inputs);
      const domain = { ...inputs, identitySource: { domainName: "Fabrikam-Security.Example" } };
      assert.deepEqual(resource.check({}, domain).inputs, byDomain);
    });

    const wrong: readonly [string, Record<string, unknown>][] = [
      ["tenantId", { tenantId: "contoso" }],
      ["displayName", { displayName: " " }],
      ["description", { description: "" }],
      ["identitySource", { identitySource: {} }],
      ["identitySource", { identitySource: "fabrikam.example" }],
      ["identitySource", { identitySource: { tenantId: msspTenantId, domainName: "fabrikam.example" } }],
      ["identitySource", { identitySource: { tenantId: "fabrikam.example" } }],
      ["identitySource", { identitySource: { domainName: "fabrikam" } }],
      ["identitySource", { identitySource: { domainName: "a@fabrikam.example" } }],
      ["identitySource", { identitySource: { domainName: "fabrikam.example", displayName: "x" } }],
    ];
    for (const [property, changes] of wrong) {
      it(`check: ${JSON.stringify(changes)} is refused`, () => {
        const { failures } = resource.check({}, { ...inputs, ...changes });
        assertEach(failures, (failure) => failure.property, [property]);
      });
    }

    it("check and diff: accept unknown values", () => {
      for (const identitySource of [unknown, { tenantId: unknown }]) {
        assert.deepEqual(resource.check({}, { ...inputs, displayName: unknown, identitySource }).failures, []);
      }
    });

    it("diff: another identity source or tenant replaces it and creates first", () => {
      assert.deepEqual(resource.diff("id", made, inputs), { changes: false, replaces: [], deleteBeforeReplace: false });
      assert.deepEqual(resource.diff("id", made, byDomain), {
        changes: true,
        replaces: ["identitySource"],
        deleteBeforeReplace: false,
      });
      assert.deepEqual(resource.diff("id", made, { ...inputs, tenantId: randomUUID() }).replaces, ["tenantId"]);
      assert.deepEqual(resource.diff("id", made, { ...inputs, displayName: "x" }), {
        changes: true,
        replaces: [],
        deleteBeforeReplace: false,
      });
    });
  });

  it("create: names the missing permission", async () => {
    test.addConnector({ "00000003-0000-0000-c000-000000000000": ["Group.ReadWrite.All"] });
    const environment = test.connectorEnvironment;
    await assert.rejects(resource.create(inputs, { ...test.context, environment }), {
      message:
        /^The connected organization's create failed\. .*403.* needs the application permission EntitlementManagement\.ReadWrite\.All/,
    });
  });
});
