/** `mssp report --live` on the real engine, after somebody has removed what the stack created. */
import assert from "node:assert/strict";
import { fixture } from "@defender-mssp/testkit";
import type { AccessReport } from "../../cli/findings/accessReport";
import { inSession as mssp } from "../cli/testSession";
import { createProject, customer, membersOf, objectsOf, TenantHands, tenantIdOf } from "./support";

const number = 0x58;
const stack = "reported";
const tenantId = tenantIdOf(number);

describe("mssp report --live on the real engine", function () {
  const requests: string[] = [];
  const bodies: unknown[] = [];
  const project = fixture(() =>
    createProject({ log: (line) => requests.push(line), observe: ({ request }) => bodies.push(request) }),
  );
  const hands = new TenantHands(project, tenantId);
  before(async () => {
    await project.writeSettings(stack, customer(number, { portalAccess: "rbac", crossTenantTrust: { mfa: true } }));
    await project.addStack(stack);
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
  });

  async function report(): Promise<AccessReport> {
    const args = ["report", "--stack", stack, "--live", "--json"];
    const { stdout, stderr } = await mssp(args, { folder: project.folder, environment: project.environment });
    assert.notEqual(stdout, "", stderr);
    return JSON.parse(stdout) as AccessReport;
  }
  const missing = ({ objects }: AccessReport): string[] =>
    objects
      .filter(({ difference }) => difference === "missing in the tenant")
      .map(({ kind, name }) => `${kind} ${name}`);

  it("finds every object of a stack as `up` left it, and compares each", async () => {
    const { objects, attention } = await report();
    assert.deepEqual(
      objects.filter(
        ({ difference, notCompared }) => (difference ?? "").startsWith("missing") || notCompared !== undefined,
      ),
      [],
    );
    // The identity has no permission to read relationships: these settings ask for none.
    assert.deepEqual(
      attention.filter(({ topic }) => topic === "drift" || topic === "notChecked").map(({ title }) => title),
      ["Not compared with the tenant: governance relationship"],
    );
    const kinds = new Set(objects.map(({ kind }) => kind));
    for (const kind of ["defenderRoleAssignment", "clientSecret", "redirectUri", "tenantTrust"] as const)
      assert.ok(kinds.has(kind), kind);
  });

  it("signs in to Graph once, and reads the governance relationship once", async () => {
    requests.splice(0);
    bodies.splice(0);
    await report();
    const scope = `${project.sandbox.origins.https}/.default`;
    const signIns = bodies.filter((body) => (body as { scope?: string } | null)?.scope === scope);
    assert.equal(signIns.length, 1, JSON.stringify(bodies.map((body) => (body as { scope?: string } | null)?.scope)));
    const relationships = requests.filter((line) => /governanceRelationships/.test(line));
    assert.equal(relationships.length, 1, relationships.join("\n"));
  });

  it("names deleted role assignments, credentials, redirect URIs and trust, and removed members", async () => {
    const assignments = "/beta/roleManagement/defender/roleAssignments";
    const { value } = await hands.graph<{ value: { id: string }[] }>("GET", assignments);
    for (const { id } of value) await hands.graph("DELETE", `${assignments}/${id}`);
    const { applications, groups } = objectsOf(project, tenantId);
    const [application] = Object.entries(applications);
    const [{ keyId } = { keyId: "" }] = application![1]["passwordCredentials"] as { keyId: string }[];
    await hands.graph("POST", `/v1.0/applications/${application![0]}/removePassword`, { keyId });
    await hands.graph("PATCH", `/v1.0/applications/${application![0]}`, { web: { redirectUris: [] } });
    const partner = "/v1.0/policies/crossTenantAccessPolicy/partners/5ec0de00-5ea1-4000-8000-000000000001";
    await hands.graph("DELETE", partner);
    // The first reads are of a replica that is behind.
    await hands.graph("GET", partner);
    await hands.graph("GET", partner);
    const [group] = Object.entries(groups).find(([, { displayName }]) => displayName === "Tier 1 Analyst")!;
    const [member] = membersOf(project, tenantId, group);
    await hands.graph("DELETE", `/v1.0/groups/${group}/members/${member}/$ref`);

    const live = await report();
    const kinds = missing(live).map((text) => text.split(" ")[0]);
    assert.ok(value.length > 0);
    assert.equal(kinds.filter((kind) => kind === "defenderRoleAssignment").length, value.length);
    for (const kind of ["clientSecret", "redirectUri", "tenantTrust"])
      assert.ok(kinds.includes(kind), `${kind} ${missing(live).join()}`);
    const tier = live.objects.find(({ kind, name }) => kind === "group" && name === "Tier 1 Analyst");
    assert.match(tier?.difference ?? "", /^missing members: (Ana Silva|Ben Okafor)$/);
    const drift = live.attention.filter(({ topic }) => topic === "drift").map(({ title }) => title);
    assert.ok(
      drift.some((title) =>
        /^group membership of ".*" in group "Tier 1 Analyst" is missing in the tenant$/.test(title),
      ),
      drift.join("\n"),
    );
  });
});
