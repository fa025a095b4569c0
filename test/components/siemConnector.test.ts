import assert from "node:assert/strict";
import { SiemConnector } from "../../components/siemConnector";
import { only, resolved, settled, startMocks, type Recording } from "./mocks";

const args = { customerName: "Contoso", clock: () => new Date("2026-11-24T15:00:00.123Z") };

describe("components: SiemConnector", () => {
  let recorded: Recording;
  beforeEach(async () => {
    recorded = await startMocks();
  });

  it("declares the registration, its service principal, access, consent and secret, and no more", async () => {
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

  it("only looks Microsoft's own service principals up, so that destroy can't touch them", async () => {
    new SiemConnector("siem", args);
    await settled();
    assert.deepEqual(
      recorded.invocations.map(({ token, inputs }) => [token, inputs["clientId"]]),
      [
        ["azuread:index/getServicePrincipal:getServicePrincipal", "fc780465-2017-40d4-a0c5-307022471b92"],
        ["azuread:index/getServicePrincipal:getServicePrincipal", "00000003-0000-0000-c000-000000000000"],
      ],
    );
    assert.equal("useExisting" in only("azuread:index/servicePrincipal:ServicePrincipal").inputs, false);
  });

  it("counts the secret's year once: a later run with another clock replaces nothing", async () => {
    new SiemConnector("siem", args);
    await settled();
    assert.deepEqual(only("azuread:index/applicationPassword:ApplicationPassword").ignoreChanges, ["endDate"]);
  });

  it("counts from the system's clock where none is given", async () => {
    const before = Date.now();
    const connector = new SiemConnector("siem", { customerName: "Contoso" });
    const { value } = await resolved(connector.clientSecretExpiresOn);
    const days = (Date.parse(value ?? "") - before) / 86_400_000;
    assert.ok(days > 364.99 && days < 365.01, String(days));
  });

  it("gives its secret as a secret, and the rest in clear", async () => {
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

  it("has a secret and unknown client secret in a preview", async () => {
    await startMocks({ preview: true });
    const connector = new SiemConnector("siem", args);
    assert.deepEqual(await resolved(connector.clientSecret), { value: undefined, secret: true });
    assert.deepEqual(await resolved(connector.clientId), { value: undefined, secret: false });
    assert.deepEqual(await resolved(connector.clientSecretExpiresOn), { value: "2027-11-24T15:00:00Z", secret: false });
  });

  describe("asked before the registration is created", () => {
    async function creation(namesakes: number, customerName = "Contoso"): Promise<string> {
      recorded = await startMocks({ namesakes });
      new SiemConnector("siem", { ...args, customerName });
      await settled();
      const [hook] = recorded.hooks;
      assert.equal(hook?.onDryRun, false, "a preview needs no look-up");
      return await hook.run({}, { displayName: `${customerName} SIEM MSSP Connector` });
    }

    it("agrees where the tenant has none of its name", async () => {
      assert.equal(await creation(0), "");
      assert.deepEqual(recorded.invocations.at(-1)?.inputs, { displayName: "Contoso SIEM MSSP Connector" });
    });

    it("refuses a second one, and says which one is there and what to do", async () => {
      const error = await creation(1);
      assert.match(
        error,
        /"Contoso SIEM MSSP Connector" \(client ID namesake-client, object ID namesake-object\) is already/,
      );
      assert.match(error, /delete it .* and run `pulumi up` again/);
    });

    it("refuses one more where there are several", async () => {
      assert.match(await creation(2), /^several applications named "Contoso SIEM MSSP Connector" are already/);
    });

    it("leaves a name alone that the provider can't look up", async () => {
      assert.equal(await creation(1, "O'Neil"), "");
      assert.ok(!recorded.invocations.some(({ token }) => token.includes("getApplication")));
    });
  });
});
