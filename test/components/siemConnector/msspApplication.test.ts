import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { loopback } from "@defender-mssp/microsoft/testing";
import {
  appRoleGrantResource as grants,
  microsoftGraph,
  servicePrincipalResource,
  type AppRoleGrantState,
  type CallContext,
  type ServicePrincipalState,
} from "@defender-mssp/microsoft";
import { untimed } from "@defender-mssp/microsoft/testing";
import {
  addApplication,
  addConsentedServicePrincipal,
  type StoredObject,
  tenantId,
  testSandbox,
  fixture,
} from "@defender-mssp/testkit";

const principals = untimed(servicePrincipalResource);
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";
const applicationId = "f00dcafe-0000-4000-8000-000000000001";
const description = { applicationId, displayName: "Fabrikam SIEM", signInAudience: "AzureADMultipleOrgs" } as const;
const managedBy = "defender-mssp/dev/siem";
const inputs = { tenantId, applicationId, managedBy };
const appRole = "SecurityAlert.Read.All";

/** The dynamic provider's methods, called as Pulumi calls them, against the sandbox's own server. */
describe("the MSSP's application in the customer's tenant:", () => {
  const test = fixture(testSandbox);
  let context: CallContext;
  const waits: number[] = [];

  before(() => {
    addApplication(test.sandbox.cloud.tenant(msspTenantId), description);
    const sleep = (milliseconds: number): Promise<void> => (waits.push(milliseconds), Promise.resolve());
    context = { environment: test.environment, endpoints: test.endpoints, sleep };
  });

  const ours = (): StoredObject[] =>
    [...test.tenant.objects("servicePrincipals").values()].filter(({ appId }) => appId === applicationId);
  const granted = (): StoredObject[] =>
    [...test.tenant.objects("appRoleAssignments").values()].filter(({ principalId }) => principalId === ours()[0]?.id);
  const clickConsent = (permissions: readonly string[]): StoredObject =>
    addConsentedServicePrincipal(
      test.tenant,
      { ...description, homeTenantId: msspTenantId },
      { [microsoftGraph.appId]: permissions },
    );

  beforeEach(() => {
    waits.length = 0;
    for (const { id } of granted()) test.tenant.objects("appRoleAssignments").delete(id);
    for (const { id } of ours()) test.tenant.objects("servicePrincipals").delete(id);
  });

  async function makePrincipal(): Promise<{ id: string; outs: ServicePrincipalState }> {
    return await principals.create(inputs, context);
  }

  describe("its service principal", () => {
    it("is created with a readable mark", async () => {
      const { id, outs } = await makePrincipal();
      assert.deepEqual(outs, { ...inputs, objectId: id, displayName: "Fabrikam SIEM", adopted: false });
      assertEach(ours(), ({ id: there, notes }) => [there, notes], [[id, `Managed by Pulumi: ${managedBy}`]]);
    });

    it("is recognized after a crash", async () => {
      const { id } = await makePrincipal();
      assert.deepEqual([(await makePrincipal()).id, (await makePrincipal()).outs.adopted], [id, false]);
      assert.equal(ours().length, 1);
    });

    it("is adopted unchanged if the customer has consented", async () => {
      const { id } = clickConsent([]);
      const { outs } = await makePrincipal();
      assert.deepEqual([outs.objectId, outs.adopted], [id, true]);
      await principals.update(id, outs, { ...inputs, managedBy: "defender-mssp/other/siem" }, context);
      assert.equal(ours()[0]?.["notes"], null);
      await principals.delete(id, outs, context);
      assert.equal(ours().length, 1);
    });

    it("does not exist after the delete, and a second delete succeeds", async () => {
      const { id, outs } = await makePrincipal();
      await principals.delete(id, outs, context);
      assert.deepEqual(ours(), []);
      await principals.delete(id, outs, context);
      assert.deepEqual(await principals.read(id, outs, context), { id: "" });
    });

    it("is read with its current values", async () => {
      const { id, outs } = await makePrincipal();
      assert.deepEqual(await principals.read(id, outs, context), { id, props: outs, inputs });
    });

    it("gets the new mark after the stack was renamed", async () => {
      const { id, outs } = await makePrincipal();
      const news = { ...inputs, managedBy: "defender-mssp/renamed/siem" };
      assert.deepEqual(await principals.update(id, outs, news, context), { outs: { ...outs, ...news } });
      assert.equal(ours()[0]?.["notes"], "Managed by Pulumi: defender-mssp/renamed/siem");
    });

    it("is adopted if another party creates it at the same time", async () => {
      const id = "c0ffee00-0000-4000-8000-000000000009";
      let looks = 0;
      const server = await loopback(({ method, url }) => {
        if (url.includes("/oauth2/")) return { body: { access_token: "t", expires_in: 3600 } };
        if (method === "POST") return { status: 409, body: { error: { code: "Conflict", message: "in use" } } };
        return { body: { value: looks++ === 0 ? [] : [{ id, displayName: "Fabrikam SIEM", notes: null }] } };
      });
      try {
        const { origin } = server;
        const endpoints = { ...test.endpoints, loginEndpoint: origin, graphEndpoint: origin };
        const { outs } = await principals.create(inputs, { ...context, endpoints });
        assert.deepEqual([outs.objectId, outs.adopted], [id, true]);
      } finally {
        await server.close();
      }
    });

    it("is refused for an application that cannot be added to the tenant, with what to check", async () => {
      const news = { ...inputs, applicationId: "f00dcafe-0000-4000-8000-00000000dead" };
      await assert.rejects(principals.create(news, context), (error: Error) => {
        assert.match(error.message, /^The create of the MSSP application's service principal failed\./);
        assert.match(error.message, /check connector\.applicationId/);
        return error.stack === "";
      });
    });

    it("is replaced for another tenant or application, and unknown values are differences", () => {
      const olds = { ...inputs, objectId: "o", displayName: "d", adopted: false };
      assert.deepEqual(principals.diff("o", olds, inputs), { changes: false, replaces: [], deleteBeforeReplace: true });
      assert.deepEqual(principals.diff("o", olds, { ...inputs, tenantId: unknown }).replaces, ["tenantId"]);
      assert.deepEqual(principals.diff("o", olds, { ...inputs, managedBy: "m" }).changes, true);
    });

    it("has validated inputs", () => {
      const { inputs: checked, failures } = principals.check(
        {},
        { ...inputs, applicationId: applicationId.toUpperCase() },
      );
      assert.deepEqual([checked["applicationId"], failures], [applicationId, []]);
      assert.equal(principals.check({}, { ...inputs, applicationId: "siem" }).failures.length, 1);
    });
  });

  describe("its permission", () => {
    async function inputsFor(adopted: boolean) {
      const [there] = ours();
      return {
        tenantId,
        principalObjectId: there?.id ?? (await makePrincipal()).id,
        principalAdopted: adopted,
        apiApplicationId: microsoftGraph.appId,
        appRole,
      };
    }

    it("is granted by the ID that the tenant has for its name", async () => {
      const news = await inputsFor(false);
      const { id, outs } = await grants.create(news, context);
      assert.equal(outs.appRoleId, microsoftGraph.appRoles[appRole]);
      assert.equal(outs.adopted, false);
      assertEach(granted(), ({ id: there, appRoleId, resourceId }) => ({ id: there, appRoleId, resourceId }), [
        { id, appRoleId: outs.appRoleId, resourceId: outs.resourceObjectId },
      ]);
      assert.deepEqual(await grants.read(id, outs, context), { id, props: outs, inputs: news });
      await grants.delete(id, outs, context);
      assert.deepEqual(granted(), []);
      assert.deepEqual(await grants.read(id, outs, context), { id: "" });
    });

    it("has another ID in another cloud", async () => {
      const graph = [...test.tenant.objects("servicePrincipals").values()].find(
        ({ appId }) => appId === microsoftGraph.appId,
      )!;
      const before = graph["appRoles"]!;
      const elsewhere = "0a0a0a0a-0000-4000-8000-000000000001";
      graph["appRoles"] = JSON.parse(
        JSON.stringify(before).replace(microsoftGraph.appRoles[appRole], elsewhere),
      ) as typeof before;
      try {
        const { outs } = await grants.create(await inputsFor(false), context);
        assert.equal(outs.appRoleId, elsewhere);
      } finally {
        graph["appRoles"] = before;
      }
    });

    it("is adopted if the customer has granted it, and remains", async () => {
      clickConsent([appRole]);
      const { id, outs } = await grants.create(await inputsFor(true), context);
      assert.equal(outs.adopted, true);
      await grants.delete(id, outs, context);
      assert.equal(granted().length, 1);
    });

    it("is the stack's own if the service principal is", async () => {
      const news = await inputsFor(false);
      const { id } = await grants.create(news, context);
      const again = await grants.create(news, context);
      assert.deepEqual([again.id, again.outs.adopted, granted().length], [id, false, 1]);
    });

    it("is the stack's own beside another permission that the customer granted", async () => {
      clickConsent(["SecurityIncident.Read.All"]);
      const { id, outs } = await grants.create(await inputsFor(true), context);
      assert.equal(outs.adopted, false);
      await grants.delete(id, outs, context);
      assert.equal(granted().length, 1);
    });

    it("waits until the new service principal has replicated", async () => {
      let asked = 0;
      const news = await inputsFor(false);
      const server = await loopback(({ url, method }) => {
        if (url.includes("/oauth2/")) return { body: { access_token: "t", expires_in: 3600 } };
        if (url.includes("$filter=")) {
          const appRoles = [{ id: "r", value: appRole, allowedMemberTypes: ["Application"] }];
          return { body: { value: [{ id: "api", appRoles }] } };
        }
        if (method === "POST") return { body: { id: "made" } };
        return asked++ < 3
          ? { status: 404, body: { error: { code: "Request_ResourceNotFound" } } }
          : { body: { value: [] } };
      });
      try {
        const endpoints = { ...test.endpoints, loginEndpoint: server.origin, graphEndpoint: server.origin };
        assert.equal((await grants.create(news, { ...context, endpoints })).id, "made");
        assert.deepEqual(waits, [1000, 1000, 1000]);
      } finally {
        await server.close();
      }
    });

    it("is refused if the API does not have it", async () => {
      const news = { ...(await inputsFor(false)), appRole: "SecurityAlert.Read.Everything" };
      await assert.rejects(
        grants.create(news, context),
        /Microsoft Graph has no application permission SecurityAlert\.Read\.Everything/,
      );
      const strange = { ...news, apiApplicationId: "0a0a0a0a-0000-4000-8000-000000000002" };
      await assert.rejects(grants.create(strange, context), /no service principal of the API/);
    });

    it("is replaced for every change except the owner of the service principal", async () => {
      const news = await inputsFor(false);
      const olds: AppRoleGrantState = { ...news, resourceObjectId: "r", appRoleId: "i", adopted: false };
      assert.equal(grants.diff("i", olds, { ...news, principalAdopted: true }).changes, false);
      const compared = ["tenantId", "principalObjectId", "apiApplicationId", "appRole"];
      for (const name of compared) {
        assert.deepEqual(grants.diff("i", olds, { ...news, [name]: unknown }).replaces, [name]);
      }
      assert.deepEqual(grants.check({}, { ...news, principalAdopted: unknown }).failures, []);
      assert.equal(grants.check({}, { ...news, principalAdopted: "no" }).failures.length, 1);
    });
  });
});
