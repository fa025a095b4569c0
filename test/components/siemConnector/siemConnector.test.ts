import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { defaultConnectorAccess, type ConnectorAccess, type ConnectorCredential } from "@defender-mssp/microsoft";
import { makeTestCertificate } from "@defender-mssp/testkit";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { SiemConnector } from "../../../components/siemConnector/siemConnector";
import { deployedResources } from "../../../components/tenant/deployedResources";
import { deployedSecrets } from "../../../components/siemConnector/deployedSecrets";
import { only, resolved, settled, startMocks, tenantId, type Recording } from "../mocks";

const args = {
  customerName: "Contoso",
  tenantId,
  access: { ...defaultConnectorAccess, alertApis: ["legacySiem", "graph"] } satisfies ConnectorAccess,
  deployedSecrets: {},
  clock: () => new Date("2026-11-24T15:00:00.123Z"),
};

function withCredential(credential: ConnectorCredential): ConnectorAccess {
  return { kind: "customerApp", alertApis: ["legacySiem", "graph"], credential };
}

describe("components: SiemConnector", () => {
  let recorded: Recording;
  beforeEach(async () => (recorded = await startMocks()));

  it("asks for the provider of the customer's tenant by the component's name", async () => {
    pulumi.runtime.setConfig("azuread:tenantId", "");
    const tenant = process.env["ARM_TENANT_ID"];
    delete process.env["ARM_TENANT_ID"];
    try {
      assert.throws(
        () => new SiemConnector("siem", args),
        /^Error: SiemConnector "siem" needs the provider of the customer's tenant: pass \{ provider \} with provider = await customerTenant\(name, tenantId\)\.$/,
      );
      const provider = new azuread.Provider("customer", { tenantId });
      assert.doesNotThrow(() => new SiemConnector("own", args, { provider }));
      await settled();
    } finally {
      if (tenant !== undefined) process.env["ARM_TENANT_ID"] = tenant;
    }
  });

  it("declares exactly registration, service principal, access, consent and secret", async () => {
    new SiemConnector("siem", args);
    await settled();
    const declared = Object.fromEntries(recorded.resources.map(({ name, type, inputs }) => [name, { type, inputs }]));
    assert.deepEqual(declared, {
      siem: { type: "defender-mssp:index:SiemConnector", inputs: {} },
      "siem-application": {
        type: "azuread:index/applicationRegistration:ApplicationRegistration",
        inputs: {
          displayName: "Contoso SIEM MSSP Connector",
          description: "The MSSP's SIEM reads this tenant's Defender alerts with it. Managed by Pulumi.",
          signInAudience: "AzureADMyOrg",
        },
      },
      "siem-service-principal": {
        type: "azuread:index/servicePrincipal:ServicePrincipal",
        inputs: { clientId: "siem-application-client" },
      },
      "siem-defender-access": {
        type: "azuread:index/applicationApiAccess:ApplicationApiAccess",
        inputs: {
          applicationId: "siem-application-id",
          apiClientId: "fc780465-2017-40d4-a0c5-307022471b92",
          scopeIds: ["b2069dc0-9fe9-4e6d-9aca-ccf3dd503819"],
        },
      },
      "siem-graph-access": {
        type: "azuread:index/applicationApiAccess:ApplicationApiAccess",
        inputs: {
          applicationId: "siem-application-id",
          apiClientId: "00000003-0000-0000-c000-000000000000",
          roleIds: ["472e4a4d-bb4a-4026-98d1-0b0d74cb74a5"],
        },
      },
      "siem-defender-consent": {
        type: "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant",
        inputs: {
          servicePrincipalObjectId: "siem-service-principal-object",
          resourceServicePrincipalObjectId: "principal-of-fc780465-2017-40d4-a0c5-307022471b92",
          claimValues: ["Alert.Read"],
        },
      },
      "siem-graph-consent": {
        type: "azuread:index/appRoleAssignment:AppRoleAssignment",
        inputs: {
          principalObjectId: "siem-service-principal-object",
          resourceObjectId: "principal-of-00000003-0000-0000-c000-000000000000",
          appRoleId: "472e4a4d-bb4a-4026-98d1-0b0d74cb74a5",
        },
      },
      "siem-password": {
        type: "azuread:index/applicationPassword:ApplicationPassword",
        inputs: {
          applicationId: "siem-application-id",
          displayName: "MSSP SIEM, managed by Pulumi",
          endDate: "2027-11-24T15:00:00Z",
        },
      },
    });
    const parents = recorded.resources.filter(({ custom }) => custom).map(({ parent }) => parent);
    assert.deepEqual(new Set(parents), new Set(["defender-mssp:index:SiemConnector::siem"]));
  });

  it("looks up Microsoft's service principals, so that destroy cannot delete them", async () => {
    new SiemConnector("siem", args);
    await settled();
    assertEach(recorded.invocations, ({ token, inputs }) => [token, inputs["clientId"]], [
      ["azuread:index/getServicePrincipal:getServicePrincipal", "fc780465-2017-40d4-a0c5-307022471b92"],
      ["azuread:index/getServicePrincipal:getServicePrincipal", "00000003-0000-0000-c000-000000000000"],
    ]);
    assert.equal("useExisting" in only("azuread:index/servicePrincipal:ServicePrincipal").inputs, false);
  });

  it("keeps a valid secret with the expiry of the state", async () => {
    const deployedSecrets = { first: { startsOn: "2026-03-01T00:00:00Z", endsOn: "2027-03-01T00:00:00Z" } };
    new SiemConnector("siem", { ...args, deployedSecrets });
    await settled();
    const { name, inputs, ignoreChanges } = only("azuread:index/applicationPassword:ApplicationPassword");
    assert.deepEqual([name, inputs["endDate"], ignoreChanges], ["siem-password", "2027-03-01T00:00:00Z", []]);
  });

  it("a due rotation creates the next secret in the other slot, outputs it and keeps the old one", async () => {
    const deployedSecrets = { first: { startsOn: "2025-12-20T00:00:00Z", endsOn: "2026-12-20T00:00:00Z" } };
    const connector = new SiemConnector("siem", { ...args, deployedSecrets });
    await settled();
    const passwords = recorded.resources.filter(({ type }) => type.includes("applicationPassword:"));
    assertEach(passwords, ({ name, inputs }) => [name, inputs["endDate"]], [
      ["siem-password", "2026-12-20T00:00:00Z"],
      ["siem-password-2", "2027-11-24T15:00:00Z"],
    ]);
    assert.equal((await resolved(connector.clientSecretExpiresOn)).value, "2027-11-24T15:00:00Z");
    assert.equal((await resolved(connector.clientSecret)).secret, true);
  });

  it("reads only the dates of its secrets from the stack's state", async () => {
    const prefix = "urn:pulumi:dev::defender-mssp::x$azuread:index/applicationPassword:ApplicationPassword::";
    const type = "azuread:index/applicationPassword:ApplicationPassword";
    const outputs = { startDate: "2026-01-01T00:00:00Z", endDate: "2027-01-01T00:00:00Z", value: "sec~ret" };
    await startMocks({
      state: {
        [`${prefix}siem-password-2`]: { type, outputs },
        [`${prefix}other-siem-password`]: { type, outputs },
        "urn:pulumi:dev::defender-mssp::x$azuread:index/group:Group::siem-password": {
          type: "azuread:index/group:Group",
          outputs,
        },
      },
    });
    assert.deepEqual(deployedSecrets("siem", await deployedResources()), {
      second: { startsOn: "2026-01-01T00:00:00Z", endsOn: "2027-01-01T00:00:00Z" },
    });
  });

  describe("reports a secret that the tenant's policy refuses, with a remedy, and does not retry:", () => {
    const tooLong =
      "ApplicationsClient.AddPassword(): unexpected status 400 with OData error: CredentialInvalidLifetimeAsPerAppPolicy: " +
      "Credential lifetime exceeds the max value allowed as per assigned policy 'x'.";

    async function said(error: string): Promise<string[]> {
      recorded = await startMocks();
      new SiemConnector("siem", args);
      await settled();
      const logged: string[] = [];
      const { error: log } = pulumi.log;
      const captured = (message: string): Promise<void> => (logged.push(message), Promise.resolve());
      Object.defineProperty(pulumi.log, "error", { configurable: true, value: captured });
      try {
        assert.equal(await recorded.errorHooks[0]?.run([error]), false);
      } finally {
        Object.defineProperty(pulumi.log, "error", { configurable: true, value: log });
      }
      return logged;
    }

    it("a secret that is too long for the policy", async () => {
      const [message, ...others] = await said(tooLong);
      assert.match(
        message ?? "",
        /doesn't allow a client secret that is valid for 365 days.*connector\.credential\.days/,
      );
      assert.deepEqual(others, []);
    });

    it("any secret if the policy forbids secrets", async () => {
      const [message] = await said("CredentialTypeNotAllowedAsPerAppPolicy: Credential type not allowed");
      assert.match(message ?? "", /forbids client secrets.*certificate or a federated credential/);
    });

    it("other errors are passed on unchanged", async () =>
      assert.deepEqual(await said("Insufficient privileges to complete the operation."), []));
  });

  for (const api of ["legacySiem", "graph"] as const) {
    it(`requests only ${api} if it reads only that API`, async () => {
      const access = { ...defaultConnectorAccess, alertApis: [api] } as ConnectorAccess;
      const connector = new SiemConnector("siem", { ...args, access });
      await settled();
      const names = recorded.resources.map(({ name }) => name).filter((name) => /access|consent/.test(name));
      const prefix = api === "graph" ? "siem-graph" : "siem-defender";
      assert.deepEqual(names, [`${prefix}-access`, `${prefix}-consent`]);
      assert.equal(recorded.invocations.length, 1, "the other API is not even looked up");
      assert.deepEqual((await resolved(connector.description)).value?.alertApis, [api]);
    });
  }

  it("certificate: registers the public part until the certificate's expiry, without a secret", async () => {
    const { certificatePem } = await makeTestCertificate();
    const access = withCredential({ type: "certificate", certificate: certificatePem });
    const connector = new SiemConnector("siem", { ...args, access });
    await settled();
    const { name, inputs } = only("azuread:index/applicationCertificate:ApplicationCertificate");
    assert.equal(name, "siem-certificate");
    assert.deepEqual(inputs, {
      applicationId: "siem-application-id",
      type: "AsymmetricX509Cert",
      value: inputs["value"],
      startDate: "2024-01-01T00:00:00Z",
      endDate: "2099-01-01T00:00:00Z",
    });
    assert.ok(JSON.stringify(inputs["value"]).includes(certificatePem.split("\n")[1]!));
    assert.equal(connector.clientSecret, undefined);
    assert.deepEqual((await resolved(connector.description)).value, {
      kind: "customerApp",
      credential: "certificate",
      alertApis: ["legacySiem", "graph"],
      profile: "read",
      credentialExpiresOn: "2099-01-01T00:00:00Z",
    });
    assert.ok(!recorded.resources.some(({ type }) => type.includes("Password")));
  });

  it("federated: trusts the other identity provider, without a secret", async () => {
    const issuer = "https://token.actions.githubusercontent.com";
    const subject = "repo:fabrikam/siem:ref:refs/heads/main";
    const access = withCredential({ type: "federated", issuer, subject, audience: "api://AzureADTokenExchange" });
    const connector = new SiemConnector("siem", { ...args, access });
    await settled();
    const type = "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential";
    assert.deepEqual(only(type).inputs, {
      applicationId: "siem-application-id",
      displayName: "mssp-siem",
      description: "The MSSP's SIEM, managed by Pulumi",
      issuer,
      subject,
      audiences: ["api://AzureADTokenExchange"],
    });
    assert.equal(connector.clientSecretExpiresOn, undefined);
    assert.ok(!recorded.resources.some(({ type: one }) => /Password|Certificate/.test(one)));
  });

  it("msspApp: one service principal with exactly one permission", async () => {
    const applicationId = "f00dcafe-0000-4000-8000-000000000001";
    const access: ConnectorAccess = {
      kind: "msspApp",
      applicationId,
      alertApis: ["graph"],
      credential: { type: "certificate" },
    };
    const connector = new SiemConnector("siem", { ...args, access, cloud: "gccHigh" });
    await settled();
    const declared = recorded.resources
      .filter(({ custom }) => custom)
      .map(({ name, type, inputs: { __provider, ...inputs } }) => ({ name, type, inputs }));
    assert.deepEqual(declared, [
      {
        name: "siem-mssp-service-principal",
        type: "pulumi-nodejs:dynamic/defender-mssp:MsspServicePrincipal",
        inputs: { tenantId, applicationId, managedBy: "defender-mssp/dev/siem-mssp-service-principal" },
      },
      {
        name: "siem-mssp-graph-consent",
        type: "pulumi-nodejs:dynamic/defender-mssp:AppRoleGrant",
        inputs: {
          tenantId,
          principalObjectId: "siem-mssp-service-principal-object",
          principalAdopted: false,
          apiApplicationId: "00000003-0000-0000-c000-000000000000",
          appRole: "SecurityAlert.Read.All",
        },
      },
    ]);
    assert.deepEqual(
      [(await resolved(connector.clientId)).value, (await resolved(connector.adminConsentUrl)).value],
      [applicationId, `https://login.microsoftonline.us/${tenantId}/adminconsent?client_id=${applicationId}`],
    );
    assert.deepEqual([connector.applicationId, connector.clientSecret], [undefined, undefined]);
    assert.deepEqual((await resolved(connector.description)).value, {
      kind: "msspApp",
      credential: "certificate",
      alertApis: ["graph"],
      profile: "read",
    });
  });

  describe("profile", () => {
    const approved = { approvedBy: "Dana Reyes", writesEndOn: "2027-03-31" };
    const respond = { profile: "respond", actions: ["indicators", "isolate"], ...approved } as const;
    const legacy = { ...args.access, ...respond };

    async function declared(access: ConnectorAccess, now = "2027-03-31T23:59:59Z"): Promise<string[]> {
      recorded = await startMocks();
      const connector = new SiemConnector("siem", { ...args, access, clock: () => new Date(now) });
      await settled();
      description = (await resolved(connector.description)).value;
      return recorded.resources.map(({ name }) => name).filter((name) => /consent/.test(name));
    }
    let description: unknown;

    it("adds one consent for each role, and keeps the name of the first", async () => {
      const { alertApis: _, ...others } = args.access;
      assert.deepEqual(await declared({ ...others, alertApis: ["graph"], ...respond }), [
        "siem-defender-consent-Machine.Read.All",
        "siem-defender-consent-Machine.Isolate",
        "siem-defender-consent-Ti.ReadWrite",
        "siem-graph-consent",
        "siem-graph-consent-SecurityIncident.Read.All",
        "siem-graph-consent-ThreatHunting.Read.All",
        "siem-graph-consent-SecurityAlert.ReadWrite.All",
        "siem-graph-consent-SecurityIncident.ReadWrite.All",
      ]);
      assert.deepEqual(description, {
        kind: "customerApp",
        credential: "secret",
        alertApis: ["graph"],
        ...respond,
        credentialExpiresOn: "2028-03-30T23:59:59Z",
        renewsOn: "2028-02-29T23:59:59Z",
      });
    });

    it("requests the roles of one API together with its delegated permission", async () => {
      await declared(legacy);
      const access = recorded.resources.find(({ name }) => name === "siem-defender-access")?.inputs;
      assert.deepEqual([(access?.["scopeIds"] as string[]).length, (access?.["roleIds"] as string[]).length], [1, 3]);
    });

    it("keeps the roles of hunt alone after the last day", async () => {
      assert.deepEqual(await declared(legacy, "2027-04-01T00:00:00Z"), [
        "siem-defender-consent",
        "siem-graph-consent",
        "siem-graph-consent-SecurityIncident.Read.All",
        "siem-graph-consent-ThreatHunting.Read.All",
      ]);
      assert.equal((description as { profile: string }).profile, "hunt");
    });

    it("read grants incidents if they are asked for", async () => {
      const consents = await declared({ ...defaultConnectorAccess, incidents: true });
      assert.deepEqual(consents, ["siem-graph-consent", "siem-graph-consent-SecurityIncident.Read.All"]);
    });

    it("msspApp: one grant for each role", async () => {
      const access = { kind: "msspApp", applicationId: "a", alertApis: ["graph"], credential: { type: "certificate" } };
      assert.deepEqual(await declared({ ...access, ...respond, actions: ["scan"] } as ConnectorAccess), [
        "siem-mssp-graph-consent",
        "siem-mssp-graph-consent-SecurityIncident.Read.All",
        "siem-mssp-graph-consent-ThreatHunting.Read.All",
        "siem-mssp-graph-consent-SecurityAlert.ReadWrite.All",
        "siem-mssp-graph-consent-SecurityIncident.ReadWrite.All",
        "siem-mssp-defender-consent-Machine.Read.All",
        "siem-mssp-defender-consent-Machine.Scan",
      ]);
    });

    it("that allows changes is refused without an approver and an end, before a resource is declared", () => {
      for (const changes of [{ approvedBy: undefined }, { writesEndOn: undefined }, { actions: [] }]) {
        const access = { ...legacy, ...changes } as ConnectorAccess;
        assert.throws(() => new SiemConnector("siem", { ...args, access }), /access\.profile "respond"/);
      }
      assertNone(recorded.resources, ({ custom }) => custom);
    });
  });

  it("the default clock is the system's", async () => {
    const before = Date.now();
    const connector = new SiemConnector("siem", { customerName: "Contoso", tenantId, deployedSecrets: {} });
    const { value } = await resolved(connector.clientSecretExpiresOn);
    const days = (Date.parse(value ?? "") - before) / 86_400_000;
    assert.ok(days > 364.99 && days < 365.01, String(days));
  });

  it("outputs only the client secret as a secret", async () => {
    const connector = new SiemConnector("siem", args);
    assert.deepEqual(await resolved(connector.clientSecret), { value: "sec~ret", secret: true });
    assert.deepEqual(await resolved(connector.clientId), { value: "siem-application-client", secret: false });
    assert.deepEqual(await resolved(connector.applicationId), { value: "siem-application-id", secret: false });
    assert.deepEqual(await resolved(connector.servicePrincipalObjectId), {
      value: "siem-service-principal-object",
      secret: false,
    });
    assert.deepEqual(await resolved(connector.clientSecretExpiresOn), { value: "2027-11-24T15:00:00Z", secret: false });
  });

  it("preview: the client secret is a secret and unknown", async () => {
    await startMocks({ preview: true });
    const connector = new SiemConnector("siem", args);
    assert.deepEqual(await resolved(connector.clientSecret), { value: undefined, secret: true });
    assert.deepEqual(await resolved(connector.clientId), { value: undefined, secret: false });
    assert.deepEqual(await resolved(connector.clientSecretExpiresOn), { value: "2027-11-24T15:00:00Z", secret: false });
  });

  describe("asked before the registration is created", () => {
    async function creation(namesakes: number | Error, customerName = "Contoso"): Promise<string> {
      recorded = await startMocks({ namesakes });
      new SiemConnector("siem", { ...args, customerName });
      await settled();
      const [hook] = recorded.hooks;
      assert.equal(hook?.onDryRun, false, "a preview needs no look-up");
      return await hook.run({}, { displayName: `${customerName} SIEM MSSP Connector` });
    }

    it("accepts a tenant without an application of its name", async () => {
      assert.equal(await creation(0), "");
      assert.deepEqual(recorded.invocations.at(-1)?.inputs, { displayName: "Contoso SIEM MSSP Connector" });
    });

    it("refuses a second application of its name; the error names the existing one and the remedy", async () => {
      const error = await creation(1);
      assert.match(
        error,
        /"Contoso SIEM MSSP Connector" \(client ID namesake-client, object ID namesake-object\) already exists/,
      );
      assert.match(error, /delete it .* and run `npx pulumi up --refresh`/);
    });

    it("refuses another application if several have its name", async () =>
      assert.match(await creation(2), /^several applications named "Contoso SIEM MSSP Connector" already exist/));

    it("creates none where it may not look whether there is one: a refusal is no answer", async () => {
      const refused = "unexpected status 403 (403 Forbidden) with error: Authorization_RequestDenied";
      assert.match(
        await creation(new Error(refused)),
        /could not be looked up, so none was created: unexpected status 403.*\n.*requires Application\.Read\.All/,
      );
    });

    it("does not check a name that the provider cannot look up", async () => {
      assert.equal(await creation(1, "O'Neil"), "");
      assert.ok(!recorded.invocations.some(({ token }) => token.includes("getApplication")));
    });
  });
});
