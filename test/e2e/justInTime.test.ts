import assert from "node:assert/strict";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { type SandboxProject, setSwitches, type StoredObject, jsonText, fixture } from "@defender-mssp/testkit";
import { execa } from "execa";
import { grantsIn, within } from "./grants";
import {
  ana,
  ben,
  cleo,
  checkout,
  createProject,
  customer,
  dumpOfTenant,
  membersOf,
  objectsOf,
  TenantHands,
  tenantIdOf,
} from "./support";

const analysts = [ana, { ...ben, tier: "tier2", accessEndsOn: "2099-03-31" }, { ...cleo, tier: "approvers" }];
const privileged = "identityGovernance/privilegedAccess/group";
const requests = `/v1.0/${privileged}/eligibilityScheduleRequests`;
const minute = 60_000;
const hour = 60 * minute;

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

/** What the settings say, in the order of a stack's life. */
const ways = {
  justInTime: { model: "rbac", activation: { hours: 4, tier2Approval: "approvers" } },
  standing: "rbac",
  again: { model: "rbac", activation: "justInTime" },
  "basic, just in time": { model: "basic", activation: "justInTime" },
  basic: "basic",
  "basic, again": { model: "basic", activation: "justInTime" },
} as const;

/** The members of the groups that grant something, by the model of standing access. */
const standingMembers = {
  rbac: { "Tier 1 Analyst": [ana.email], "Tier 2 Analyst": [ben.email], "MSSP Analyst Approvers": [cleo.email] },
  basic: { "Fabrikam Security MSSP Analysts": [ana.email, ben.email, cleo.email] },
};

describe("just-in-time access on the real engine", function () {
  const number = 95;
  const stack = `customer${number}`;
  const tenantId = tenantIdOf(number);
  const log: string[] = [];
  const project = fixture(() => createProject({ log: (line) => log.push(line) }));
  let asBefore: string;

  before(async () => {
    project.sandbox.cloud.describedTenant({ tenantId, domain: "customer.example" });
    await configure(ways.justInTime);
    await project.addStack(stack);
    asBefore = dumpOfTenant(project, tenantId);
  });

  const configure = (portalAccess: object | string) =>
    project.writeSettings(stack, customer(number, { analysts, portalAccess }));
  const up = (...flags: string[]) => project.succeed(["up", "--stack", stack, "--yes", "--skip-preview", ...flags]);
  const unchanged = (...flags: string[]) =>
    project.succeed(["preview", "--stack", stack, "--expect-no-changes", ...flags]);
  const tenant = () => project.sandbox.cloud.tenant(tenantId);
  const grants = () => grantsIn(tenant());
  const outputs = async () => (await project.outputs(stack)) as Record<"groups" | "guests", Record<string, string>>;
  const schedules = (): StoredObject[] => [...tenant().objects("eligibilitySchedules").values()];
  const dateSchedules = (createdDateTime = "2024-01-01T00:00:00Z"): void => {
    for (const schedule of schedules()) Object.assign(schedule, { createdDateTime });
  };
  /** E-mail addresses of the members of each group that grants something, by group. */
  const memberships = (): Record<string, string[]> => {
    const { groups: found, users } = objectsOf(project, tenantId);
    const granting = Object.values(found).filter(
      ({ displayName }) => Object.keys(found).length === 1 || displayName !== "Fabrikam Security MSSP Analysts",
    );
    const entries = granting.map(({ id, displayName }): [string, string[]] => [
      String(displayName),
      membersOf(project, tenantId, String(id))
        .map((member) => String(users[member]?.["mail"]))
        .sort(),
    ]);
    return Object.fromEntries(entries.filter(([, members]) => members.length > 0));
  };
  const rule = (groupId: string, id: string): StoredObject => {
    const policies = [...tenant().objects("roleManagementPolicies").values()].filter(
      (one) => one["scopeId"] === groupId,
    );
    const rules = policies.map(({ rules: all }) => (all as unknown as StoredObject[]).find((one) => one.id === id)!);
    return rules.find((one) => one["maximumDuration"] !== "PT8H") ?? rules[0]!;
  };

  it("from nothing: analysts are eligible members of their tier's group and members of none that grants something", async () => {
    await up();
    const { groups, guests } = await outputs();
    for (const groupId of Object.values(groups)) assert.deepEqual(membersOf(project, tenantId, groupId), []);
    const eligible = schedules().map(({ groupId, principalId, scheduleInfo }) => [
      Object.keys(groups).find((tier) => groups[tier] === groupId),
      Object.keys(guests).find((email) => guests[email] === principalId),
      (scheduleInfo as { expiration: { endDateTime: unknown } }).expiration.endDateTime,
    ]);
    assert.deepEqual(eligible.sort(), [
      ["approvers", cleo.email, null],
      ["tier1", ana.email, null],
      ["tier2", ben.email, "2099-04-01T00:00:00Z"],
    ]);
    assert.equal(rule(groups["tier2"]!, "Expiration_EndUser_Assignment")["maximumDuration"], "PT4H");
    const approvals = ["tier1", "tier2"].map((tier) =>
      JSON.stringify(rule(groups[tier]!, "Approval_EndUser_Assignment")["setting"]).includes(groups["approvers"]!),
    );
    assert.equal(approvals[0], false, "only tier 2 needs an approval");
    const given = [...grants()];
    assert.ok(given.includes(`when activated, ${ana.email}: microsoft.xdr/secops/securitydata/alerts/manage`));
    assert.ok(!given.some((grant) => grant.startsWith(ana.email)), given.join("\n"));
    await unchanged();
    await unchanged("--refresh");
  });

  it("a group's role waits for its eligible members: in a switch nobody has it as a standing one meanwhile", async () => {
    const { deployment } = JSON.parse(await project.succeed(["stack", "export", "--stack", stack])) as {
      deployment: { resources: { urn: string; dependencies?: string[] }[] };
    };
    for (const tier of ["tier1", "tier2"]) {
      const role = deployment.resources.find(({ urn }) => urn.endsWith(`::customer-access-${tier}-role-assignment`));
      const waitsFor = role?.dependencies?.map((urn) => urn.split("::").pop());
      assert.ok(waitsFor?.includes(`customer-access-${tier}-eligible`), waitsFor?.join(" "));
    }
  });

  /** A person of the tenant, signed in to Microsoft Graph Command Line Tools. */
  async function signIn(userId: string): Promise<(method: string, route: string, body?: object) => Promise<Answered>> {
    const post = async (route: string, form: Record<string, string>) => {
      const address = `${project.sandbox.origins.http}/${tenantId}/oauth2/v2.0/${route}`;
      const response = await fetch(address, { method: "POST", body: new URLSearchParams(form) });
      return (await response.json()) as Record<string, string>;
    };
    const client_id = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
    const scope = "https://graph.microsoft.com/PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup";
    const login_hint = jsonText(tenant().objects("users").get(userId)?.["userPrincipalName"]);
    const { device_code = "" } = await post("devicecode", { client_id, scope, login_hint });
    const grant = { client_id, grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code };
    await post("token", grant);
    const { access_token: token = "" } = await post("token", grant);
    return async (method, route, body) => {
      const response = await fetch(`${project.sandbox.origins.http}/v1.0/${privileged}/${route}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, text, body: (text === "" ? {} : JSON.parse(text)) as Answered["body"] };
    };
  }

  const activation = (groupId: string, principalId: string, duration: string, justification?: string) => ({
    accessId: "member",
    action: "selfActivate",
    groupId,
    principalId,
    justification,
    scheduleInfo: { expiration: { type: "afterDuration", duration } },
  });
  const asked = "assignmentScheduleRequests";

  it("an eligible analyst activates with MFA and a justification, for at most the hours of the settings, and it ends by itself", async () => {
    const { groups, guests } = await outputs();
    const [tier1, id] = [groups["tier1"]!, guests[ana.email]!];
    const call = await signIn(id);
    for (const [wrong, rule] of [
      [activation(tier1, id, "PT4H30M", "Incident 42"), "ExpirationRule"],
      [activation(tier1, id, "PT4H"), "JustificationRule"],
    ] as const) {
      const { status, text } = await call("POST", asked, wrong);
      assert.equal(status, 400);
      assert.ok(text.includes(rule), text);
    }
    setSwitches(tenant(), { mfa: "off" });
    const withoutMfa = await (await signIn(id))("POST", asked, activation(tier1, id, "PT4H", "Incident 42"));
    setSwitches(tenant(), { mfa: "on" });
    assert.match(withoutMfa.text, /MfaRule/);
    const notEligible = await call("POST", asked, activation(groups["tier2"]!, id, "PT4H", "Incident 42"));
    assert.match(notEligible.text, /RoleAssignmentDoesNotExist/);
    const right = "microsoft.xdr/secops/securitydata/alerts/manage";
    assert.ok(!grants().has(`${ana.email}: ${right}`));

    assert.equal((await call("POST", asked, activation(tier1, id, "PT4H", "Incident 42"))).status, 201);
    assert.ok(grants().has(`${ana.email}: ${right}`));
    const { clock } = project.sandbox.cloud;
    clock.advance(4 * hour + minute);
    await new TenantHands(project, tenantId).graph("GET", "/v1.0/organization");
    assert.ok(!grants().has(`${ana.email}: ${right}`), "four hours later it has ended");
    clock.advance(-4 * hour - minute);
  });

  it("tier 2: an activation waits for an approver who has activated, and the analyst ends it", async () => {
    const { groups, guests } = await outputs();
    const [tier2, benId, cleoId] = [groups["tier2"]!, guests[ben.email]!, guests[cleo.email]!];
    const [callAsBen, callAsCleo] = [await signIn(benId), await signIn(cleoId)];
    const request = await callAsBen("POST", asked, activation(tier2, benId, "PT4H", "Incident 42"));
    assert.deepEqual([request.status, request.body["status"]], [201, "PendingApproval"], request.text);
    const approval = `assignmentApprovals/${String(request.body["approvalId"])}`;
    const { body } = await callAsCleo("GET", approval);
    const [stage] = body["stages"] as { id: string }[];
    const decide = (call: typeof callAsBen) =>
      call("PATCH", `${approval}/stages/${stage?.id}`, { reviewResult: "Approve", justification: "Incident 42" });
    assert.equal((await decide(callAsCleo)).status, 403, "she is eligible as an approver, and not active");
    assert.equal((await decide(callAsBen)).status, 403);
    const activated = await callAsCleo("POST", asked, activation(groups["approvers"]!, cleoId, "PT1H", "Approvals"));
    assert.equal(activated.status, 201, activated.text);
    assert.ok(![...grants()].some((grant) => grant.startsWith(ben.email)));
    assert.equal((await decide(callAsCleo)).status, 204);
    assert.ok([...grants()].some((grant) => grant.startsWith(ben.email)));
    const { clock } = project.sandbox.cloud;
    clock.advance(6 * minute);
    const end = { ...activation(tier2, benId, "PT4H"), action: "selfDeactivate" };
    assert.equal((await callAsBen("POST", asked, end)).status, 201);
    const endAsCleo = { ...activation(groups["approvers"]!, cleoId, "PT1H"), action: "selfDeactivate" };
    assert.equal((await callAsCleo("POST", asked, endAsCleo)).status, 201);
    clock.advance(-6 * minute);
    assert.ok(![...grants()].some((grant) => grant.startsWith(ben.email)));
  });

  it("an activation changes nothing for the stack, and its policy lets the analyst be in the group", async () => {
    const { groups, guests } = await outputs();
    const [tier1, id] = [groups["tier1"]!, guests[ana.email]!];
    const call = await signIn(id);
    assert.equal((await call("POST", asked, activation(tier1, id, "PT4H", "Incident 42"))).status, 201);
    await unchanged("--refresh");
    await up("--refresh", "--policy-pack", "policy");
    assert.deepEqual(membersOf(project, tenantId, tier1), [id]);
    await unchanged("--refresh");
  });

  it("drift: an eligible member and a weaker policy by hand are shown, and `up --refresh` mends both", async () => {
    const { groups, guests } = await outputs();
    const hands = new TenantHands(project, tenantId);
    await hands.graph("POST", requests, {
      accessId: "member",
      action: "adminAssign",
      groupId: groups["tier2"],
      principalId: guests[ana.email],
      scheduleInfo: { expiration: { type: "noExpiration" } },
    });
    dateSchedules();
    const id = "Enablement_EndUser_Assignment";
    for (const policy of tenant().objects("roleManagementPolicies").values()) {
      if (policy["scopeId"] !== groups["tier1"]) continue;
      policy["rules"] = (policy["rules"] as unknown as StoredObject[]).map((one) =>
        one.id === id ? { ...one, enabledRules: [] } : one,
      );
    }
    const shown = await project.succeed(["preview", "--stack", stack, "--refresh", "--diff"]);
    assert.match(shown, /customer-access-tier1-eligible/);
    assert.match(shown, /customer-access-tier2-eligible/);
    await up("--refresh");
    const ofTier2 = schedules().filter(({ groupId }) => groupId === groups["tier2"]);
    assertEach(ofTier2, ({ principalId }) => principalId, [guests[ben.email]]);
    await unchanged("--refresh");
  });

  it("a removal in the first five minutes says why it waits, in `pulumi up` and in a fleet", async () => {
    const text =
      /Ben Okafor became eligible at [\d:]{8}; Entra removes no eligibility in its first five minutes\. Waiting until [\d:]{8} UTC\./;
    const removeBen = async () => {
      await configure(ways.justInTime);
      await up();
      dateSchedules(new Date().toISOString());
      const others = analysts.filter(({ email }) => email !== ben.email);
      await project.writeSettings(stack, customer(number, { analysts: others, portalAccess: ways.justInTime }));
    };
    /** Entra allows the removal as soon as the reason is shown. */
    const untilSaid = async (running: ReturnType<SandboxProject["start"]>): Promise<string> => {
      let printed = "";
      running.stdout.on("data", (data: Buffer) => {
        printed += data.toString();
        if (text.test(printed)) dateSchedules();
      });
      const { exitCode, stderr } = await running;
      assert.equal(exitCode, 0, `${printed}\n${stderr}`);
      return printed;
    };
    await removeBen();
    assert.match(await untilSaid(project.start(["up", "--stack", stack, "--yes", "--skip-preview"])), text);
    await removeBen();
    const printed = await untilSaid(
      execa(
        process.execPath,
        [path.join(checkout, "cli", "mssp.js"), "fleet", "up", "--yes", "--stack", stack, "--json"],
        { cwd: project.folder, env: project.environment, extendEnv: false, reject: false, stdin: "ignore" },
      ),
    );
    assert.match(printed, new RegExp(`"event":"wait",.*"text":"${text.source}"`));
    dateSchedules();
    await configure(ways.justInTime);
    await up();
  });

  for (const [from, to] of [
    ["justInTime", "standing"],
    ["standing", "again"],
    ["again", "standing"],
    ["standing", "basic, just in time"],
    ["basic, just in time", "basic"],
    ["basic", "basic, again"],
    ["basic, again", "basic"],
    ["basic", "basic, again"],
  ] as const) {
    it(`from ${from} to ${to}: at no time more access than one of the two`, async () => {
      const old = grants();
      const before = (await outputs()).groups;
      // Entra refuses the removal of a new eligibility, and `up` would wait for it.
      dateSchedules();
      await configure(ways[to]);
      const moments: ReadonlySet<string>[] = [];
      const stop = project.sandbox.cloud.onChange(() => moments.push(grants()));
      await up().finally(stop);
      await unchanged();
      const now = grants();
      assert.notDeepEqual(now, old);
      const isJustInTime = typeof ways[to] === "object";
      assert.deepEqual(memberships(), isJustInTime ? {} : standingMembers[ways[to] as keyof typeof standingMembers]);
      const standing = [...now].filter((grant) => grant.startsWith(ana.email));
      assert.equal(standing.length === 0, isJustInTime, standing.join("\n"));
      assert.ok(moments.length > 3, `${moments.length} changes`);
      for (const moment of moments) {
        assert.ok(within(moment, old) || within(moment, now), `more than either: ${[...moment].join("\n")}`);
      }
      // What the customer has given to the groups by hand stays.
      if (to === "standing" || to === "again") assert.deepEqual((await outputs()).groups, before);
      await unchanged("--refresh");
    });
  }

  it("a group that the customer deletes: `up --refresh` makes it and its eligible members anew", async () => {
    const [group] = Object.keys(objectsOf(project, tenantId).groups);
    await new TenantHands(project, tenantId).graph("DELETE", `/v1.0/groups/${group ?? ""}`);
    assert.deepEqual(schedules(), []);
    await up("--refresh");
    assert.equal(schedules().length, 3);
  });

  it("`destroy` at once: the tenant is as before, byte for byte, without a request that Entra would refuse", async () => {
    const from = log.length;
    await project.succeed(["destroy", "--stack", stack, "--yes", "--skip-preview"]);
    assert.equal(dumpOfTenant(project, tenantId), asBefore);
    assertNone(log.slice(from), (line) => line.startsWith(`POST ${requests}`));
  });
});
