import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { directoryRoleTemplates, type StackMark } from "@defender-mssp/microsoft";
import { ofKind, type AdoptableTenant, type Candidate } from "../../../../cli/customer/adopt/candidate";
import type { AnswersById, Plan, PlannedCustomer } from "../../../../cli/customer/adopt/draft";
import { planAdoption } from "../../../../cli/customer/adopt/plan";
import { parseSettings } from "../../../../settings";

const now = new Date("2026-11-26T00:00:00Z");
const apis = {
  graph: { objectId: "graph-sp", readAlerts: "graph-role" },
  defender: { objectId: "defender-sp", readAlerts: "defender-scope" },
};
const customer: PlannedCustomer = {
  customerDomain: "contoso.example",
  msspName: "Fabrikam",
  msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001",
  msspDomains: ["fabrikam.example"],
  owned: [],
  now,
};
const guest = (id: string, displayName: string | null, email: string): Candidate<"guest"> => ({
  ...{ key: "guest", id, name: email, displayName, email },
});
const ana = guest("ana", "Ana", "ana@fabrikam.example");
const ben = guest("ben", "Ben", "ben@fabrikam.example");

function group(id: string, name: string, members: readonly string[], isPlainSecurityGroup = true): Candidate<"group"> {
  return {
    ...{ key: "group", id, name, isPlainSecurityGroup },
    members: members.map((member) => ({ id: member, name: member })),
  };
}

/** With its service principal, and with secrets that are valid for so many days. */
function application(id: string, secrets: Readonly<Record<string, number>> = {}): readonly Candidate[] {
  const registration = {
    signInAudience: "AzureADMyOrg",
    web: { redirectUris: [] },
    requiredResourceAccess: [],
  } as const;
  const [appId, of] = [`${id}-client`, [id]];
  return [
    { key: "application", id, name: "Contoso SIEM MSSP Connector", appId, ...registration },
    ...Object.entries(secrets).map(([keyId, days]) => secret(keyId, days, of)),
    { key: "servicePrincipal", id: `${id}-sp`, name: "Connector", appId, of },
  ];
}

function secret(id: string, days: number, of: readonly string[]): Candidate<"clientSecret"> {
  const endDateTime = new Date(now.getTime() + days * 24 * 60 * 60 * 1000).toISOString();
  return { key: "clientSecret", id, name: id, displayName: id, startDateTime: "2026-01-01T00:00:00Z", endDateTime, of };
}

const tenantOf = (candidates: readonly Candidate[]): AdoptableTenant => ({
  ...{ apis, candidates, authorized: {}, notLooked: [], alertReaders: [] },
});

function plan(candidates: readonly Candidate[], answers: AnswersById = {}, more: Partial<PlannedCustomer> = {}): Plan {
  return planAdoption(tenantOf(candidates), { ...customer, ...more }, answers).plan;
}

const role = (
  id: string,
  principalId: string,
  name: keyof typeof directoryRoleTemplates = "Security Reader",
): Candidate<"directoryRoleAssignment"> => ({
  ...{ key: "directoryRoleAssignment", id, name: id, principalId, of: [principalId], directoryScopeId: "/" },
  roleDefinitionId: directoryRoleTemplates[name],
});
const defenderRole = (id: string, isBuiltIn = false): Candidate<"defenderRole"> => ({
  ...{ key: "defenderRole", id, name: id, isBuiltIn, permissions: ["microsoft.xdr/secops/securitydata/read"] },
});
const defenderAssignment = (id: string, roleDefinitionId: string, principalIds: string[]): Candidate => ({
  ...{ key: "defenderRoleAssignment", id, name: id, roleDefinitionId, principalIds, of: [roleDefinitionId] },
});
const adopted = ({ adopt }: Plan) => Object.fromEntries(adopt.map(({ id, resource }) => [id, resource]));
const reasons = ({ leave }: Plan) => Object.fromEntries(leave.map(({ id, why }) => [id, why]));

describe("plan of an adoption: portal access", () => {
  it("adopts guests with a directory role as analysts, and leaves a guest without access", () => {
    const result = plan([ana, ben, role("r1", "ana")]);
    assert.deepEqual(adopted(result), {
      ana: "customer-guest-ana@fabrikam.example-user",
      r1: "customer-access-role-ana@fabrikam.example",
    });
    assert.match(reasons(result)["ben"] ?? "", /has no access/);
    assert.deepEqual(result.settings["portalAccess"], { model: "basic", role: "Security Reader", assignTo: "guests" });
  });

  it("asks which of several directory roles is adopted, and adopts nothing without the answer", () => {
    const candidates = [ana, ben, role("r1", "ana"), role("r2", "ben", "Security Operator")];
    const open = plan(candidates);
    assert.deepEqual(
      open.questions.map(({ id }) => id),
      ["role"],
    );
    assert.deepEqual(open.adopt, []);
    const [reader, operator] = open.questions[0]?.choices.map(({ text }) => text) ?? [];
    assert.match(reader ?? "", /the stack does not have them: ben@fabrikam\.example \(Security Operator\)$/);
    assert.match(operator ?? "", /: ana@fabrikam\.example \(Security Reader\)$/);
    const answered = plan(candidates, { role: "Security Operator" });
    assert.deepEqual(Object.keys(adopted(answered)), ["ben", "r2"]);
    assert.match(reasons(answered)["r1"] ?? "", /other principals/);
  });

  it("names a guest who has the adopted group's role, and adds the guest to analysts by the answer", () => {
    const candidates = [ana, ben, group("g", "Analysts", ["ana"]), role("r1", "g"), role("r2", "ben")];
    const [whose] = plan(candidates).questions;
    assert.deepEqual(
      whose?.choices.map(({ text }) => text),
      ['the group "Analysts"', "ben@fabrikam.example"],
    );
    const answers = { assignTo: "g", "members:g": "keep" };
    const [open, added] = [plan(candidates, answers), plan(candidates, { ...answers, "holder:ben": "add" })];
    assert.match(
      open.questions.map(({ text }) => text).join(),
      /^ben@fabrikam\.example has the role Security Reader too/,
    );
    assert.deepEqual(
      [Object.keys(adopted(open)), Object.keys(adopted(added))],
      [
        ["ana", "g", "r1"],
        ["ana", "ben", "g", "r1"],
      ],
    );
    assert.match(reasons(added)["r2"] ?? "", /other principals/);
  });

  it("asks about a member who is not an analyst, and keeps the members if the answer is keep", () => {
    const candidates = [ana, group("g", "Tier 1 Analyst", ["ana", "customer-user"])];
    assert.deepEqual(
      plan(candidates).questions.map(({ id }) => id),
      ["members:g"],
    );
    const [keep] = plan(candidates).questions[0]?.choices ?? [];
    assert.match(keep?.text ?? "", /named-principals refuses them until its parameter principals has customer-user$/);
    const kept = plan(candidates, { "members:g": "keep" }).adopt.find(({ id }) => id === "g");
    assert.equal(kept?.members, "keep");
    assert.ok("g" in reasons(plan(candidates, { "members:g": "leave" })));
  });

  it("leaves a Defender role that other principals share, and the tier has no permissions then", () => {
    const result = plan([
      ...[ana, group("g", "Tier 1 Analyst", ["ana"])],
      ...[defenderRole("d"), defenderAssignment("a", "d", ["g", "other"])],
    ]);
    assert.match(reasons(result)["a"] ?? "", /Other principals/);
    assert.ok("d" in reasons(result));
    const { tiers } = result.settings["portalAccess"] as { tiers: Record<string, object> };
    assert.deepEqual(tiers, { tier1: { name: "Tier 1 Analyst", permissions: [] } });
  });

  it("leaves incomplete access packages with the reason", () => {
    const source = { domain: "fabrikam.example" };
    const organization: Candidate = { key: "connectedOrganization", id: "o", name: "F", state: "configured", source };
    assert.match(reasons(plan([organization]))["o"] ?? "", /No access package/);
  });
});

describe("plan of an adoption: connector", () => {
  it("adopts the secret that expires last, and says that its value can't be read", () => {
    const result = plan(application("app", { old: 40, new: 300 }));
    assert.equal(adopted(result)["new"], "customer-siem-password");
    assert.match(reasons(result)["old"] ?? "", /Another secret expires later/);
    assert.deepEqual(
      result.notImported.map(({ id }) => id),
      ["new/value"],
    );
  });

  it("postpones the rotation of a secret that expires soon, so that the first `up` creates none", () => {
    const { settings } = plan(application("app", { soon: 20 }));
    const { credential } = settings["connector"] as { credential: unknown };
    assert.deepEqual(credential, { type: "secret", rotateBeforeDays: 18, overlapDays: 7 });
  });

  it("omits the secret if each is expired or valid for longer than the settings allow", () => {
    const result = plan(application("app", { expired: -1, long: 700 }));
    assert.ok(result.omitted.some(({ part }) => part === "clientSecret"));
    assert.match(reasons(result)["expired"] ?? "", /expired/);
    assert.match(reasons(result)["long"] ?? "", /longer/);
  });

  it("asks which of two applications the SIEM uses", () => {
    const candidates = [...application("one"), ...application("two", { k: 100 })];
    assert.deepEqual(
      plan(candidates).questions.map(({ id }) => id),
      ["application"],
    );
    const answered = plan(candidates, { application: "one" });
    assert.equal(adopted(answered)["one"], "customer-siem-application");
    assert.ok(answered.leave.some(({ id, parts }) => id === "two" && parts?.includes("k")));
  });

  it("leaves an application that may read alerts, and that nothing tells from the customer's, with a question", () => {
    const alertReaders = [{ id: "sp", appId: "a", name: "Fabrikam SIEM", permissions: ["SecurityAlert.Read.All"] }];
    const { leave } = planAdoption({ ...tenantOf([]), alertReaders }, customer, {}).plan;
    assert.deepEqual(
      leave.map(({ kind, name, id }) => [kind, name, id]),
      [["service principal", "Fabrikam SIEM", "sp"]],
    );
    assert.match(leave[0]?.why ?? "", /SecurityAlert\.Read\.All.*whether it is the MSSP's/);
  });

  it("names the connector as created if the tenant has no application", () => {
    assert.deepEqual(
      plan([]).created.map(({ part }) => part),
      ["connector"],
    );
  });

  it("`destroy` keeps an object unless its kind belongs to the MSSP, and deletes secrets", () => {
    const candidates = application("app", { k: 300 });
    const onDestroy = (result: Plan, id: string) => result.adopt.find((one) => one.id === id)?.onDestroy;
    assert.equal(onDestroy(plan(candidates), "app"), "keep");
    assert.equal(onDestroy(plan(candidates), "k"), "delete");
    assert.equal(onDestroy(plan(candidates, {}, { owned: ["application"] }), "app"), "delete");
  });
});

/** Tenants with any mixture of guests, groups, roles and applications. */
const tenants = fc
  .tuple(
    fc.subarray([ana, ben, guest("ana2", null, ana.email)]),
    fc
      .uniqueArray(
        fc.record({
          id: fc.constantFrom("g1", "g2", "g3", "g4"),
          name: fc.constantFrom(
            "Tier 1 Analyst",
            "Tier 2 Analyst",
            "Fabrikam MSSP Analysts",
            "Project",
            "tier 1 analyst",
          ),
          members: fc.subarray(["ana", "ben", "customer-user"]),
          isPlain: fc.boolean(),
        }),
        { selector: ({ id }) => id },
      )
      .map((all) => all.map(({ id, name, members, isPlain }) => group(id, name, members, isPlain))),
    fc
      .uniqueArray(
        fc.record({
          id: fc.constantFrom("r1", "r2", "r3"),
          principal: fc.constantFrom("ana", "ben", "g1"),
          name: fc.constantFrom("Security Reader", "Security Operator", "Global Reader" as "Security Reader"),
        }),
        { selector: ({ id }) => id },
      )
      .map((all) => all.map(({ id, principal, name }) => role(id, principal, name))),
    fc.constant([defenderRole("d1"), defenderRole("d2", true)]),
    fc
      .uniqueArray(
        fc.record({
          id: fc.constantFrom("a1", "a2"),
          definition: fc.constantFrom("d1", "d2"),
          principals: fc.subarray(["g1", "g2", "other"], { minLength: 1 }),
        }),
        { selector: ({ id }) => id },
      )
      .map((all) => all.map(({ id, definition, principals }) => defenderAssignment(id, definition, principals))),
    fc
      .subarray(["app1", "app2"])
      .chain((ids) =>
        fc.tuple(
          ...ids.map((id) =>
            fc
              .subarray([-5, 1, 20, 300, 700])
              .map((days) => application(id, Object.fromEntries(days.map((left) => [`${id}-${left}`, left])))),
          ),
        ),
      )
      .map((all) => all.flat()),
  )
  .map((lists): readonly Candidate[] => lists.flat());

/** Answers questions by the first or by the last choice, until none is open. */
function answerAll(
  candidates: readonly Candidate[],
  isFirst: boolean,
): { readonly plan: Plan; readonly answered: readonly string[] } {
  const answers: Record<string, string> = {};
  for (let round = 0; round < 50; round++) {
    const { plan: result } = planAdoption(tenantOf(candidates), customer, answers);
    const [question] = result.questions;
    if (question === undefined) return { plan: result, answered: Object.keys(answers) };
    answers[question.id] = question.choices.at(isFirst ? 0 : -1)?.value ?? "";
  }
  throw new Error("questions without an end");
}

describe("plan of an adoption: another stack's objects", () => {
  const ofOther = { stack: "defender-mssp/other", stackId: "0123456789abcdef", msspTenantId: customer.msspTenantId };
  const ofMssp = { ...ofOther, msspTenantId: "5ec0de00-5ea1-4000-8000-0000000000aa" };
  const app = (mark: typeof ofOther) => marked(application("app", { key: 300 }), ["app"], mark);

  it("leaves an application with all of its parts, and says whose it is", () => {
    const result = plan(app(ofMssp));
    assert.deepEqual(
      result.adopt.filter(({ resource }) => resource.startsWith("customer-siem")),
      [],
    );
    const why =
      "It is managed by stack defender-mssp/other of another MSSP, tenant 5ec0de00-5ea1-4000-8000-0000000000aa.";
    assert.equal(result.leave.find(({ id }) => id === "app")?.why, `${why} It is never adopted.`);
    assert.equal(
      result.leave.find(({ id }) => id === "key")?.why,
      `It belongs to an object that another stack manages. ${why}`,
    );
    assert.deepEqual(
      result.created.map(({ part }) => part),
      ["connector"],
    );
  });

  it("adopts an object of a stack of the same MSSP by its answer, and another MSSP's application by none", () => {
    const answer = { "marked:app": "adopt" };
    assert.ok(plan(app(ofOther), answer).adopt.some(({ id }) => id === "app"));
    assert.ok(!plan(app(ofOther)).adopt.some(({ id }) => id === "app"));
    assert.match(plan(app(ofOther)).leave.find(({ id }) => id === "app")?.why ?? "", /--answer marked:app=adopt\.$/);
    assert.ok(!plan(app(ofMssp), answer).adopt.some(({ id }) => id === "app" || id === "key"));
  });
});

describe("plan of an adoption: any tenant", () => {
  it("names each found object exactly once, whatever is answered", () => {
    assertProperty(100, tenants, fc.boolean(), (candidates, isFirst) => {
      const all = candidates.map(({ id }) => id);
      const open = plan(candidates);
      for (const id of all) assert.ok(isNamed(open, id), `${id} is in no part of the plan`);
      const { plan: result } = answerAll(candidates, isFirst);
      for (const id of all) assert.ok(isNamed(result, id), `${id} is in no part of the answered plan`);
      const taken = result.adopt.map(({ id }) => id);
      assert.equal(new Set(taken).size, taken.length, "an object is adopted twice");
      const lists = [...result.adopt, ...result.leave].map(({ id }) => id);
      assert.equal(new Set(lists).size, lists.length, "an object is adopted and left");
    });
  });

  it("adopts nothing that carries a mark, names it once with whose it is, and nothing that belongs to it", () => {
    const mark = { stack: "defender-mssp/other", stackId: "0123456789abcdef", msspTenantId: "" };
    const markedIds = fc.subarray(["ana", "ben", "g1", "g2", "d1", "app1", "app2"]);
    assertProperty(100, tenants, markedIds, fc.boolean(), (unmarked, ids, isFirst) => {
      const candidates = marked(unmarked, ids, mark);
      const { plan: result } = answerAll(candidates, isFirst);
      for (const { id } of candidates) assert.ok(isNamed(result, id), `${id} is in no part of the plan`);
      const lists = [...result.adopt, ...result.leave].map(({ id }) => id);
      assert.equal(new Set(lists).size, lists.length, "an object is named twice");
      const adopted = result.adopt.map(({ id }) => id);
      for (const id of ids) assert.ok(!adopted.includes(id), `${id} is adopted`);
      for (const { id, principalId } of ofKind(candidates, "directoryRoleAssignment"))
        assert.ok(!(ids.includes(principalId) && adopted.includes(id)), `role ${id} of ${principalId} is adopted`);
      for (const { id, of: [owner = ""] = [] } of ofKind(candidates, "clientSecret"))
        assert.ok(!(ids.includes(owner) && adopted.includes(id)), `secret ${id} of ${owner} is adopted`);
    });
  });

  it("adopts without an answer only groups of the MSSP's guests alone, and the only application", () => {
    assertProperty(100, tenants, (candidates) => {
      const result = plan(candidates);
      const ids = new Set(ofKind(candidates, "guest").map(({ id }) => id));
      for (const { id, kind } of result.adopt) {
        if (kind === "group") {
          const adopted = ofKind(candidates, "group").find((each) => each.id === id);
          assert.ok(
            adopted?.members.every((member) => ids.has(member.id)),
            `group ${id}`,
          );
        }
        if (kind === "app registration") assert.equal(ofKind(candidates, "application").length, 1);
        if (kind === "guest") assert.ok(ids.has(id));
      }
    });
  });

  it("writes settings that the program accepts", () => {
    assertProperty(100, tenants, fc.boolean(), (candidates, isFirst) => {
      const { plan: result } = answerAll(candidates, isFirst);
      // Graph's IDs are UUIDs, those of these people are names.
      const analysts = result.settings["analysts"] as readonly { readonly objectId: string }[] | undefined;
      const named = analysts?.map((analyst) => ({ ...analyst, objectId: uuids[analyst.objectId] }));
      const values = {
        customerName: "Contoso",
        tenantId: "c0570500-0000-4000-8000-00000000000a",
        customerDomain: customer.customerDomain,
        msspName: customer.msspName,
        msspTenantId: customer.msspTenantId,
        ...result.settings,
        ...(named && { analysts: named }),
      };
      parseSettings(values, [], {});
    });
  });
});

const uuids: Readonly<Record<string, string>> = {
  ana: "a0a00000-0000-4000-8000-000000000001",
  ben: "be000000-0000-4000-8000-000000000002",
};

function marked(candidates: readonly Candidate[], ids: readonly string[], mark: StackMark): readonly Candidate[] {
  return candidates.map((candidate) => (ids.includes(candidate.id) ? { ...candidate, mark } : candidate));
}

function isNamed({ adopt, leave, notImported, questions }: Plan, id: string): boolean {
  return (
    [...adopt, ...leave, ...notImported].some((item) => item.id === id || item.parts?.includes(id) === true) ||
    questions.some(({ about }) => about.includes(id))
  );
}
