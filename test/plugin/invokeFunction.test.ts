import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { testSandbox, fixture } from "@defender-mssp/testkit";
import * as pulumi from "@pulumi/pulumi";
import * as rpc from "@pulumi/pulumi/runtime/rpc";
import { permissionsOf } from "../../cli/access/permissions/needed";
import { component, type ComponentType } from "../../domain/resourceTypes";
import { getTenant } from "../../plugin/getTenant";
import { invokeFunction } from "../../plugin/invokeFunction";
import schemaFile from "../../plugin/schema.json";
import type { PackageSchema } from "../../plugin/schema";
import { parseSettings } from "../../settings";
import { requiredSettings } from "../settings/required";

const schema = schemaFile as unknown as PackageSchema;
const token = (name: string) => component(name as ComponentType);

async function failure(name: string, args: pulumi.Inputs): Promise<string> {
  const answer = await invokeFunction(schema, token(name), args);
  assert.deepEqual(answer.outputs, {});
  return (answer.failures ?? []).map(({ reason }) => reason).join("\n");
}

describe("plugin: Invoke of getPermissions", () => {
  async function permissions(settings: Readonly<Record<string, unknown>>) {
    const answer = await invokeFunction(schema, token("getPermissions"), { settings });
    assert.equal(answer.failures, undefined);
    const { connector, ...others } = answer.outputs as Record<string, readonly unknown[]>;
    return { connector, others };
  }

  const subscriptionId = "5ec0de00-5ab5-4000-8000-000000000001";
  const ana = { email: "ana@mssp.example", displayName: "Ana" };
  for (const [name, settings, analysts = [ana]] of [
    ["no settings", {}],
    ["access packages", { portalAccess: { model: "entitlement", approvers: ["a@contoso.com"] } }, []],
    ["the legacy alert API", { connector: { alertApis: ["legacySiem", "graph"] }, portalAccess: "basic" }],
    [
      "Azure and rules",
      {
        handover: { subscriptionId, location: "westeurope" },
        sentinelAccess: { subscriptionId, resourceGroup: "sentinel", workspaceName: "sentinel" },
        detections: { sets: ["base"] },
      },
    ],
  ] as const) {
    it(`lists what \`mssp permissions\` lists: ${name}`, async () => {
      const whole = parseSettings({ ...requiredSettings, analysts, ...settings }, [], {});
      const { automation, keeper, optional, preview, azureRoles } = permissionsOf([
        { stack: "contoso", settings: whole },
      ]);
      assert.ok(automation.length > 2);
      const roles = azureRoles.map(({ stack: _, ...role }) => role);
      const { connector, others } = await permissions(settings);
      assert.deepEqual(others, { automation, keeper, optional, preview, azureRoles: roles });
      assert.deepEqual(connector, []);
    });
  }

  it("lists the roles of the MSSP's own application", async () => {
    const applicationId = "51e40000-0000-4000-8000-000000000001";
    const { connector = [] } = await permissions({ connector: { kind: "msspApp", applicationId } });
    assertEach(connector, (role) => (role as { permission: string }).permission, ["SecurityAlert.Read.All"]);
  });

  it("refuses what the settings refuse, all together and without a value", async () => {
    const reason = await failure("getPermissions", { settings: { portalAccess: "sec~ret", unknown: 1 } });
    assert.match(reason, /portalAccess/);
    assert.match(reason, /- unknown: no such setting/);
    assert.doesNotMatch(reason, /sec~ret/);
    assert.equal(await failure("getPermissions", {}), "settings: is required");
    assert.match(await failure("getPermissions", { settings: {}, other: 1 }), /^other: no such argument/);
  });
});

describe("plugin: Invoke of getTenant", () => {
  const test = fixture(testSandbox);

  const find = (query: Parameters<typeof getTenant>[0]) => getTenant(query, test.endpoints.loginEndpoint);

  it("finds a tenant by a domain, by its ID in any case, and by both", async () => {
    const { id } = test.tenant;
    const found = await find({ domain: "contoso.com" });
    assert.deepEqual(found, {
      ...{ tenantId: id, cloud: "public", portalUrl: `https://security.microsoft.com?tid=${id}` },
      legacyPortalUrl: `https://securitycenter.windows.com?tid=${id}`,
      tokenEndpoint: `${test.endpoints.loginEndpoint}/${id}/oauth2/v2.0/token`,
    });
    assert.deepEqual(await find({ tenantId: id.toUpperCase() }), found);
    assert.deepEqual(await find({ tenantId: id, domain: "contoso.com", cloud: "public" }), found);
  });

  it("names the portal of the cloud", async () => {
    const { portalUrl, cloud } = await find({ domain: "contoso.com", cloud: "gccHigh" });
    assert.deepEqual([portalUrl, cloud], [`https://security.microsoft.us?tid=${test.tenant.id}`, "gccHigh"]);
  });

  it("refuses a domain that no tenant has, and one of another tenant", async () => {
    await assert.rejects(find({ domain: "nobody.example" }), {
      message: "domain: Entra knows no tenant of nobody.example in the cloud public",
    });
    const tenantId = "00000000-0000-4000-8000-00000000beef";
    await assert.rejects(
      find({ domain: "contoso.com", tenantId }),
      /contoso\.com is a domain of the tenant .*, not of 0/,
    );
  });

  it("fails with one line for wrong arguments, before a request", async () => {
    assert.equal(await failure("getTenant", {}), "domain or tenantId: one of them is required");
    assert.equal(await failure("getTenant", { tenantId: "abc" }), "tenantId: must be a UUID");
    assert.equal(await failure("getTenant", { tenantId: 3 }), "tenantId: must be a string");
    assert.match(await failure("getTenant", { cloud: "mars" }), /^cloud: must be one of /);
    assert.match(await failure("getNothing", {}), /has no function defender-mssp:index:getNothing/);
  });

  it("takes a secret argument as its value", async () => {
    const secret = { [rpc.specialSigKey]: rpc.specialSecretSig, value: "abc" };
    assert.equal(await failure("getTenant", { tenantId: secret }), "tenantId: must be a UUID");
  });
});
