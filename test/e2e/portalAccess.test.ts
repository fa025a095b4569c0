import assert from "node:assert/strict";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { setSwitches, fixture } from "@defender-mssp/testkit";
import { grantsIn, within } from "./grants";
import {
  ana,
  ben,
  cleo,
  createProject,
  customer,
  differing,
  dumpOfTenant,
  linksOf,
  membersOf,
  objectsOf,
  TenantHands,
  tenantIdOf,
} from "./support";

const analysts = [ana, { ...ben, tier: "tier2" }, { ...cleo, tier: "approvers" }];

/** What the settings of each model say of it. */
const models = {
  basic: { analysts, portalAccess: "basic" },
  "basic, for each guest": {
    analysts,
    portalAccess: { model: "basic", role: "Security Operator", assignTo: "guests" },
  },
  rbac: { analysts, portalAccess: "rbac" },
  entitlement: { analysts: [], portalAccess: { model: "entitlement", approvers: ["security.admin@customer.example"] } },
} as const;

type ModelName = keyof typeof models;

describe("portal access on the real engine", function () {
  const requests: string[] = [];
  const project = fixture(() => createProject({ log: (line) => requests.push(line) }));

  /** A new customer with a stack. @returns what the tenant holds on its first day. */
  async function start(number: number, settings: object, switched: Record<string, string> = {}): Promise<string> {
    const tenant = project.sandbox.cloud.describedTenant({ tenantId: tenantIdOf(number), domain: "customer.example" });
    setSwitches(tenant, switched);
    await configure(number, settings);
    await project.addStack(stack(number));
    return dumpOfTenant(project, tenant.id);
  }

  const stack = (number: number) => `customer${number}`;
  const configure = (number: number, settings: object) =>
    project.writeSettings(stack(number), customer(number, { ...settings }));
  const up = (number: number) => project.succeed(["up", "--stack", stack(number), "--yes", "--skip-preview"]);
  const destroy = (number: number) => project.succeed(["destroy", "--stack", stack(number), "--yes", "--skip-preview"]);
  const unchanged = (number: number, ...flags: string[]) =>
    project.succeed(["preview", "--stack", stack(number), "--expect-no-changes", ...flags]);
  const grants = (number: number) => grantsIn(project.sandbox.cloud.tenant(tenantIdOf(number)));

  /** What each model gives at least. */
  const expected: Record<ModelName, readonly string[]> = {
    basic: ["ana", "ben", "cleo"].map((name) => `${name}: Security Reader`),
    "basic, for each guest": ["ana", "ben", "cleo"].map((name) => `${name}: Security Operator`),
    rbac: [
      "ana: microsoft.xdr/secops/securitydata/alerts/manage",
      "ben: microsoft.xdr/secops/securitydata/response/manage",
    ],
    entitlement: ["on request, people of Fabrikam Security: microsoft.xdr/secops/securitydata/alerts/manage"],
  };

  describe("another model for a live stack", () => {
    const number = 75;
    let asBefore: string;
    before(async () => {
      asBefore = await start(number, models.basic);
      await up(number);
    });

    const way: readonly ModelName[] = [
      "basic", // and from each model to each other one
      "rbac",
      "basic",
      "entitlement",
      "rbac",
      "entitlement",
      "basic",
      "basic, for each guest",
      "rbac",
      "basic, for each guest",
    ];
    it("a preview removes the former model's grant, replaces the model, and then creates the next one's grant", async () => {
      await configure(number, models.rbac);
      const preview = await project.succeed(["preview", "--stack", stack(number)]);
      const places = ["role-group delete original", "model create replacement", "tier1-role-assignment create"].map(
        (step) => preview.indexOf(` customer-access-${step}`),
      );
      assert.ok(
        places.every((place, index) => place > (places[index - 1] ?? 0)),
        `${places.join()} ${preview}`,
      );
    });

    for (const [index, to] of way.slice(1).entries()) {
      it(`from ${way[index]} to ${to}: at no time more access than one of the two models`, async () => {
        const old = grants(number);
        const moments: ReadonlySet<string>[] = [];
        const stop = project.sandbox.cloud.onChange(() => moments.push(grants(number)));
        await configure(number, models[to]);
        await up(number).finally(stop);
        const now = grants(number);
        assert.notDeepEqual(now, old);
        const given = [...now].map((grant) => grant.replace(/^(\w+)\.\w+@[^:]*/, "$1"));
        for (const grant of expected[to]) assert.ok(given.includes(grant), `${grant} isn't in ${given.join("\n")}`);
        assert.ok(moments.length > 5, `${moments.length} changes`);
        for (const moment of moments) {
          assert.ok(within(moment, old) || within(moment, now), `more than either: ${[...moment].join("\n")}`);
        }
        await unchanged(number, "--refresh");
      });
    }

    it("`destroy`: the tenant is as before, byte for byte", async () => {
      await destroy(number);
      assert.equal(dumpOfTenant(project, tenantIdOf(number)), asBefore);
    });
  });

  describe("analysts in tiers", () => {
    const number = 76;
    const tenantId = tenantIdOf(number);
    before(async () => {
      await start(number, models.rbac);
      await up(number);
    });

    it("moving one analyst changes two memberships and nothing else in the tenant", async () => {
      const { groups, guests } = (await project.outputs(stack(number))) as Record<string, Record<string, string>>;
      const [objects, links] = [objectsOf(project, tenantId), linksOf(project, tenantId)];
      await configure(number, { ...models.rbac, analysts: [{ ...ana, tier: "tier2" }, ...analysts.slice(1)] });
      const steps = await project.changes(stack(number));
      assert.deepEqual(steps.map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`).sort(), [
        "update customer-access-tier1-group",
        "update customer-access-tier2-group",
      ]);
      await up(number);
      assert.deepEqual(differing(objects, objectsOf(project, tenantId)), []);
      const { [groups!["tier1"]!]: left, ...members } = links["groups.members"]!;
      assert.deepEqual(left, [guests![ana.email]]);
      members[groups!["tier2"]!] = [guests![ana.email]!, guests![ben.email]!].sort();
      assert.deepEqual(linksOf(project, tenantId), { ...links, "groups.members": members });
    });

    it("swapped tier names are refused before the first change with one error", async () => {
      const tiers = { tier1: { name: "Tier 2 Analyst" }, tier2: { name: "Tier 1 Analyst" } };
      await configure(number, { ...models.rbac, portalAccess: { model: "rbac", tiers } });
      const before = dumpOfTenant(project, tenantId);
      const { exitCode, stdout } = await project.run(["up", "--stack", stack(number), "--yes", "--skip-preview"]);
      assert.notEqual(exitCode, 0, stdout);
      assert.match(stdout, /tier1\.name: "Tier 2 Analyst" is still the name of portalAccess\.tiers\.tier2\.name/);
      assert.equal(dumpOfTenant(project, tenantId), before);
    });

    it("after the end of access the memberships are removed and the guest is kept", async () => {
      const { groups, guests, groupObjectId } = (await project.outputs(stack(number))) as {
        groups: Record<string, string>;
        guests: Record<string, string>;
        groupObjectId: string;
      };
      const ended = [ana, { ...ben, tier: "tier2", accessEndsOn: "2020-01-31" }, { ...cleo, tier: "approvers" }];
      const { users } = objectsOf(project, tenantId);
      await configure(number, { ...models.rbac, analysts: ended });
      await up(number);
      assert.deepEqual(objectsOf(project, tenantId).users, users);
      assert.deepEqual(membersOf(project, tenantId, groups["tier2"]!), []);
      const rest = [guests[ana.email]!, guests[cleo.email]!].sort();
      assert.deepEqual(membersOf(project, tenantId, groupObjectId), rest);
      assert.ok(![...grants(number)].some((grant) => grant.startsWith(ben.email)));
    });

    it("another invitation text, language or copy changes nothing", async () => {
      const settings = { ...models.rbac, analysts: [ana, ...analysts.slice(1)] };
      await configure(number, settings);
      await up(number);
      for (const changed of [
        { invitationMessage: "Welcome", invitationCopyTo: "a@b.example" },
        { invitationLanguage: "de-DE" },
      ]) {
        await configure(number, { ...settings, ...changed });
        await unchanged(number);
      }
    });
  });

  describe("a tenant without the licence or policy", () => {
    const cases: readonly [string, object, Record<string, string>, RegExp][] = [
      ["a directory role for a group, without Entra ID P1", models.basic, { entraLicence: "free" }, /Entra ID P1/],
      [
        "access packages, without Entra ID P2",
        models.entitlement,
        { entraLicence: "p1" },
        /Entra ID P2 or ID Governance/,
      ],
      [
        "just-in-time access, without Entra ID P2",
        { analysts, portalAccess: { model: "rbac", activation: "justInTime" } },
        { entraLicence: "p1" },
        /Just-in-time access needs Microsoft Entra ID P2 or ID Governance/,
      ],
      ["a new guest, where nobody may invite", models.rbac, { b2bInvitations: "off" }, /aren't there yet: ana\.silva@/],
      ["a client secret, where there may be none", models.rbac, { clientSecrets: "off" }, /forbids client secrets/],
      ["a client secret of a year, where 90 days are allowed", models.rbac, { clientSecrets: "90" }, /90 days at most/],
    ];
    for (const [index, [name, settings, switched, reason]] of cases.entries()) {
      it(`${name}: refused before anything is created`, async () => {
        const number = 80 + index;
        const asBefore = await start(number, settings, switched);
        const from = requests.length;
        const { exitCode, stdout, stderr } = await project.run([
          "up",
          "--stack",
          stack(number),
          "--yes",
          "--skip-preview",
        ]);
        assert.notEqual(exitCode, 0);
        assert.match(stdout + stderr, reason);
        assert.match(stdout + stderr, /Nothing was changed/);
        assert.doesNotMatch(stdout + stderr, /^\s+at .*:\d+:\d+/m);
        assertNone(requests.slice(from), (line) => /^(POST|PATCH|PUT|DELETE) \/(v1\.0|beta)/.test(line));
        assert.equal(dumpOfTenant(project, tenantIdOf(number)), asBefore);
      });
    }

    it("an existing guest is used where invitations are forbidden", async () => {
      const number = 90;
      await start(number, { ...models.rbac, analysts: [ana] });
      const hands = new TenantHands(project, tenantIdOf(number));
      const { invitedUser } = await hands.graph<{ invitedUser: { id: string } }>("POST", "/v1.0/invitations", {
        invitedUserEmailAddress: ana.email,
        inviteRedirectUrl: "https://customer.example",
      });
      const analysts = [{ ...ana, objectId: invitedUser.id }];
      await configure(number, { ...models.rbac, analysts });
      setSwitches(project.sandbox.cloud.tenant(tenantIdOf(number)), { b2bInvitations: "off" });
      const withGuest = dumpOfTenant(project, tenantIdOf(number));
      await up(number);
      await destroy(number);
      assert.equal(dumpOfTenant(project, tenantIdOf(number)), withGuest);
    });
  });
});
