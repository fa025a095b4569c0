import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { assertAsyncProperty } from "@defender-mssp/testkit/assertProperty";
import { defaultConnectorAccess } from "@defender-mssp/microsoft";
import * as azuread from "@pulumi/azuread";
import type * as pulumi from "@pulumi/pulumi";
import * as fc from "fast-check";
import { CustomerOnboarding, type CustomerOnboardingArgs } from "../../components/customerOnboarding";
import { defaultPortalAccess, type RbacChoice } from "../../components/portalAccess/portalAccessArgs";
import { msspTenantId, only, resolved, settled, startMocks, tenantId, type MockOptions, type Recording } from "./mocks";
import { requiredSettings } from "../settings/required";

const authorizationType = "pulumi-nodejs:dynamic/defender-mssp:DefenderSiemAuthorization";

const ruleType = "pulumi-nodejs:dynamic/defender-mssp:AlertNotificationRule";
const guestType = "pulumi-nodejs:dynamic/defender-mssp:Guest";

const args: CustomerOnboardingArgs = {
  ...requiredSettings,
  analysts: [
    { email: "ana@fabrikam.example", displayName: "Ana" },
    { email: "ben@fabrikam.example", displayName: "Ben" },
  ],
  connector: { ...defaultConnectorAccess, alertApis: ["legacySiem", "graph"] },
  clock: () => new Date("2026-11-24T15:00:00Z"),
};

describe("components: CustomerOnboarding", () => {
  let recorded: Recording;

  async function onboard(
    changed: Partial<CustomerOnboardingArgs> = {},
    options: MockOptions = {},
  ): Promise<CustomerOnboarding> {
    recorded = await startMocks(options);
    const provider = new azuread.Provider("customer", { tenantId });
    const onboarding = new CustomerOnboarding("customer", { ...args, ...changed }, { provider });
    await settled();
    return onboarding;
  }

  /** Members that a group is asked for with. */
  function membersOf(group: string): string[] {
    return recorded.resources.find(({ name }) => name === group)?.inputs["members"] as string[];
  }

  it("declares each resource as a child of its component", async () => {
    await onboard();
    const declared = recorded.resources
      .filter(({ type }) => type !== "pulumi:providers:azuread")
      .map(({ type, name, parent }) => `${parent.split("::")[1] ?? ""} > ${name} (${type.split(":").pop() ?? ""})`)
      .sort();
    assert.deepEqual(
      declared,
      [
        " > customer (CustomerOnboarding)",
        "customer > customer-access (PortalAccess)",
        "customer-access > customer-access-model (PortalAccessModel)",
        ...["analysts", "tier1", "tier2", "approvers"].flatMap((group) => [
          `customer-access > customer-access-${group} (MsspSecurityGroup)`,
          `customer-access-${group} > customer-access-${group}-group (Group)`,
        ]),
        ...["tier1", "tier2"].flatMap((tier) => [
          `customer-access > customer-access-${tier}-role (DefenderRoleDefinition)`,
          `customer-access > customer-access-${tier}-role-assignment (DefenderRoleAssignment)`,
        ]),
        "customer > customer-guest-ana@fabrikam.example (GuestUser)",
        "customer-guest-ana@fabrikam.example > customer-guest-ana@fabrikam.example-user (Guest)",
        "customer > customer-guest-ben@fabrikam.example (GuestUser)",
        "customer-guest-ben@fabrikam.example > customer-guest-ben@fabrikam.example-user (Guest)",
        "customer > customer-siem (SiemConnector)",
        "customer-siem > customer-siem-application (ApplicationRegistration)",
        "customer-siem > customer-siem-service-principal (ServicePrincipal)",
        "customer-siem > customer-siem-defender-access (ApplicationApiAccess)",
        "customer-siem > customer-siem-graph-access (ApplicationApiAccess)",
        "customer-siem > customer-siem-defender-consent (ServicePrincipalDelegatedPermissionGrant)",
        "customer-siem > customer-siem-graph-consent (AppRoleAssignment)",
        "customer-siem > customer-siem-password (ApplicationPassword)",
        "customer > customer-siem-redirect (RedirectUri)",
        "customer-siem-redirect > customer-siem-redirect-redirect-uris (ApplicationRedirectUris)",
        "customer > customer-siem-authorization (DefenderSiemAuthorization)",
      ].sort(),
    );
  });

  describe("just-in-time access", () => {
    const { tiers } = defaultPortalAccess as RbacChoice;
    const analysts = [
      { email: "ana@fabrikam.example", displayName: "Ana", accessEndsOn: "2027-03-31" },
      { email: "ben@fabrikam.example", displayName: "Ben", tier: "tier2" as const },
      { email: "eve@fabrikam.example", displayName: "Eve", accessEndsOn: "2026-01-31" },
    ];
    const eligible = () =>
      recorded.resources
        .filter(({ type }) => type.endsWith(":EligibleMembers"))
        .map(({ name, inputs }) => [name, inputs["members"], inputs["maximumActivation"], inputs["approverGroups"]])
        .sort();

    it("rbac: eligible members of each tier, no members in the tiers' groups, all in the group of all analysts", async () => {
      const portalAccess = { model: "rbac", tiers, activation: { hours: 4, tier2Approval: "approvers" } } as const;
      const { nextSteps } = await onboard({ analysts, portalAccess });
      assert.deepEqual(eligible(), [
        ["customer-access-approvers-eligible", [], "PT4H", undefined],
        [
          "customer-access-tier1-eligible",
          [{ objectId: "customer-guest-ana@fabrikam.example-user-object", accessEndsOn: "2027-03-31" }],
          "PT4H",
          undefined,
        ],
        [
          "customer-access-tier2-eligible",
          [{ objectId: "customer-guest-ben@fabrikam.example-user-object" }],
          "PT4H",
          ["customer-access-approvers-group-object"],
        ],
      ]);
      for (const tier of ["tier1", "tier2", "approvers"])
        assert.equal(membersOf(`customer-access-${tier}-group`), undefined);
      assert.equal(membersOf("customer-access-analysts-group").length, 2);
      assert.match((await resolved(nextSteps)).value!.join("\n"), /My roles > Groups > Activate/);
    });

    it("basic: eligible members of the group that has the directory role", async () => {
      const portalAccess = {
        model: "basic",
        role: "Security Reader",
        assignTo: "group",
        activation: { hours: 8 },
      } as const;
      await onboard({ analysts, portalAccess });
      assertEach(eligible(), ([name, members]) => [name, (members as unknown[]).length], [
        ["customer-access-analysts-eligible", 2],
      ]);
      assert.equal(membersOf("customer-access-analysts-group"), undefined);
    });

    for (const [name, portalAccess, expected] of [
      [
        "each guest",
        { model: "basic", role: "Security Reader", assignTo: "guests", activation: { hours: 8 } },
        /assignTo "group"/,
      ],
      ["nine hours", { model: "rbac", tiers, activation: { hours: 9 } }, /activation\.hours is 9/],
      [
        "approvers whom nobody names",
        { model: "rbac", tiers, activation: { hours: 8, tier2Approval: "customer" } },
        /approverObjectIds is empty/,
      ],
    ] as const) {
      it(`refuses ${name} before anything is declared`, () => assert.rejects(onboard({ portalAccess }), expected));
    }
  });

  it("uses the given provider for each resource and look-up in the tenant", async () => {
    await onboard();
    const inTenant = [...recorded.resources, ...recorded.invocations].filter((one) =>
      ("type" in one ? one.type : one.token).startsWith("azuread:"),
    );
    assert.equal(inTenant.length, 14);
    for (const { provider } of inTenant) assert.match(provider, /pulumi:providers:azuread::customer::customer-id$/);
  });

  it("group members are exactly the guests, whose invitations lead to the customer's portal", async () => {
    await onboard();
    assert.deepEqual(membersOf("customer-access-analysts-group").sort(), [
      "customer-guest-ana@fabrikam.example-user-object",
      "customer-guest-ben@fabrikam.example-user-object",
    ]);
    const invitations = recorded.resources.filter(({ type }) => type === guestType);
    for (const { inputs } of invitations) {
      assert.equal(inputs["redirectUrl"], `https://security.microsoft.com?tid=${tenantId}`);
      assert.equal(inputs["tenantId"], tenantId);
    }
  });

  it("authorizes the complete connector for the MSSP's tenant", async () => {
    await onboard({ defenderCalls: { mode: "endpoint", endpoint: "https://gateway.example" } });
    const authorization = only(authorizationType);
    const { tenantId: tenant, applicationId, msspTenantId: mssp, mode, endpoint } = authorization.inputs;
    assert.deepEqual(
      { tenant, applicationId, mssp, mode, endpoint },
      {
        tenant: tenantId,
        applicationId: "customer-siem-application-client",
        mssp: msspTenantId,
        mode: "endpoint",
        endpoint: "https://gateway.example",
      },
    );
    assert.ok(authorization.dependsOn.includes("customer-siem-password"), authorization.dependsOn.join());
    assert.ok(authorization.dependsOn.includes("customer-siem-defender-consent"));
  });

  it("tokenEndpoint names the given sign-in service", async () => {
    const { tokenEndpoint } = await onboard({ loginEndpoint: "https://127.0.0.1:8443" });
    assert.equal((await resolved(tokenEndpoint)).value, `https://127.0.0.1:8443/${tenantId}/oauth2/v2.0/token`);
  });

  it("outputs all values for the SIEM and the analysts", async () => {
    const onboarding = await onboard();
    const inClear = {
      tenantId,
      portalUrl: `https://security.microsoft.com?tid=${tenantId}`,
      legacyPortalUrl: `https://securitycenter.windows.com?tid=${tenantId}`,
      clientId: "customer-siem-application-client",
      clientSecretExpiresOn: "2027-11-24T15:00:00Z",
      redirectUri: "https://contoso.com/SiemMsspConnector",
      tokenEndpoint: `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`,
      groupObjectId: "customer-access-analysts-group-object",
      groups: {
        tier1: "customer-access-tier1-group-object",
        tier2: "customer-access-tier2-group-object",
        approvers: "customer-access-approvers-group-object",
      },
      accessPackages: {},
      notificationRules: {},
      guests: {
        "ana@fabrikam.example": "customer-guest-ana@fabrikam.example-user-object",
        "ben@fabrikam.example": "customer-guest-ben@fabrikam.example-user-object",
      },
    };
    for (const [name, value] of Object.entries(inClear)) {
      const output: pulumi.Output<unknown> | undefined = onboarding[name as keyof typeof inClear];
      assert.deepEqual(await resolved(output), { value, secret: false }, name);
    }
    assert.deepEqual(await resolved(onboarding.clientSecret), { value: "sec~ret", secret: true });
    const { value, secret } = await resolved(onboarding.inviteRedeemUrls);
    assert.deepEqual(Object.keys(value ?? {}), ["ana@fabrikam.example", "ben@fabrikam.example"]);
    assert.equal(secret, true);
  });

  it("model basic: one group with its directory role", async () => {
    await onboard({ portalAccess: { model: "basic", role: "Security Operator", assignTo: "group" } });
    assert.equal(only("azuread:index/group:Group").inputs["assignableToRole"], true);
    const { principalObjectId } = only("azuread:index/directoryRoleAssignment:DirectoryRoleAssignment").inputs;
    assert.equal(principalObjectId, "customer-access-analysts-group-object");
    assertNone(recorded.resources, ({ type }) => type.includes("DefenderRole"));
  });

  it("names the resource of a notification rule after the rule; in manual mode nextSteps says how to enter it", async () => {
    const rule = {
      name: "SOC",
      severities: ["High"],
      recipients: ["soc@fabrikam.example"],
      includeOrganizationName: true,
      includeTenantPortalLink: true,
      includeDeviceInformation: true,
    } as const;
    const onboarding = await onboard({ notificationRules: [rule] });
    assert.equal(only(ruleType).name, "customer-notification-SOC");
    assert.equal(only(ruleType).inputs["managedBy"], "defender-mssp/dev/customer-notification-SOC");
    assert.deepEqual((await resolved(onboarding.notificationRules)).value, { SOC: "manual" });
    const steps = (await resolved(onboarding.nextSteps)).value?.join("\n") ?? "";
    assert.match(steps, /Include organization name[^]*Include tenant-specific portal link/);
    assert.match(steps, /soc@fabrikam\.example/);
  });

  it("manual mode: nextSteps lists each value and its portal page", async () => {
    const onboarding = await onboard();
    assert.equal(only(authorizationType).inputs["mode"], "manual");
    assert.equal((await resolved(onboarding.siemAuthorization)).value, "manual");
    assert.deepEqual((await resolved(onboarding.nextSteps)).value, [
      `Each invited analyst accepts the invitation in the e-mail, and then signs in to the Defender portal: https://security.microsoft.com?tid=${tenantId}`,
      "Activate unified RBAC in the Defender portal: open Settings > Microsoft Defender XDR > Permissions and " +
        "roles and turn on each workload. Until then the tiers' roles have no effect. Microsoft may activate it by itself from September to December 2026, about 30 days after a notice to the customer.",
      `Sign in to https://securitycenter.windows.com?tid=${tenantId} with the permission "Manage portal system settings", or ask the customer to.`,
      "Open Settings > SIEM and select the MSSP tab.",
      `Enter the application ID customer-siem-application-client and the tenant ID ${msspTenantId}.`,
      'Select "Authorize application".',
    ]);
  });

  it("nextSteps has no step for a confirmed authorization", async () => {
    const onboarding = await onboard({ defenderCalls: { mode: "endpoint" } });
    assert.equal((await resolved(onboarding.siemAuthorization)).value, "authorized");
    const { value } = await resolved(onboarding.nextSteps);
    assert.equal(value?.length, 2);
    assert.doesNotMatch(value.join(), /SIEM|Authorize/);
  });

  it("nextSteps has no step for invitations if nobody was invited", async () => {
    const { value } = await resolved((await onboard({ analysts: [] })).nextSteps);
    assert.doesNotMatch(value?.join() ?? "", /invitation/);
  });

  it("preview: values of the settings are known, those of the tenant are not", async () => {
    const onboarding = await onboard({}, { preview: true });
    assert.equal((await resolved(onboarding.portalUrl)).value, `https://security.microsoft.com?tid=${tenantId}`);
    assert.equal((await resolved(onboarding.redirectUri)).value, "https://contoso.com/SiemMsspConnector");
    assert.deepEqual(await resolved(onboarding.clientSecret), { value: undefined, secret: true });
    for (const output of ["clientId", "groupObjectId", "siemAuthorization", "nextSteps"] as const) {
      assert.deepEqual(await resolved<unknown>(onboarding[output]), { value: undefined, secret: false }, output);
    }
  });

  it("a guest's declaration does not depend on order or other guests", async function () {
    const analyst = fc.constantFrom("ana", "ben", "chloe", "dev", "eve");
    const team = fc.uniqueArray(analyst, { maxLength: 5 });
    await assertAsyncProperty(5, team, async (names) => {
      await onboard({ analysts: names.map((name) => ({ email: `${name}@f.example`, displayName: name })) });
      const invited = recorded.resources.filter(({ type }) => type === guestType);
      assert.deepEqual(
        invited.map(({ name, inputs }) => [name, inputs["email"], inputs["displayName"]]).sort(),
        names.map((name) => [`customer-guest-${name}@f.example-user`, `${name}@f.example`, name]).sort(),
      );
      assert.equal(membersOf("customer-access-analysts-group").length, names.length);
    });
  });
});
