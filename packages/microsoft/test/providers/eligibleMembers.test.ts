import assert from "node:assert/strict";
import {
  eligibleMembersResource as resource,
  type CallContext,
  type EligibleMembersInputs,
} from "@defender-mssp/microsoft";
import { complete, setSwitches, type StoredObject, tenantId, testSandbox, fixture } from "@defender-mssp/testkit";

const group = "90000000-0000-4000-8000-000000000001";
const approvers = "90000000-0000-4000-8000-000000000002";
const [ana, ben] = ["a0000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-000000000002"] as const;
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The dynamic provider's methods, called as Pulumi calls them, against the sandbox's own server. */
describe("packages/microsoft/providers/eligibleMembers: the provider", () => {
  const test = fixture(testSandbox);
  let context: CallContext;
  let minutesAWait = 0;
  const waits: number[] = [];

  beforeEach(() => {
    waits.length = 0;
    minutesAWait = 0;
    for (const name of ["eligibilitySchedules", "eligibilityScheduleRequests", "roleManagementPolicies"])
      objects(name).clear();
    objects("roleManagementPolicyAssignments").clear();
    for (const id of [group, approvers]) objects("groups").set(id, complete("groups", { id, displayName: id }));
    for (const id of [ana, ben]) objects("users").set(id, complete("users", { id, displayName: id }));
    const sleep = (milliseconds: number): Promise<void> => {
      waits.push(milliseconds);
      age(minutesAWait);
      return Promise.resolve();
    };
    context = { environment: test.environment, endpoints: test.endpoints, sleep };
  });

  const objects = (name: string): Map<string, StoredObject> => test.tenant.objects(name);
  const inputs = (more: Partial<EligibleMembersInputs> = {}): EligibleMembersInputs => {
    const wanted = { tenantId, groupId: group, maximumActivation: "PT8H", members: [{ objectId: ana }], ...more };
    const { inputs: checked, failures } = resource.check({}, wanted);
    assert.deepEqual(failures, []);
    return checked as EligibleMembersInputs;
  };
  const rule = (id: string): StoredObject => {
    const policy = [...objects("roleManagementPolicyAssignments").values()].find(
      (one) => one["roleDefinitionId"] === "member",
    );
    const rules = objects("roleManagementPolicies").get(policy?.["policyId"] as string)?.[
      "rules"
    ] as unknown as StoredObject[];
    return rules.find((one) => one.id === id)!;
  };
  const eligible = (): unknown[] =>
    [...objects("eligibilitySchedules").values()]
      .map(({ principalId, scheduleInfo }) => [
        principalId,
        (scheduleInfo as { expiration: { endDateTime: string | null } }).expiration.endDateTime,
      ])
      .sort();
  /** Makes every eligibility older. */
  const age = (minutes: number): void => {
    for (const one of objects("eligibilitySchedules").values()) {
      one["createdDateTime"] = new Date(Date.parse(one["createdDateTime"] as string) - minutes * 60_000).toISOString();
    }
  };

  it("create: sets the policy, then assigns the members; what is read equals it", async () => {
    const wanted = inputs({
      maximumActivation: "PT4H",
      members: [{ objectId: ben, accessEndsOn: "2099-03-31" }, { objectId: ana }],
      approverGroups: [approvers],
    });
    const { id, outs } = await resource.create(wanted, context);
    assert.equal(id, group);
    assert.deepEqual(
      eligible(),
      [
        [ana, null],
        [ben, "2099-04-01T00:00:00Z"],
      ],
      "the last day is included",
    );
    assert.equal(rule("Expiration_EndUser_Assignment")["maximumDuration"], "PT4H");
    assert.equal(rule("Expiration_Admin_Eligibility")["isExpirationRequired"], false);
    assert.deepEqual(rule("Enablement_EndUser_Assignment")["enabledRules"], [
      "Justification",
      "MultiFactorAuthentication",
    ]);
    const setting = rule("Approval_EndUser_Assignment")["setting"] as {
      isApprovalRequired: boolean;
      approvalStages: unknown[];
    };
    assert.ok(setting.isApprovalRequired);
    assert.match(JSON.stringify(setting.approvalStages), new RegExp(`groupMembers","groupId":"${approvers}`));
    assert.deepEqual(await resource.read(id, outs, context), { id, props: outs, inputs: wanted });
    assert.deepEqual(resource.diff(id, outs, wanted).changes, false);
  });

  it("create: takes the standing members out of the group before anybody is eligible", async () => {
    const members = () => test.tenant.links("groups.members").get(group) ?? [];
    test.tenant.links("groups.members").set(group, [ana, ben]);
    const stop = test.sandbox.cloud.onChange(() => {
      if (eligible().length > 0) assert.deepEqual(members(), [], "somebody was eligible and a standing member");
    });
    await resource.create(inputs(), context).finally(stop);
    assert.equal(eligible().length, 1);
    assert.deepEqual(members(), []);
    test.tenant.links("groups.members").set(group, [ana]);
    await resource.update(group, inputs(), inputs({ maximumActivation: "PT2H" }), context);
    assert.deepEqual(test.tenant.links("groups.members").get(group), [ana], "an activated member stays");
    test.tenant.links("groups.members").delete(group);
  });

  it("create: takes what an interrupted create has left, with another end", async () => {
    await resource.create(inputs({ members: [{ objectId: ana, accessEndsOn: "2099-01-01" }] }), context);
    await resource.create(inputs(), context);
    assert.deepEqual(eligible(), [[ana, null]]);
  });

  it("drift: a member added, a member removed and a weaker policy are seen and mended", async () => {
    const wanted = inputs();
    const { id, outs } = await resource.create(wanted, context);
    const [mine] = [...objects("eligibilitySchedules").values()];
    objects("eligibilitySchedules").delete(mine!.id);
    objects("eligibilitySchedules").set("theirs", { ...mine!, id: "theirs", principalId: ben });
    rule("Enablement_EndUser_Assignment")["enabledRules"] = [];
    age(10);
    const { inputs: there } = await resource.read(id, outs, context);
    assert.ok(there);
    assert.deepEqual([there.members, there.activationRequires], [[{ objectId: ben }], []]);
    assert.equal(resource.diff(id, there, wanted).changes, true);
    await resource.update(id, outs, wanted, context);
    assert.deepEqual(eligible(), [[ana, null]]);
    assert.deepEqual(rule("Enablement_EndUser_Assignment")["enabledRules"], [
      "Justification",
      "MultiFactorAuthentication",
    ]);
  });

  it("update: who goes, goes before anybody else becomes eligible", async () => {
    const { id, outs } = await resource.create(inputs(), context);
    age(10);
    objects("eligibilityScheduleRequests").clear();
    await resource.update(id, outs, inputs({ members: [{ objectId: ben }] }), context);
    const asked = [...objects("eligibilityScheduleRequests").values()].map(({ action, principalId }) => [
      action,
      principalId,
    ]);
    assert.deepEqual(asked, [
      ["adminRemove", ana],
      ["adminAssign", ben],
    ]);
  });

  it("update: approval is taken back", async () => {
    const { id, outs } = await resource.create(inputs({ approvers: [ben] }), context);
    await resource.update(id, outs, inputs(), context);
    assert.equal(
      (rule("Approval_EndUser_Assignment")["setting"] as { isApprovalRequired: boolean }).isApprovalRequired,
      false,
    );
  });

  it("removal within five minutes of the assignment: waits until Entra allows it", async () => {
    const { id, outs } = await resource.create(inputs(), context);
    minutesAWait = 2;
    const said: string[] = [];
    const [schedule] = [...objects("eligibilitySchedules").values()] as [StoredObject];
    const assigned = schedule["createdDateTime"] as string;
    objects("users").get(ana)!["displayName"] = "Ana \u001b[31mSilva";
    await resource.update(id, outs, inputs({ members: [] }), { ...context, say: (text) => said.push(text) });
    assert.deepEqual(eligible(), []);
    assert.ok(waits.length > 0, "it waited");
    const from = Date.parse(assigned);
    const [at, until] = [from, from + 300_000].map((moment) => new Date(moment).toISOString().slice(11, 19));
    assert.deepEqual(said, [
      `Ana [31mSilva became eligible at ${at}; Entra removes no eligibility in its first five minutes. Waiting until ${until} UTC.`,
    ]);
    await resource.update(id, outs, inputs(), context);
    minutesAWait = 0;
    await assert.rejects(
      resource.delete(id, outs, context),
      /ActiveDurationTooShort.*first five minutes: run the command again later/,
    );
  });

  it("a user whom a replica does not know yet: tried again", async () => {
    const user = objects("users").get(ana)!;
    objects("users").delete(ana);
    const { sleep } = context;
    context = {
      ...context,
      sleep: async (milliseconds) => {
        objects("users").set(ana, user);
        await sleep?.(milliseconds);
      },
    };
    await resource.create(inputs(), context);
    assert.deepEqual(eligible(), [[ana, null]]);
    assert.equal(waits.length, 1);
  });

  it("who loses the eligibility while active leaves the group; others stay", async () => {
    const { id, outs } = await resource.create(inputs({ members: [{ objectId: ana }, { objectId: ben }] }), context);
    age(6);
    test.tenant.links("groups.members").set(group, [ana, ben]);
    await resource.update(id, outs, inputs(), context);
    assert.deepEqual(test.tenant.links("groups.members").get(group), [ana]);
    await resource.delete(id, inputs(), context);
    assert.deepEqual(test.tenant.links("groups.members").get(group) ?? [], []);
  });

  it("delete: removes every eligible member; read and delete accept a group that is gone", async () => {
    const { id, outs } = await resource.create(inputs(), context);
    age(10);
    await resource.delete(id, outs, context);
    assert.deepEqual(eligible(), []);
    objects("groups").delete(group);
    assert.deepEqual(await resource.read(id, outs, context), { id: "" });
    await resource.delete(id, outs, context);
  });

  it("without the licence: says what to set", async () => {
    setSwitches(test.tenant, { entraLicence: "p1" });
    try {
      await assert.rejects(resource.create(inputs(), context), (error: Error) => {
        assert.match(
          error.message,
          /^The create of the group's eligible members failed\..*set portalAccess\.activation to standing\.$/,
        );
        assert.equal(error.stack, "");
        return true;
      });
    } finally {
      setSwitches(test.tenant, { entraLicence: "p2" });
    }
  });

  it("check: refuses what is no UUID, date or requirement, and leaves unknown values", () => {
    const { failures } = resource.check(
      {},
      {
        tenantId,
        groupId: "x",
        maximumActivation: "",
        activationRequires: ["Password"],
        members: [{ objectId: "y", accessEndsOn: "tomorrow" }],
      },
    );
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["groupId", "maximumActivation", "activationRequires", "members", "members"],
    );
    const preview = {
      tenantId,
      groupId: unknown,
      maximumActivation: "PT8H",
      members: [{ objectId: unknown }],
      approverGroups: [unknown],
    };
    assert.deepEqual(resource.check({}, preview).failures, []);
  });
});
