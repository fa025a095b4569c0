import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { customerTenant } from "../../../components/tenant/customerTenant";
import { only, settled, startMocks, tenantId } from "../mocks";

/** As those of the sandbox, it differs in its last digit alone. */
const another = tenantId.replace(/.$/, "9");

describe("components: customerTenant", () => {
  it("returns a provider for that tenant after it has signed in", async () => {
    const recorded = await startMocks();
    await customerTenant("customer", tenantId);
    const provider = only("pulumi:providers:azuread");
    assert.equal(provider.name, "customer");
    assert.equal(provider.inputs["tenantId"], tenantId);
    assert.equal(provider.inputs["environment"], "public");
    assert.equal(provider.inputs["useMsi"], "false");
    assertEach(recorded.invocations, ({ token }) => token, ["azuread:index/getClientConfig:getClientConfig"]);
    assert.match(recorded.invocations[0]!.provider, /pulumi:providers:azuread::customer::customer-id$/);
  });

  it("writes no value of the environment and no credential into the state", async () => {
    const environment = {
      ARM_CLIENT_ID: "id",
      ARM_CLIENT_SECRET: "sec~ret",
      ARM_METADATA_HOSTNAME: "127.0.0.1:1",
      ARM_ENVIRONMENT: "usgovernment",
      ARM_USE_MSI: "true",
    };
    const before = Object.keys(environment).map((key) => [key, process.env[key]] as const);
    Object.assign(process.env, environment);
    try {
      await startMocks();
      await customerTenant("customer", tenantId);
      const { inputs } = only("pulumi:providers:azuread");
      assert.deepEqual(inputs, { tenantId, environment: "public", useMsi: "false" });
    } finally {
      for (const [key, value] of before) {
        if (value === undefined) Reflect.deleteProperty(process.env, key);
        else process.env[key] = value;
      }
    }
  });

  it("refuses credentials that reach another tenant, with nothing else declared", async () => {
    const recorded = await startMocks({ reached: another });
    await assert.rejects(customerTenant("customer", tenantId), {
      message:
        `The credentials reach tenant ${another}, but this stack is for tenant ${tenantId}. Nothing was created.\n` +
        "Sign in to the stack's tenant, or correct its setting tenantId.",
    });
    await settled();
    assertEach(recorded.resources, ({ type }) => type, ["pulumi:providers:azuread"]);
  });

  it("tenant IDs are compared without regard to case", async () => {
    await startMocks({ reached: tenantId.toUpperCase() });
    await customerTenant("customer", tenantId);
  });

  it("names the tenant that it could not sign in to, the reason and the remedy", async () => {
    await startMocks({ reached: new Error("AADSTS700016: not found in the directory") });
    await assert.rejects(customerTenant("customer", tenantId), (error: Error) => {
      assert.match(
        error.message,
        new RegExp(`^Cannot sign in to the customer's tenant ${tenantId}. Nothing was created.`),
      );
      assert.match(error.message, /AADSTS700016/);
      assert.match(error.message, /ARM_CLIENT_ID/);
      return true;
    });
  });

  describe("a stack's tenant ID that changes", () => {
    async function change(deployed: string[], now: string): Promise<string> {
      const recorded = await startMocks({ deployed });
      await customerTenant("customer", tenantId);
      assert.equal(recorded.hooks.length, 1);
      assert.deepEqual(only("pulumi:providers:azuread").beforeUpdate, [recorded.hooks[0]!.name]);
      assert.equal(recorded.hooks[0]!.onDryRun, true);
      return await recorded.hooks[0]!.run({ tenantId }, { tenantId: now });
    }

    it("a changed tenant ID is refused while the stack has resources in the old tenant", async () => {
      const error = await change(["pulumi:pulumi:Stack", "azuread:index/group:Group"], another);
      assert.match(error, new RegExp(`in tenant ${tenantId}, but its setting tenantId is now ${another}`));
      assert.match(error, /destroy the stack first/);
    });

    it("a changed tenant ID is refused while only the authorization remains in the old tenant", async () =>
      assert.notEqual(await change(["pulumi-nodejs:dynamic/defender-mssp:DefenderSiemAuthorization"], another), ""));

    it("the tenant ID can be corrected after a failed first deployment that left only the provider", async () => {
      const left = ["pulumi:pulumi:Stack", "pulumi:providers:azuread", "defender-mssp:index:CustomerOnboarding"];
      assert.equal(await change(left, another), "");
    });

    it("other changes of the provider are accepted", async () =>
      assert.equal(await change(["azuread:index/group:Group"], tenantId), ""));
  });
});
