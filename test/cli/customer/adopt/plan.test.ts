import assert from "node:assert/strict";
import fc from "fast-check";
import { directoryRoleTemplates } from "@defender-mssp/microsoft";
import { everyFound, type AnswersById, type Plan, type PlannedCustomer } from "../../../../cli/customer/adopt/draft";
import type { FoundApplication, FoundGroup, FoundTenant } from "../../../../cli/customer/adopt/found";
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
const nothing: FoundTenant = {
  apis,
  guests: [],
  groups: [],
  applications: [],
  servicePrincipals: [],
  directoryRoles: [],
  defenderRoles: [],
  defenderAssignments: [],
  organizations: [],
  catalogs: [],
  packages: [],
  detectionRules: [],
  authorized: {},
  notLooked: [],
};

const ana = { id: "ana", displayName: "Ana", email: "ana@fabrikam.example" };
const ben = { id: "ben", displayName: "Ben", email: "ben@fabrikam.example" };

function group(
  id: string,
  displayName: string,
  members: readonly string[],
  more: Partial<FoundGroup> = {},
): FoundGroup {
  return {
    id,
    displayName,
    isPlainSecurityGroup: true,
    isAssignableToRole: false,
    members: members.map((member) => ({ id: member, name: member })),
    ...more,
  };
}

function application(id: string, more: Partial<FoundApplication> = {}): FoundApplication {
  return {
    id,
    appId: `${id}-client`,
    displayName: "Contoso SIEM MSSP Connector",
    signInAudience: "AzureADMyOrg",
    redirectUris: [],
    requested: [],
    secrets: [],
    certificates: [],
    federatedCredentials: [],
    servicePrincipal: { id: `${id}-sp`, appId: `${id}-client`, displayName: "Connector", appRoles: [], consents: [] },
    ...more,
  };
}

function secret(keyId: string, days: number) {
  const endsOn = new Date(now.getTime() + days * 24 * 60 * 60 * 1000).toISOString();
  return { keyId, displayName: keyId, startsOn: "2026-01-01T00:00:00Z", endsOn };
}

function plan(found: Partial<FoundTenant>, answers: AnswersById = {}, more: Partial<PlannedCustomer> = {}): Plan {
  return planAdoption({ ...nothing, ...found }, { ...customer, ...more }, answers).plan;
}

const role = (id: string, principalId: string, name: keyof typeof directoryRoleTemplates = "Security Reader") => ({
  id,
  principalId,
  roleDefinitionId: directoryRoleTemplates[name],
  scope: "/",
});
const adopted = ({ adopt }: Plan) => Object.fromEntries(adopt.map(({ id, resource }) => [id, resource]));
const reasons = ({ leave }: Plan) => Object.fromEntries(leave.map(({ id, why }) => [id, why]));

describe("plan of an adoption: portal access", () => {
  it("adopts guests with a directory role as analysts, and leaves a guest without access", () => {
    const result = plan({ guests: [ana, ben], directoryRoles: [role("r1", "ana")] });
    assert.deepEqual(adopted(result), {
      ana: "customer-guest-ana@fabrikam.example-user",
      r1: "customer-access-role-ana@fabrikam.example",
    });
    assert.match(reasons(result)["ben"] ?? "", /has no access/);
    assert.deepEqual(result.settings["portalAccess"], { model: "basic", role: "Security Reader", assignTo: "guests" });
  });

  it("asks which of several directory roles is adopted, and adopts nothing without the answer", () => {
    const found = {
      guests: [ana, ben],
      directoryRoles: [role("r1", "ana"), role("r2", "ben", "Security Operator")],
    };
    const open = plan(found);
    assert.deepEqual(
      open.questions.map(({ id }) => id),
      ["role"],
    );
    assert.deepEqual(open.adopt, []);
    const answered = plan(found, { role: "Security Operator" });
    assert.deepEqual(Object.keys(adopted(answered)), ["ben", "r2"]);
    assert.match(reasons(answered)["r1"] ?? "", /other principals/);
  });

  it("asks about a member who is not an analyst, and keeps the members if the answer is keep", () => {
    const found = { guests: [ana], groups: [group("g", "Tier 1 Analyst", ["ana", "customer-user"])] };
    assert.deepEqual(
      plan(found).questions.map(({ id }) => id),
      ["members:g"],
    );
    const kept = plan(found, { "members:g": "keep" }).adopt.find(({ id }) => id === "g");
    assert.equal(kept?.members, "keep");
    assert.ok("g" in reasons(plan(found, { "members:g": "leave" })));
  });

  it("leaves a Defender role that other principals share, and the tier has no permissions then", () => {
    const result = plan({
      guests: [ana],
      groups: [group("g", "Tier 1 Analyst", ["ana"])],
      defenderRoles: [
        { id: "d", displayName: "d", permissions: ["microsoft.xdr/secops/securitydata/read"], isBuiltIn: false },
      ],
      defenderAssignments: [
        { id: "a", displayName: "a", roleDefinitionId: "d", principalIds: ["g", "other"], dataSources: ["/"] },
      ],
    });
    assert.match(reasons(result)["a"] ?? "", /Other principals/);
    assert.ok("d" in reasons(result));
    const { tiers } = result.settings["portalAccess"] as { tiers: Record<string, object> };
    assert.deepEqual(tiers, { tier1: { name: "Tier 1 Analyst", permissions: [] } });
  });

  it("leaves incomplete access packages with the reason", () => {
    const organization = { id: "o", displayName: "F", state: "configured", source: { domain: "fabrikam.example" } };
    assert.match(reasons(plan({ organizations: [organization] }))["o"] ?? "", /No access package/);
  });
});

describe("plan of an adoption: connector", () => {
  it("adopts the secret that expires last, and says that its value can't be read", () => {
    const result = plan({ applications: [application("app", { secrets: [secret("old", 40), secret("new", 300)] })] });
    assert.equal(adopted(result)["new"], "customer-siem-password");
    assert.match(reasons(result)["old"] ?? "", /Another secret expires later/);
    assert.deepEqual(
      result.notImported.map(({ id }) => id),
      ["new/value"],
    );
  });

  it("postpones the rotation of a secret that expires soon, so that the first `up` creates none", () => {
    const { settings } = plan({ applications: [application("app", { secrets: [secret("soon", 20)] })] });
    const { credential } = settings["connector"] as { credential: unknown };
    assert.deepEqual(credential, { type: "secret", rotateBeforeDays: 18, overlapDays: 7 });
  });

  it("omits the secret if each is expired or valid for longer than the settings allow", () => {
    const result = plan({
      applications: [application("app", { secrets: [secret("expired", -1), secret("long", 700)] })],
    });
    assert.ok(result.omitted.some(({ part }) => part === "clientSecret"));
    assert.match(reasons(result)["expired"] ?? "", /expired/);
    assert.match(reasons(result)["long"] ?? "", /longer/);
  });

  it("asks which of two applications the SIEM uses", () => {
    const found = { applications: [application("one"), application("two", { secrets: [secret("k", 100)] })] };
    assert.deepEqual(
      plan(found).questions.map(({ id }) => id),
      ["application"],
    );
    const answered = plan(found, { application: "one" });
    assert.equal(adopted(answered)["one"], "customer-siem-application");
    assert.ok(answered.leave.some(({ id, parts }) => id === "two" && parts?.includes("k")));
  });

  it("names the connector as created if the tenant has no application", () => {
    assert.deepEqual(
      plan({}).created.map(({ part }) => part),
      ["connector"],
    );
  });

  it("`destroy` keeps an object unless its kind belongs to the MSSP, and deletes secrets", () => {
    const found = { applications: [application("app", { secrets: [secret("k", 300)] })] };
    const onDestroy = (result: Plan, id: string) => result.adopt.find((one) => one.id === id)?.onDestroy;
    assert.equal(onDestroy(plan(found), "app"), "keep");
    assert.equal(onDestroy(plan(found), "k"), "delete");
    assert.equal(onDestroy(plan(found, {}, { owned: ["application"] }), "app"), "delete");
  });
});

/** Tenants with any mixture of guests, groups, roles and applications. */
const tenants = fc.record({
  guests: fc.subarray([ana, ben, { id: "ana2", displayName: null, email: ana.email }]),
  groups: fc
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
        isPlainSecurityGroup: fc.boolean(),
      }),
      { selector: ({ id }) => id },
    )
    .map((all) => all.map(({ id, name, members, ...more }) => group(id, name, members, more))),
  directoryRoles: fc
    .uniqueArray(
      fc.record({
        id: fc.constantFrom("r1", "r2", "r3"),
        principal: fc.constantFrom("ana", "ben", "g1"),
        name: fc.constantFrom("Security Reader", "Security Operator", "Global Reader" as "Security Reader"),
      }),
      { selector: ({ id }) => id },
    )
    .map((all) => all.map(({ id, principal, name }) => role(id, principal, name))),
  defenderAssignments: fc.uniqueArray(
    fc.record({
      id: fc.constantFrom("a1", "a2"),
      displayName: fc.constant("role"),
      roleDefinitionId: fc.constantFrom("d1", "d2"),
      principalIds: fc.subarray(["g1", "g2", "other"], { minLength: 1 }),
      dataSources: fc.constant(["/"]),
    }),
    { selector: ({ id }) => id },
  ),
  defenderRoles: fc.constant(
    ["d1", "d2"].map((id) => ({
      id,
      displayName: id,
      permissions: ["microsoft.xdr/secops/securitydata/read"],
      isBuiltIn: id === "d2",
    })),
  ),
  applications: fc
    .subarray(["app1", "app2"])
    .chain((ids) =>
      fc.tuple(
        ...ids.map((id) =>
          fc
            .subarray([-5, 1, 20, 300, 700])
            .map((days) => application(id, { secrets: days.map((left) => secret(`${id}-${left}`, left)) })),
        ),
      ),
    ),
});

/** Answers questions by the first or by the last choice, until none is open. */
function answerAll(
  found: FoundTenant,
  isFirst: boolean,
): { readonly plan: Plan; readonly answered: readonly string[] } {
  const answers: Record<string, string> = {};
  for (let round = 0; round < 50; round++) {
    const { plan: result } = planAdoption(found, customer, answers);
    const [question] = result.questions;
    if (question === undefined) return { plan: result, answered: Object.keys(answers) };
    answers[question.id] = question.choices.at(isFirst ? 0 : -1)?.value ?? "";
  }
  throw new Error("questions without an end");
}

describe("plan of an adoption: another stack's objects", () => {
  const ofOther = { stack: "defender-mssp/other", stackId: "0123456789abcdef", msspTenantId: customer.msspTenantId };
  const ofMssp = { ...ofOther, msspTenantId: "5ec0de00-5ea1-4000-8000-0000000000aa" };
  const app = (mark: typeof ofOther) => ({
    applications: [{ ...application("app", { secrets: [secret("key", 300)] }), mark }],
  });

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
    fc.assert(
      fc.property(tenants, fc.boolean(), (part, isFirst) => {
        const found: FoundTenant = { ...nothing, ...part };
        const all = everyFound(found).map(({ id }) => id);
        const open = plan(part);
        for (const id of all) assert.ok(isNamed(open, id), `${id} is in no part of the plan`);
        const { plan: result } = answerAll(found, isFirst);
        for (const id of all) assert.ok(isNamed(result, id), `${id} is in no part of the answered plan`);
        const taken = result.adopt.map(({ id }) => id);
        assert.equal(new Set(taken).size, taken.length, "an object is adopted twice");
        const lists = [...result.adopt, ...result.leave].map(({ id }) => id);
        assert.equal(new Set(lists).size, lists.length, "an object is adopted and left");
      }),
    );
  });

  it("adopts nothing that carries a mark, names it once with whose it is, and nothing that belongs to it", () => {
    const mark = { stack: "defender-mssp/other", stackId: "0123456789abcdef", msspTenantId: "" };
    const marked = fc.subarray(["ana", "ben", "g1", "g2", "d1", "app1", "app2"]);
    fc.assert(
      fc.property(tenants, marked, fc.boolean(), (part, ids, isFirst) => {
        const withMarks = <One extends { readonly id: string }>(list: readonly One[]): One[] =>
          list.map((one) => (ids.includes(one.id) ? { ...one, mark } : one));
        const found: FoundTenant = {
          ...nothing,
          ...part,
          guests: withMarks(part.guests),
          groups: withMarks(part.groups),
          defenderRoles: withMarks(part.defenderRoles),
          applications: withMarks(part.applications),
        };
        const { plan: result } = answerAll(found, isFirst);
        for (const { id } of everyFound(found)) assert.ok(isNamed(result, id), `${id} is in no part of the plan`);
        const lists = [...result.adopt, ...result.leave].map(({ id }) => id);
        assert.equal(new Set(lists).size, lists.length, "an object is named twice");
        const adopted = result.adopt.map(({ id }) => id);
        for (const id of ids) assert.ok(!adopted.includes(id), `${id} is adopted`);
        for (const { id, principalId } of part.directoryRoles)
          assert.ok(!(ids.includes(principalId) && adopted.includes(id)), `role ${id} of ${principalId} is adopted`);
        for (const { id, secrets } of part.applications)
          for (const { keyId } of secrets)
            assert.ok(!(ids.includes(id) && adopted.includes(keyId)), `secret ${keyId} of ${id} is adopted`);
      }),
    );
  });

  it("adopts without an answer only groups of the MSSP's guests alone, and the only application", () => {
    fc.assert(
      fc.property(tenants, (part) => {
        const result = plan(part);
        const ids = new Set(part.guests.map(({ id }) => id));
        for (const { id, kind } of result.adopt) {
          const found = part.groups.find((one) => one.id === id);
          if (kind === "group")
            assert.ok(
              found?.members.every((member) => ids.has(member.id)),
              `group ${id}`,
            );
          if (kind === "app registration") assert.equal(part.applications.length, 1);
          if (kind === "guest") assert.ok(ids.has(id));
        }
      }),
    );
  });

  it("writes settings that the program accepts", () => {
    fc.assert(
      fc.property(tenants, fc.boolean(), (part, isFirst) => {
        const { plan: result } = answerAll({ ...nothing, ...part }, isFirst);
        const values = {
          customerName: "Contoso",
          tenantId: "c0570500-0000-4000-8000-00000000000a",
          customerDomain: customer.customerDomain,
          msspName: customer.msspName,
          msspTenantId: customer.msspTenantId,
          ...result.settings,
        };
        parseSettings(values, [], {});
      }),
    );
  });
});

function isNamed({ adopt, leave, notImported, questions }: Plan, id: string): boolean {
  return (
    [...adopt, ...leave, ...notImported].some((item) => item.id === id || item.parts?.includes(id) === true) ||
    questions.some(({ about }) => about.includes(id))
  );
}
