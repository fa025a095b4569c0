/**
 * `mssp doctor --repair`: what a killed `up` left is found, shown with its evidence, and deleted or
 * imported; nobody else's is touched.
 */
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { azureResources, subscriptionIdOf, fixture } from "@defender-mssp/testkit";
import { repair, type RepairOptions } from "../../cli/customer/doctor/repair";
import { inSession as mssp } from "../cli/testSession";
import { createProject, customer, dumpOfTenant, objectsOf, single, TenantHands, tenantIdOf } from "./support";

describe("mssp doctor --repair", function () {
  let killAt: { readonly request: RegExp; readonly kill: () => void } | undefined;
  const project = fixture(() =>
    createProject({
      // Before the answer is sent: afterwards the engine may have written it into the state.
      observe: ({ line }) => {
        if (killAt?.request.test(line) !== true) return;
        killAt.kill();
        killAt = undefined;
      },
    }),
  );

  async function newStack(
    stack: string,
    number: number,
    changes: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    await project.writeSettings(stack, customer(number, changes));
    await project.addStack(stack);
    project.sandbox.cloud.tenant(tenantIdOf(number));
    return dumpOfTenant(project, tenantIdOf(number));
  }

  async function killedUp(stack: string, request: RegExp): Promise<void> {
    const up = project.start(["up", "--stack", stack, "--yes", "--skip-preview", "--parallel", "1"]);
    killAt = { request, kill: () => up.kill("SIGKILL") };
    assert.equal((await up).signal, "SIGKILL");
    await project.succeed(["cancel", "--stack", stack, "--yes"]);
  }

  /** Runs the repair; a person gives these answers, in turn. */
  async function repaired(stack: string, answers: readonly string[] | "nobody", more: Partial<RepairOptions> = {}) {
    const left = [...(answers === "nobody" ? [] : answers)];
    const questions: string[] = [];
    let said = "";
    const ask = (question: string) => {
      questions.push(question);
      return Promise.resolve(left.shift() ?? "");
    };
    // This process doesn't trust the sandbox's certificate; on loopback it need not.
    const { http } = project.sandbox.origins;
    const addresses = { loginEndpoint: http, graphEndpoint: http, resourceManagerEndpoint: http };
    const result = await repair({
      endpoints: { cloud: "public", metadataHost: undefined, ...addresses },
      stack,
      yes: false,
      ask: answers === "nobody" ? undefined : ask,
      say: (text) => (said += text),
      folder: project.folder,
      environment: { ...project.environment, MSSP_DEFENDER_ENDPOINT: http },
      ...more,
    });
    assert.deepEqual(left, [], "every answer was asked for");
    return { ...result, said, questions };
  }

  it("deletes, by --yes, a group that a killed `up` left, and never a secret", async () => {
    const before = await newStack("deleted", 51);
    await killedUp("deleted", /^POST \/beta\/groups 201/);
    const nobody = await repaired("deleted", "nobody");
    assert.deepEqual([nobody.found, nobody.left], [1, 1]);
    assert.match(nobody.said, /^  owned by  MSSP Onboarding Automation$/m);
    assert.match(nobody.said, /There is no terminal to ask on/);
    const args = ["doctor", "--stack", "deleted", "--repair", "--yes"];
    const { exitCode, stdout } = await mssp(args, { folder: project.folder, environment: project.environment });
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /^Deleted group "Fabrikam Security MSSP Analysts"\.$/m);
    assert.deepEqual(objectsOf(project, tenantIdOf(51)).groups, {});

    await project.succeed(["up", "--stack", "deleted", "--yes", "--skip-preview"]);
    const application = single(objectsOf(project, tenantIdOf(51)).applications);
    const path = `/v1.0/applications/${String(application["id"])}`;
    const hands = new TenantHands(project, tenantIdOf(51));
    // As an `up` does whose answer is lost; and somebody's own.
    await hands.graph("POST", `${path}/addPassword`, {
      passwordCredential: { displayName: "MSSP SIEM, managed by Pulumi" },
    });
    await hands.graph("POST", `${path}/addPassword`, { passwordCredential: { displayName: "The customer's own" } });
    const byYes = await repaired("deleted", "nobody", { yes: true });
    assert.deepEqual([byYes.found, byYes.left], [1, 1]);
    assert.match(byYes.said, /^client secret "MSSP SIEM, managed by Pulumi"$/m);
    const secrets = await repaired("deleted", ["delete"]);
    assert.deepEqual([secrets.found, secrets.left], [1, 0]);
    assert.match(
      secrets.questions[0] ?? "",
      /^If the SIEM uses this secret, it receives no alerts after the deletion\./,
    );
    const left = single(objectsOf(project, tenantIdOf(51)).applications)["passwordCredentials"] as {
      displayName: string;
    }[];
    assert.deepEqual(left.map(({ displayName }) => displayName).sort(), [
      "MSSP SIEM, managed by Pulumi",
      "The customer's own",
    ]);
    assert.deepEqual((await repaired("deleted", [])).found, 0);
    await project.succeed(["destroy", "--stack", "deleted", "--yes", "--skip-preview"]);
    assert.equal(dumpOfTenant(project, tenantIdOf(51)), before);
  });

  it("--yes changes no object without a mark; without --yes the question says so", async () => {
    await newStack("unmarked", 52);
    const hands = new TenantHands(project, tenantIdOf(52));
    await hands.graph("POST", "/v1.0/applications", { displayName: "Contoso 52 SIEM MSSP Connector" });
    const byYes = await repaired("unmarked", "nobody", { yes: true });
    assert.deepEqual([byYes.found, byYes.left], [1, 1]);
    assert.match(byYes.said, /^  mark      none: no evidence that this program created it$/m);
    assert.match(byYes.said, /--yes deletes only what an operation left that the state lists as interrupted/);
    const yes = await repaired("unmarked", ["yes"]);
    assert.match(
      yes.questions[0] ?? "",
      /^It carries no mark of this program and may belong to somebody else\. Delete [a-z ]+ "Contoso 52 SIEM MSSP Connector"\? /,
    );
    assert.equal(yes.left, 1, "only the word itself deletes");
    single(objectsOf(project, tenantIdOf(52)).applications);
    assert.equal((await repaired("unmarked", ["delete"])).left, 0);
    assert.deepEqual(objectsOf(project, tenantIdOf(52)).applications, {});
  });

  it("after a lost state --yes deletes nothing: each object is shown as another stack's", async () => {
    await newStack("lost", 53, { portalAccess: "rbac" });
    await project.succeed(["up", "--stack", "lost", "--yes", "--skip-preview"]);
    await project.succeed(["stack", "rm", "lost", "--yes", "--force", "--preserve-config"]);
    await project.addStack("lost");
    const whole = dumpOfTenant(project, tenantIdOf(53));
    const byYes = await repaired("lost", "nobody", { yes: true });
    assert.equal(byYes.left, byYes.found);
    for (const name of [
      "Tier 1 Analyst",
      "Tier 2 Analyst",
      "MSSP Analyst Approvers",
      "Fabrikam Security MSSP Analysts",
    ])
      assert.match(byYes.said, new RegExp(`^group "${name}"$`, "m"));
    assert.match(byYes.said, /^guest "ana\.silva@fabrikam-security\.example"$/m);
    assert.match(byYes.said, /^ {2}whose {5}another stack's, or of a stack whose state is lost, by its mark alone$/m);
    assert.equal(dumpOfTenant(project, tenantIdOf(53)), whole);
    const asked = await repaired(
      "lost",
      Array.from({ length: byYes.found }, () => "delete"),
    );
    assert.match(
      asked.questions[0] ?? "",
      /^It carries the mark of another stack, .* and may be in use\. .*Delete [A-Za-z ]+ ".*"\?/,
    );
    assert.equal(asked.left, 0);
    assert.deepEqual(objectsOf(project, tenantIdOf(53)).groups, {});
  });

  it("counts a guest of an interrupted `up` as left until it is gone, and deletes it only when asked", async () => {
    const before = await newStack("guest", 55, { portalAccess: "rbac" });
    await killedUp("guest", /^POST \/v1\.0\/invitations 201/);
    const guests = () =>
      Object.values(objectsOf(project, tenantIdOf(55)).users).filter(({ userType }) => userType === "Guest");
    assert.equal(guests().length, 1);
    const shown = await repaired("guest", "nobody");
    assert.deepEqual([shown.found, shown.left], [1, 1]);
    assert.match(shown.said, /^ {2}created {3}20\d\d-/m);
    const kept = await repaired("guest", [""]);
    assert.match(
      kept.questions[0] ?? "",
      /^Anybody can write its mark\. The next `pulumi up --refresh` uses it: delete it only if none will follow\. Delete guest /,
    );
    assert.equal(kept.left, 1);
    const { folder, environment } = project;
    const ending = ["offboard", "--stack", "guest", "--without", "evidence"];
    const { exitCode, stderr } = await mssp(ending, { folder, environment, answers: ["no"] });
    assert.equal(exitCode, 1, stderr);
    assert.match(stderr, /a run was interrupted while it created \d objects?.*mssp doctor --stack guest --repair/);
    assert.equal((await repaired("guest", "nobody", { yes: true })).left, 1, "a mark alone is a claim");
    assert.equal((await repaired("guest", ["delete"])).left, 0);
    assert.deepEqual(guests(), []);
    await project.succeed(["destroy", "--stack", "guest", "--yes", "--skip-preview"]);
    assert.equal(dumpOfTenant(project, tenantIdOf(55)), before);
  });

  it("deletes, by --yes, a role on Microsoft Sentinel that a killed `up` left, and no other party's", async () => {
    const subscriptionId = subscriptionIdOf(tenantIdOf(56));
    project.sandbox.cloud.describedTenant({ tenantId: tenantIdOf(56), domain: "contoso56.example" });
    const sentinelAccess = { subscriptionId, resourceGroup: "sentinel", workspaceName: "sentinel" };
    const before = await newStack("sentinel", 56, { sentinelAccess });
    const scope = `/subscriptions/${subscriptionId}/resourceGroups/sentinel/providers/Microsoft.Authorization/`;
    const objects = project.sandbox.cloud.tenant(tenantIdOf(56)).objects(azureResources);
    const assignments = () => [...objects.values()].filter(({ id }) => id.startsWith(scope));
    await killedUp("sentinel", /^PUT .*roleAssignments.* 201/);
    const [left] = assignments();
    assert.ok(left);
    const name = "11111111-0000-4000-8000-000000000056";
    const another = { ...left, name, id: `${scope}roleAssignments/${name}` };
    const properties = { ...(left["properties"] as object), principalId: name, description: "Another party's" };
    objects.set(another.id.toLowerCase(), { ...another, properties });

    const shown = await repaired("sentinel", "nobody");
    assert.ok(shown.said.includes(left.id), shown.said);
    assert.ok(!shown.said.includes(another.id), shown.said);
    assert.equal((await repaired("sentinel", "nobody", { yes: true })).left, 0);
    assertEach(assignments(), ({ id }) => id, [another.id]);
    objects.delete(another.id.toLowerCase());
    await project.succeed(["destroy", "--stack", "sentinel", "--yes", "--skip-preview"]);
    assert.equal(dumpOfTenant(project, tenantIdOf(56)), before);
  });

  it("distinguishes its catalogs, packages, policies and groups from others of the same names", async () => {
    const tenantId = tenantIdOf(54);
    project.sandbox.cloud.describedTenant({ tenantId, domain: "contoso54.example" });
    const before = await newStack("packages", 54, {
      analysts: [],
      portalAccess: { model: "entitlement", approvers: ["security.admin@contoso54.example"] },
    });
    await project.succeed(["up", "--stack", "packages", "--yes", "--skip-preview"]);
    assert.equal((await repaired("packages", "nobody")).found, 0, "what the state has is no orphan");
    const whole = dumpOfTenant(project, tenantId);

    const hands = new TenantHands(project, tenantId);
    const base = "/beta/identityGovernance/entitlementManagement";
    interface Packaged {
      readonly id: string;
      readonly catalogId: string;
      readonly displayName: string;
    }
    const { value: packages } = await hands.graph<{ value: Packaged[] }>("GET", `${base}/accessPackages`);
    const [known] = packages;
    assert.ok(known !== undefined);
    const [, mark = ""] = / (Managed by Pulumi \([^()]+\)\.)/.exec(whole)!;
    const description = `Made again, since the answer was lost. ${mark}`;
    const catalog = { displayName: "MSSP Accesses", catalogStatus: "published", isExternallyVisible: true };
    await hands.graph("POST", `${base}/accessPackageCatalogs`, { ...catalog, description });
    const customersOwn = await hands.graph<{ id: string }>("POST", `${base}/accessPackageCatalogs`, {
      ...{ ...catalog, description: "The customer's own" },
    });
    const { catalogId, displayName } = known;
    await hands.graph("POST", `${base}/accessPackages`, { catalogId, displayName, description });
    const { value: policies } = await hands.graph<{ value: Record<string, unknown>[] }>(
      "GET",
      `${base}/accessPackageAssignmentPolicies`,
    );
    const policy = Object.fromEntries(
      Object.entries(policies[0] ?? {}).filter(([name]) => !/^id$|Date|By$|^@/.test(name)),
    );
    await hands.graph("POST", `${base}/accessPackageAssignmentPolicies`, policy);

    const byYes = await repaired("packages", "nobody", { yes: true });
    assert.deepEqual([byYes.found, byYes.left], [3, 3], "no operation was interrupted");
    const shown = await repaired("packages", ["delete", "delete", "delete"]);
    assert.equal(shown.left, 0, shown.said);
    for (const what of [
      'access package catalog "MSSP Accesses"',
      `access package "${displayName}"`,
      'assignment policy "People of',
    ]) {
      assert.ok(shown.said.includes(`Deleted ${what}`), shown.said);
    }
    const own = shown.questions.filter((question) => /Anybody can write its mark/.test(question));
    assert.equal(own.length, 3);
    await hands.graph("DELETE", `${base}/accessPackageCatalogs/${customersOwn.id}`);
    assert.equal(dumpOfTenant(project, tenantId), whole);
    await project.succeed(["destroy", "--stack", "packages", "--yes", "--skip-preview"]);
    assert.equal(dumpOfTenant(project, tenantId), before);
  });
});
