import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { microsoftGraph } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import program from "../../index";
import { msspTenantId, only, resolved, settled, startMocks, tenantId, type Recording } from "../components/mocks";

const configuration = {
  "defender-mssp:customerName": "Contoso",
  "defender-mssp:tenantId": tenantId.toUpperCase(),
  "defender-mssp:customerDomain": "contoso.com",
  "defender-mssp:msspName": "Fabrikam",
  "defender-mssp:msspTenantId": msspTenantId,
  "defender-mssp:analysts": JSON.stringify([{ email: "Ana@fabrikam.example", displayName: "Ana" }]),
  "azuread:tenantId": "not ours to judge",
};
const withLegacyApi = { ...configuration, "defender-mssp:connector": '{"alertApis":["legacySiem","graph"]}' };

/**
 * What the tenant is asked about by Graph has been deployed before, so nobody is asked. On the real
 * engine the sandbox answers.
 */
const deployed = [
  { type: "pulumi-nodejs:dynamic/defender-mssp:Guest", outputs: { email: "ana@fabrikam.example" } },
  "azuread:index/applicationPassword:ApplicationPassword",
];

/** The program as the engine runs it, with mocks in the engine's place. */
describe("program", () => {
  let recorded: Recording;
  const tenantVariables = ["ARM_TENANT_ID", "AZURE_TENANT_ID", "ARM_CLIENT_ID", "MSSP_DEFENDER_ENDPOINT"] as const;
  const before = tenantVariables.map((name) => [name, process.env[name]] as const);

  const { fetch } = globalThis;

  beforeEach(async () => {
    // Entra's OpenID configuration of the customer's domain, which no mock of the engine answers.
    globalThis.fetch = () => Promise.resolve(Response.json({ issuer: `https://login.example/${tenantId}/v2.0` }));
    for (const name of tenantVariables) Reflect.deleteProperty(process.env, name);
    recorded = await startMocks({ deployed });
    pulumi.runtime.setAllConfig(configuration, []);
  });

  after(() => {
    globalThis.fetch = fetch;
    pulumi.runtime.setAllConfig({}, []);
    for (const [name, value] of before) if (value !== undefined) process.env[name] = value;
  });

  it("warns of an analyst whose last day is over", async () => {
    const analysts = [{ email: "ana@fabrikam.example", displayName: "Ana", accessEndsOn: "2024-01-31" }];
    pulumi.runtime.setAllConfig({ ...configuration, "defender-mssp:analysts": JSON.stringify(analysts) }, []);
    const log = pulumi.log as { warn: typeof pulumi.log.warn };
    const { warn } = log;
    const warnings: string[] = [];
    log.warn = (text) => {
      warnings.push(text);
      return Promise.resolve();
    };
    try {
      await program();
    } finally {
      log.warn = warn;
    }
    assert.deepEqual(
      warnings.filter((text) => text.startsWith("analysts")),
      ["analysts[0] (Ana): access ended on 2024-01-31; the guest has no membership."],
    );
  });

  it("names the prefix of settings that are another project's, in place of all as missing", async () => {
    const others = Object.entries(configuration).map(([key, value]) => [key.replace("defender-mssp:", "acme:"), value]);
    // Pulumi.yaml gives each setting an empty default.
    const defaults = Object.keys(configuration).map((key) => [key, ""]);
    pulumi.runtime.setAllConfig(Object.fromEntries([...defaults, ...others]) as Record<string, string>, []);
    await assert.rejects(
      program(),
      /names 6 settings of the project "acme"; this project is "defender-mssp"\. Nothing was changed\. Write defender-mssp:customerName,/,
    );
  });

  it("reads the stack's state once, before the first registration", async () => {
    const registered: number[] = [];
    const { resources } = await startMocks({
      deployed,
      whileStateIsRead: async () => {
        // As long as a first registration may take on a busy machine.
        await new Promise((resolve) => setTimeout(resolve, 1500));
        registered.push(resources.length);
      },
    });
    await program();
    assert.deepEqual(registered, [0]);
  });

  it("onboards the customer of its settings and exports the outputs by name", async () => {
    pulumi.runtime.setAllConfig(withLegacyApi, []);
    const outputs = await program();
    assert.deepEqual(Object.keys(outputs), [
      "cloud",
      "tenantId",
      "portalUrl",
      "legacyPortalUrl",
      "connector",
      "clientId",
      "clientSecret",
      "clientSecretExpiresOn",
      "redirectUri",
      "tokenEndpoint",
      "groupObjectId",
      "groups",
      "guests",
      "inviteRedeemUrls",
      "accessPackages",
      "notificationRules",
      "siemAuthorization",
      "nextSteps",
    ]);
    assert.equal((await resolved(outputs.tenantId)).value, tenantId);
    assert.equal((await resolved(outputs.siemAuthorization)).value, "manual");
    assert.deepEqual(await resolved(outputs.guests), {
      value: { "ana@fabrikam.example": "customer-guest-ana@fabrikam.example-user-object" },
      secret: false,
    });
    assert.equal((await resolved(outputs.clientSecret)).secret, true);
    const { endDate } = only("azuread:index/applicationPassword:ApplicationPassword").inputs;
    const aMonth = 30 * 24 * 60 * 60 * 1000;
    assert.deepEqual(await resolved(outputs.connector), {
      value: {
        kind: "customerApp",
        credential: "secret",
        alertApis: ["legacySiem", "graph"],
        profile: "read",
        credentialExpiresOn: endDate,
        renewsOn: new Date(Date.parse(String(endDate)) - aMonth).toISOString().replace(".000Z", "Z"),
      },
      secret: false,
    });
    assert.equal(only("pulumi:providers:azuread").inputs["tenantId"], tenantId);
    assert.equal(
      only("azuread:index/applicationRegistration:ApplicationRegistration").inputs["displayName"],
      "Contoso SIEM MSSP Connector",
    );
  });

  it("reads the alert APIs from the settings alone, whatever the stack has", async () => {
    const authorization = "pulumi-nodejs:dynamic/defender-mssp:DefenderSiemAuthorization";
    const type = { type: authorization, outputs: {} };
    const state = { [`urn:pulumi:dev::defender-mssp::x$${authorization}::customer-siem-authorization`]: type };
    const apisOf = async (config: Record<string, string>, options: Parameters<typeof startMocks>[0]) => {
      await startMocks(options);
      pulumi.runtime.setAllConfig(config, []);
      const { value } = await resolved((await program()).connector);
      return value?.alertApis;
    };
    assert.deepEqual(await apisOf(configuration, { deployed, state }), ["graph"]);
    const legacyOnly = { ...configuration, "defender-mssp:connector": '{"alertApis":["legacySiem"]}' };
    assert.deepEqual(await apisOf(legacyOnly, { deployed }), ["legacySiem"]);
  });

  it("refuses a role that the tenant does not publish before it declares anything", async () => {
    recorded = await startMocks({ deployed });
    const connector = '{"profile":"hunt"}';
    pulumi.runtime.setAllConfig({ ...configuration, "defender-mssp:connector": connector }, []);
    const { appRoles } = microsoftGraph as { appRoles: Record<string, string> };
    const hunting = appRoles["ThreatHunting.Read.All"] ?? "";
    delete appRoles["ThreatHunting.Read.All"];
    try {
      await assert.rejects(
        program(),
        /connector\.profile hunt: Microsoft Graph has no application role ThreatHunting\.Read\.All in the customer's tenant\. Nothing was changed/,
      );
      assertNone(recorded.resources, ({ type }) => !type.startsWith("pulumi:"));
    } finally {
      appRoles["ThreatHunting.Read.All"] = hunting;
    }
  });

  it("authorizes by a call if the environment names an endpoint, and keeps the endpoint out of the state", async () => {
    process.env["MSSP_DEFENDER_ENDPOINT"] = "https://127.0.0.1:1234";
    pulumi.runtime.setAllConfig(withLegacyApi, []);
    await program();
    await settled();
    const { inputs } = only("pulumi-nodejs:dynamic/defender-mssp:DefenderSiemAuthorization");
    assert.equal(inputs["mode"], "endpoint");
    assert.doesNotMatch(JSON.stringify(recorded.resources), /1234/);
  });

  it("refuses wrong settings by an error without a stack trace, and declares nothing", async () => {
    pulumi.runtime.setAllConfig(
      { ...configuration, "defender-mssp:tenantId": "hunter2", "defender-mssp:analyst": "x" },
      ["defender-mssp:tenantId"],
    );
    await assert.rejects(program(), (error: Error) => {
      assert.ok(pulumi.RunError.isInstance(error), "the engine prints a RunError's message alone");
      assert.match(
        error.message,
        /^3 settings are wrong; nothing was changed\.\n {2}Pulumi\.dev\.yaml tenantId: \[secret\]\n/,
      );
      assert.doesNotMatch(error.message, /hunter2/);
      assert.match(error.message, /analyst: "x"\n {4}unknown: did you mean analysts\?/);
      return true;
    });
    await settled();
    assert.deepEqual([...recorded.resources, ...recorded.invocations], []);
  });

  it("asks for licences before it declares anything but the provider", async () => {
    recorded = await startMocks();
    pulumi.runtime.setAllConfig(configuration, []);
    await assert.rejects(program(), (error: Error) => {
      assert.ok(pulumi.RunError.isInstance(error), "the engine prints a RunError's message alone");
      assert.match(error.message, /^Looking up what the tenant has licences for failed\. No credentials/);
      return true;
    });
    await settled();
    assertEach(recorded.resources, ({ type }) => type, ["pulumi:providers:azuread"]);
  });

  it("runs the extension of the settings after its own declarations", async () => {
    pulumi.runtime.setAllConfig({ ...configuration, "defender-mssp:extension": "againstTheRules" }, []);
    await program();
    await settled();
    const names = recorded.resources.map(({ name }) => name);
    assert.ok(names.indexOf("untyped") > names.indexOf("customer"), names.join());
  });

  it("declares nothing if the extension is missing or invalid", async () => {
    for (const [extension, problem] of [
      ["nowhere", /^extension: there is no extensions\/nowhere\.ts\. Nothing was changed\.$/],
      ["index", /^extension: extensions\/index\.ts exports no function "extend"\. Nothing was changed\.$/],
    ] as const) {
      pulumi.runtime.setAllConfig({ ...configuration, "defender-mssp:extension": extension }, []);
      await assert.rejects(program(), (error: Error) => {
        assert.ok(pulumi.RunError.isInstance(error));
        assert.match(error.message, problem);
        return true;
      });
    }
    await settled();
    assert.deepEqual([...recorded.resources, ...recorded.invocations], []);
  });

  it("declares only the provider if the credentials reach another tenant", async () => {
    recorded = await startMocks({ reached: msspTenantId });
    pulumi.runtime.setAllConfig(configuration, []);
    await assert.rejects(program(), (error: Error) => pulumi.RunError.isInstance(error));
    await settled();
    assertEach(recorded.resources, ({ type }) => type, ["pulumi:providers:azuread"]);
  });
});
