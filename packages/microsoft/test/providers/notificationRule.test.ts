import assert from "node:assert/strict";
import {
  manualNotificationRuleSteps,
  notificationRuleResource as resource,
  type NotificationRuleState,
} from "@defender-mssp/microsoft";
import { type StoredObject, tenantId, testSandbox, fixture } from "@defender-mssp/testkit";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const name = "SOC high severity";
const id = `${tenantId}/${name}`;
const managedBy = "defender-mssp/dev/notification-rule";
const inputs = {
  tenantId,
  name,
  severities: ["Medium", "High"],
  recipients: ["lead@fabrikam-security.example", "soc@fabrikam-security.example"],
  includeOrganizationName: true,
  includeTenantPortalLink: true,
  includeDeviceInformation: true,
  mode: "endpoint",
  managedBy,
} as const;
const made = { ...inputs, status: "configured", adopted: false } as unknown as NotificationRuleState;

/** The dynamic provider's methods, called as Pulumi calls them, against the sandbox's own server. */
describe("packages/microsoft/providers/notificationRule: the provider", () => {
  const test = fixture(testSandbox);

  beforeEach(() => stored().clear());

  const stored = (): Map<string, StoredObject> => test.tenant.objects("notificationRules");
  /** The only rule on the server. */
  const onServer = (): StoredObject | undefined => {
    assert.ok(stored().size <= 1);
    return [...stored().values()][0];
  };
  const change = (changes: object): void => void Object.assign(onServer()!, changes);

  it("create: all fields, for all devices or for device groups", async () => {
    assert.deepEqual(await resource.create(inputs, test.context), { id, outs: made });
    assert.deepEqual(onServer(), {
      id: onServer()!.id,
      name,
      severities: inputs.severities,
      recipients: inputs.recipients,
      deviceGroups: null,
      includeOrganizationName: true,
      includeTenantPortalLink: true,
      includeDeviceInformation: true,
      managedBy,
      status: "configured",
    });
    await resource.update(id, made, { ...inputs, deviceGroups: ["Servers"] }, test.context);
    assert.deepEqual(onServer()!["deviceGroups"], ["Servers"]);
  });

  it("rules are distinguished by their names", async () => {
    await resource.create(inputs, test.context);
    await resource.create({ ...inputs, name: "SOC / all", severities: ["Low"] }, test.context);
    assert.equal(stored().size, 2);
    await resource.delete(id, made, test.context);
    assert.equal(onServer()!["name"], "SOC / all");
  });

  it("create: recognizes its own rule after a crash and corrects it", async () => {
    await resource.create({ ...inputs, severities: ["Low"] }, test.context);
    assert.deepEqual((await resource.create(inputs, test.context)).outs, made);
    assert.deepEqual(onServer()!["severities"], ["Medium", "High"]);
  });

  it("adopts another party's equal rule in any order and case, and keeps it", async () => {
    await resource.create(inputs, test.context);
    const theirs = {
      managedBy: null,
      severities: ["High", "Medium"],
      recipients: ["SOC@fabrikam-security.example", "lead@fabrikam-security.example"],
    };
    change(theirs);
    const { outs } = await resource.create(inputs, test.context);
    assert.deepEqual(outs, { ...made, adopted: true });
    await resource.delete(id, outs, test.context);
    assert.deepEqual(onServer()!["recipients"], theirs.recipients);
  });

  it("refuses another party's different rule of that name, with a remedy", async () => {
    await resource.create(inputs, test.context);
    change({ managedBy: "another/stack/name", recipients: ["other@contoso.com"] });
    await assert.rejects(
      resource.create(inputs, test.context),
      /already has a different notification rule "SOC high severity", created by another\/stack\/name\. .*or use another name in the setting\.$/,
    );
    assert.deepEqual(onServer()!["recipients"], ["other@contoso.com"]);
  });

  it("finds and restores every changed field", async () => {
    for (const changes of [
      { severities: ["High"] },
      { recipients: ["somebody@else.example"] },
      { deviceGroups: ["Servers"] },
      { includeOrganizationName: false },
      { includeTenantPortalLink: false },
      { includeDeviceInformation: false },
    ]) {
      stored().clear();
      await resource.create(inputs, test.context);
      change({ ...changes, managedBy: null });
      const found = await resource.read(id, made, test.context);
      assert.ok(found.props);
      assert.deepEqual(found.props, { ...made, ...changes });
      assert.equal(resource.diff(id, found.props, inputs).changes, true, JSON.stringify(changes));
      assert.deepEqual(resource.diff(id, found.props, inputs).replaces, []);
      assert.deepEqual((await resource.update(id, found.props, inputs, test.context)).outs, made);
      const mended = await resource.read(id, made, test.context);
      assert.deepEqual(mended.props, made);
    }
  });

  it("create: names the missing permission", async () => {
    test.addConnector({}, "Alert.Read");
    const environment = { ...test.environment, ...test.connectorEnvironment };
    await assert.rejects(
      resource.create(inputs, { ...test.context, environment }),
      /^The notification rule's create failed\. .*answered 403: .*needs the Defender permission to manage security settings/,
    );
  });

  describe("check", () => {
    const checked = (news: object) => resource.check({}, { ...inputs, ...news });

    it("check: switches are on by default", () => {
      const none = {
        includeOrganizationName: undefined,
        includeTenantPortalLink: undefined,
        includeDeviceInformation: undefined,
      };
      assert.deepEqual(checked(none), { inputs, failures: [] });
    });

    it("check: severities in the page's order; addresses once, in lower case, sorted", () => {
      const found = checked({
        severities: ["High", "Medium", "High"],
        recipients: [
          "SOC@fabrikam-security.example",
          "lead@fabrikam-security.example",
          "soc@fabrikam-security.example",
        ],
      });
      assert.deepEqual(found, { inputs, failures: [] });
    });

    it("check: names each invalid input", () => {
      const wrong = {
        tenantId: "x",
        name: " ",
        severities: ["Critical"],
        deviceGroups: [],
        recipients: [],
        includeOrganizationName: "yes",
        mode: "maybe",
      };
      assert.deepEqual(
        checked(wrong).failures.map(({ property }) => property),
        ["tenantId", "name", "severities", "deviceGroups", "recipients", "includeOrganizationName", "mode"],
      );
      assert.deepEqual(checked({ recipients: ["nobody"] }).failures, [
        { property: "recipients", reason: '"nobody" is not an e-mail address' },
      ]);
    });

    it("check: accepts unknown values", () => {
      const news = { ...inputs, name: unknown, severities: unknown, recipients: [unknown, "a@b.example"] };
      assert.deepEqual(resource.check({}, news), { inputs: news, failures: [] });
      assert.deepEqual(resource.diff(id, { ...made }, news).replaces, ["name"]);
    });
  });

  it("manual mode: names the portal page and each field", () => {
    assert.deepEqual(manualNotificationRuleSteps(inputs), [
      `Sign in to https://security.microsoft.com?tid=${tenantId} with the permission "Manage security settings" ` +
        "(for all devices: as Global Administrator), or ask the customer to.",
      'Open Settings > Endpoints > General > Email notifications and select "Add item".',
      "Rule name: SOC high severity",
      "Include organization name: checked",
      "Include tenant-specific portal link: checked",
      "Include device information: checked",
      "Devices: all devices",
      "Alert severity: Medium, High",
      'Select Next, then "Add recipient" for each of: lead@fabrikam-security.example, soc@fabrikam-security.example',
      'Select "Save notification rule".',
    ]);
    const steps = manualNotificationRuleSteps(
      { ...inputs, deviceGroups: ["Servers", "Desks"], includeDeviceInformation: false },
      "gccHigh",
    );
    assert.match(steps[0]!, /https:\/\/security\.microsoft\.us\?tid=/);
    assert.deepEqual(
      [steps[5], steps[6]],
      ["Include device information: not checked", "Devices: selected device groups: Desks, Servers"],
    );
  });
});
