import assert from "node:assert/strict";
import { assertRequests, tenantId, testSandbox, fixture } from "@defender-mssp/testkit";
import {
  detectionRuleDifferences,
  detectionRuleResource,
  getDetectionRule,
  graphCall,
  isDriftedInTenant,
  isEditedInTenant,
  turnedOff,
  unknownValue,
  type DetectionRuleInputs,
  type DetectionRuleObject,
  type DetectionRuleState,
} from "../../src";

type Changes = Partial<DetectionRuleInputs>;
const template = {
  title: "Encoded PowerShell",
  severity: "high" as const,
  tactics: [{ tactic: "Execution", techniques: [{ technique: "T1059", subTechniques: ["T1059.001"] }] }],
  customDetails: { Hash: "SHA1", Line: "ProcessCommandLine" },
  entityMappings: { hosts: [{ deviceIdColumn: "DeviceId" }], accounts: [{ sidColumn: "AccountSid" }] },
};
const isolate = { isolateDevices: [{ deviceIdColumn: "DeviceId", isolationType: "full" }] };
const base: DetectionRuleInputs = {
  tenantId,
  ruleId: "fabrikam-encoded-powershell",
  displayName: "Encoded PowerShell from Office",
  description: "Phishing payload",
  status: "enabled",
  queryCondition: {
    queryText: "DeviceProcessEvents\n| project Timestamp, ReportId, DeviceId, AccountSid, SHA1, ProcessCommandLine",
  },
  schedule: { frequency: "P1D" },
  detectionAction: { alertTemplate: template, automatedActions: isolate },
  firstRun: "disabled",
  apiVersion: "beta",
  managedBy: "customers/contoso#0123456789abcdef/detections-encoded-powershell",
};

describe("providers/detectionRule", function () {
  const requests: string[] = [];
  /** Gets each line of the sandbox's log. */
  let watch: (line: string) => void = () => undefined;
  const test = fixture(() =>
    testSandbox({
      log: (line) => {
        requests.push(line);
        watch(line);
      },
    }),
  );
  beforeEach(() => {
    test.tenant.objects("detectionRules").clear();
    test.tenant.deleted.clear();
    requests.length = 0;
    watch = () => undefined;
  });

  /** Waits move the sandbox's clock. */
  const context = () => ({
    ...test.context,
    sleep: (milliseconds: number) => {
      test.sandbox.cloud.clock.advance(milliseconds);
      return Promise.resolve();
    },
  });
  const rules = () => test.tenant.objects("detectionRules");
  const stored = (id = base.ruleId) => rules().get(id) as unknown as DetectionRuleObject;
  const live = async () => (await getDetectionRule(await graphCall(tenantId, context()), base.ruleId))!;
  const inputs = (changes: Changes = {}): DetectionRuleInputs => ({ ...base, ...changes });
  const withTemplate = (changes: Partial<typeof template>, actions?: object): Changes => ({
    detectionAction: {
      alertTemplate: { ...template, ...changes },
      ...(actions === undefined ? {} : { automatedActions: actions as typeof isolate }),
    },
  });
  const create = async (changes: Changes = {}) => (await detectionRuleResource.create(inputs(changes), context())).outs;
  const update = async (state: DetectionRuleState, changes: Changes) =>
    (await detectionRuleResource.update(base.ruleId, state, inputs(changes), context())).outs;
  const made = (pattern: RegExp) => requests.filter((line) => pattern.test(line));

  /** What a person in the tenant does. */
  function edit(change: (rule: Record<string, unknown>) => void, by = "dana@contoso.com"): void {
    const rule = stored() as unknown as Record<string, unknown>;
    test.sandbox.cloud.clock.advance(60_000);
    change(rule);
    rule["lastModifiedBy"] = by;
    rule["lastModifiedDateTime"] = test.sandbox.cloud.now().toISOString();
  }

  it("creates a rule disabled and enables it by a second call; backfill creates it enabled", async () => {
    const state = await create();
    assert.equal(stored().status, "enabled");
    assert.equal(stored().description, `Phishing payload (managed by ${base.managedBy})`);
    assert.equal(made(/POST .*detectionRules/).length, 1);
    assert.equal(made(/PATCH .*detectionRules/).length, 1);
    assert.equal(state.lastModifiedBy, "MSSP Onboarding Automation");
    assert.equal(state.lastModifiedDateTime, stored().lastModifiedDateTime);
    rules().clear();
    requests.length = 0;
    await create({ firstRun: "backfill" });
    assert.equal(made(/PATCH .*detectionRules/).length, 0);
    rules().clear();
    requests.length = 0;
    await create({ status: "disabled" });
    assert.equal(stored().status, "disabled");
    assert.equal(made(/PATCH .*detectionRules/).length, 0);
  });

  /** Runs the action while each request first passes here. */
  async function observed(seen: (method: string, body: string) => () => void, action: () => Promise<unknown>) {
    const { fetch } = globalThis;
    globalThis.fetch = async (address, options) => {
      const isRule = new Request(address).url.includes("detectionRules");
      const ended = isRule ? seen(options?.method ?? "GET", options?.body as string) : undefined;
      try {
        return await fetch(address, options);
      } finally {
        ended?.();
      }
    };
    try {
      await action();
    } finally {
      globalThis.fetch = fetch;
    }
  }

  it("sends an enabled rule to be created as disabled, so that it does not run over 30 days; backfill sends it enabled", async () => {
    const sent: string[] = [];
    const record = (method: string, body: string) => {
      if (method !== "GET") sent.push(`${method} ${(JSON.parse(body) as { status?: string }).status}`);
      return () => undefined;
    };
    await observed(record, () => create());
    assert.deepEqual(sent.splice(0), ["POST disabled", "PATCH enabled"]);
    rules().clear();
    await observed(record, () => create({ firstRun: "backfill" }));
    assert.deepEqual(sent, ["POST enabled"]);
  });

  it("writes at most four rules of a tenant at a time", async () => {
    let [running, most] = [0, 0];
    const count = () => {
      most = Math.max(most, ++running);
      return () => {
        running--;
      };
    };
    const named = (letter: string) => ({
      ...{ ruleId: `fabrikam-${letter}`, displayName: `Rule ${letter}` },
      ...withTemplate({ title: `Title ${letter}` }),
    });
    await observed(count, () => Promise.all("abcdefghijkl".match(/./g)!.map((letter) => create(named(letter)))));
    assert.equal(rules().size, 12);
    assert.equal(most, 4);
  });

  it("enables a new rule that the service does not know for a while, and says so if it never does", async () => {
    let hidden: DetectionRuleObject | undefined;
    watch = (line) => {
      if (!/^POST .*detectionRules 201/.test(line)) return;
      hidden = stored();
      rules().delete(base.ruleId);
    };
    const later = {
      ...context(),
      sleep: () => {
        if (hidden !== undefined && made(/^PATCH .* 404/).length === 3) rules().set(base.ruleId, hidden as never);
        return Promise.resolve();
      },
    };
    await detectionRuleResource.create(inputs(), later);
    assert.equal(stored().status, "enabled");
    rules().clear();
    await assert.rejects(detectionRuleResource.create(inputs(), { ...later, sleep: () => Promise.resolve() }), {
      id: base.ruleId,
      message: /created the rule disabled, and does not find it to enable it\. Run `up` again/,
    });
  });

  it("reads what it has written without a difference, in whatever order and form the service answers", async () => {
    const state = await create();
    const read = await detectionRuleResource.read(base.ruleId, state, context());
    assert.deepEqual(read.props, state);
    assert.equal(
      detectionRuleResource.diff("", state, read.inputs as Readonly<Record<string, unknown>>).changes,
      false,
    );
    assert.equal(isEditedInTenant(state, await live()), false);
    rules().clear();
    assert.deepEqual(await detectionRuleResource.read(base.ruleId, state, context()), { id: "" });
  });

  it("knows a rule of its own without a description, by the mark alone", async () => {
    const undescribed = { description: undefined };
    const state = await create(undescribed);
    await create(undescribed);
    assert.equal(made(/POST .*detectionRules 201/).length, 1);
    edit((rule) => (rule["displayName"] = "By a script"), "MSSP Onboarding Automation");
    const read = await detectionRuleResource.read(base.ruleId, state, context());
    assert.equal((read.inputs as unknown as DetectionRuleInputs).managedBy, base.managedBy);
  });

  it("takes the rule that a create left without an answer, and sends no second POST", async () => {
    await create();
    requests.length = 0;
    const state = await create({ description: "Another text" });
    assert.equal(made(/POST .*detectionRules/).length, 1);
    assert.equal(rules().size, 1);
    assert.equal(stored().description, `Another text (managed by ${base.managedBy})`);
    assert.equal(stored().status, "enabled");
    assert.equal(isEditedInTenant(state, await live()), false);
  });

  it("refuses a rule of the same ID or name that somebody else created", async () => {
    await create({ managedBy: "customers/other#fedcba9876543210/detections-encoded-powershell" });
    const before = structuredClone(stored());
    await assert.rejects(
      create(),
      /already has a detection rule fabrikam-encoded-powershell .* that this stack did not create/,
    );
    await assert.rejects(create({ ruleId: "fabrikam-2" }), /Name and alert title of a rule are unique/);
    assert.deepEqual(stored(), before);
    assert.equal(rules().size, 1);
  });

  it("records a rule that it created and could not finish, so that the next run does", async () => {
    const failing = { ...context(), sleep: () => Promise.reject(new Error("no wait")) };
    await create();
    const [rule] = [stored()];
    (rule as unknown as Record<string, unknown>)["status"] = "disabled";
    const wrong = inputs(withTemplate({ entityMappings: {} as typeof template.entityMappings }));
    const failure = await detectionRuleResource.create(wrong, failing).catch((error: unknown) => error);
    assert.ok(failure instanceof Error);
    const { id, properties } = failure as unknown as { id: string; properties: DetectionRuleState };
    assert.equal(id, base.ruleId);
    assert.equal(properties.status, "disabled");
    assert.match(failure.message, /At least one of impactedAssets or entityMappings/);
  });

  it("sends [] for what is gone, and replaces the rule when a custom detail goes", async () => {
    const state = await create();
    const without = withTemplate({
      entityMappings: { hosts: [{ deviceIdColumn: "DeviceId" }] } as typeof template.entityMappings,
    });
    assert.deepEqual(detectionRuleResource.diff("", state, inputs(without)), {
      changes: true,
      replaces: [],
      deleteBeforeReplace: true,
    });
    await update(state, without);
    const action = stored()["detectionAction"] as { alertTemplate: typeof template; automatedActions: typeof isolate };
    assert.deepEqual(action.automatedActions.isolateDevices, []);
    assert.deepEqual(action.alertTemplate.entityMappings.accounts, []);
    const fewer = inputs(withTemplate({ customDetails: { Hash: "SHA1" } as typeof template.customDetails }, isolate));
    assert.deepEqual(detectionRuleResource.diff("", state, fewer).replaces, ["detectionAction"]);
    const other = inputs(withTemplate({ customDetails: { Hash: "SHA256", Line: "ProcessCommandLine" } }, isolate));
    assert.deepEqual(detectionRuleResource.diff("", state, other).replaces, []);
  });

  it("replaces a rule though its name stays taken for a while and reads still show the deleted one", async () => {
    const state = await create();
    await detectionRuleResource.delete(base.ruleId, state, context());
    requests.length = 0;
    const said: string[] = [];
    const news = inputs(withTemplate({ customDetails: { Hash: "SHA1" } as typeof template.customDetails }));
    await detectionRuleResource.create(news, { ...context(), say: (text) => said.push(text) });
    assert.ok(made(/POST .*detectionRules .*409/).length > 1);
    assert.match(said.join("\n"), /name "Encoded PowerShell from Office" of the deleted rule is free again/);
    const { alertTemplate } = stored()["detectionAction"] as { alertTemplate: typeof template };
    assert.deepEqual(alertTemplate.customDetails, { Hash: "SHA1" });
  });

  it("deletes until the service answers a DELETE with 404, and believes no read", async () => {
    const state = await create();
    requests.length = 0;
    await detectionRuleResource.delete(base.ruleId, state, context());
    assert.equal(made(/DELETE .*204/).length, 1);
    assert.equal(made(/DELETE .*404/).length, 1);
    assert.equal(made(/GET .*detectionRules/).length, 0);
    await detectionRuleResource.delete(base.ruleId, state, context());
  });

  it("never overwrites what somebody in the tenant changed, unless told to for that day", async () => {
    const state = await create();
    edit((rule) => (rule["displayName"] = "Renamed by hand"));
    assert.equal(isEditedInTenant(state, await live()), true);
    const [difference] = detectionRuleDifferences({ ...inputs(), id: base.ruleId }, stored());
    assert.deepEqual([difference?.path, difference?.inTenant], ["displayName", "Renamed by hand"]);
    await assert.rejects(
      update(state, { description: "Another" }),
      /dana@contoso\.com changed the detection rule fabrikam-encoded-powershell at .*It is not overwritten/,
    );
    assert.equal(stored().displayName, "Renamed by hand");
    await assert.rejects(update(state, { overwriteEditsUntil: "2020-01-01" }), /It is not overwritten/);
    assert.equal(
      detectionRuleResource.diff("", state, inputs({ foundInTenant: "keptEdit", description: "x" })).changes,
      false,
    );
    assert.equal(detectionRuleResource.diff("", state, inputs({ foundInTenant: "overwrittenEdit" })).changes, true);
    await update(state, { overwriteEditsUntil: "2999-12-31" });
    assert.equal(stored().displayName, base.displayName);
  });

  it("sees an edit also after a refresh, and takes one that the repository has taken", async () => {
    const state = await create();
    edit((rule) => (rule["displayName"] = "Renamed by hand"));
    const { props } = await detectionRuleResource.read(base.ruleId, state, context());
    assert.equal(props?.displayName, "Renamed by hand");
    assert.equal(isEditedInTenant(props as DetectionRuleState, await live()), true);
    requests.length = 0;
    const taken = await update(state, { displayName: "Renamed by hand" });
    assert.equal(made(/PATCH .*detectionRules/).length, 0);
    assert.equal(isEditedInTenant(taken, await live()), false);
    assert.equal(taken.lastModifiedBy, "MSSP Onboarding Automation");
    edit((rule) => (rule["displayName"] = "Again"));
    assert.equal(isEditedInTenant(taken, await live()), true);
  });

  it("takes no turned off rule, no older answer and no edit without a change for an edit", async () => {
    const state = await create();
    const older = {
      ...(await live()),
      displayName: "Old",
      lastModifiedBy: "x",
      lastModifiedDateTime: "2020-01-01T00:00:00Z",
    };
    assert.equal(isEditedInTenant(state, older), false);
    edit((rule) => (rule["status"] = "autoDisabled"));
    assert.equal(isEditedInTenant(state, await live()), false);
    edit((rule) => (rule["displayName"] = "By a script"), "MSSP Onboarding Automation");
    assert.equal(isEditedInTenant(state, await live()), false);
    assert.equal(isDriftedInTenant(state, await live()), true);
  });

  it("keeps a rule off until its last day, by the clock of the run, and turns it on after it", async () => {
    const state = await create();
    const at = (moment: string) => ({
      ...context(),
      environment: { ...test.environment, ARM_METADATA_HOSTNAME: "localhost:1", MSSP_CLOCK: moment },
    });
    const statuses: (string | undefined)[] = [];
    for (const moment of ["2031-03-31T12:00:00Z", "2031-04-01T12:00:00Z"]) {
      edit((rule) => Object.assign(rule, turnedOff(rule, { until: "2031-03-31", by: "Ana Silva" })));
      await detectionRuleResource.update(base.ruleId, state, inputs(), at(moment));
      statuses.push(stored().status);
    }
    assert.deepEqual(statuses, ["disabled", "enabled"]);
  });

  it("creates a rule again that is gone, also one that reads still show", async () => {
    const state = await create();
    await detectionRuleResource.delete(base.ruleId, state, context());
    await update(state, { foundInTenant: "missing", description: "New" });
    assert.equal(stored().description, `New (managed by ${base.managedBy})`);
  });

  it("waits as long as the service's quota asks, and says until when", async () => {
    const said: string[] = [];
    test.tenant.objects("sandboxSwitches").set("detectionQuotas", { id: "detectionQuotas", value: "on" });
    try {
      const numbers = Array.from({ length: 25 }, (_, index) => index);
      await Promise.all(
        numbers.map((number) =>
          detectionRuleResource.create(
            inputs({
              ruleId: `fabrikam-${"abcdefghijklmnopqrstuvwxyz".charAt(number)}`,
              displayName: `Rule ${number}`,
              ...withTemplate({ title: `Title ${number}` }),
            }),
            { ...context(), say: (text) => said.push(text) },
          ),
        ),
      );
      assert.equal(rules().size, 25);
      assert.match(said.join("\n"), /The service allows few calls a minute: waiting until \d\d:\d\d:\d\d UTC/);
    } finally {
      test.tenant.objects("sandboxSwitches").clear();
    }
  });

  it("check: refuses wrong inputs by name and accepts unknown ones", () => {
    const failures = (changes: Record<string, unknown>) =>
      detectionRuleResource.check({}, { ...base, ...changes }).failures.map(({ property }) => property);
    assert.deepEqual(failures({}), []);
    assert.deepEqual(failures({ ruleId: "1x", status: "autoDisabled", apiVersion: "v2" }), [
      "ruleId",
      "status",
      "apiVersion",
    ]);
    assert.deepEqual(failures({ detectionAction: "x", overwriteEditsUntil: "soon" }), [
      "detectionAction",
      "overwriteEditsUntil",
    ]);
    assert.deepEqual(failures({ ruleId: unknownValue, detectionAction: unknownValue, managedBy: unknownValue }), []);
  });

  it("sends the requests of the ledger", () => assertRequests("deployed detection rules", test.sandbox, __filename));
});
