/**
 * One customer's life with the portal access model `governance`: from guests to a relationship that
 * people of both tenants establish with `mssp governance`, and to nothing.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { microsoftGraph } from "@defender-mssp/microsoft";
import { assertRequests, assignAppRole, automationApplicationId, fixture } from "@defender-mssp/testkit";
import { execa } from "execa";
import type { ActionResult } from "../../cli/customer/governance/run";
import type { GovernanceState } from "../../cli/access/governance/state";
import type { OnboardingProgress } from "../../cli/access/waiting/progress";
import type { Ended } from "../cli/mssp";
import { inSession as mssp } from "../cli/testSession";
import { ana, checkout, createProject, customer, differing, objectsOf, tenantIdOf } from "./support";

const graphCommandLineTools = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
const azureCli = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";
const groupId = "0a0b0c0d-0000-4000-8000-000000000001";

describe("the life of a governance relationship on the real engine", function () {
  const stack = "contoso";
  const tenantId = tenantIdOf(0x62);
  const project = fixture(createProject);
  let before_: ReturnType<typeof objectsOf>;

  before(async () => {
    await project.writeSettings(stack, customer(0x62, { portalAccess: "rbac", analysts: [ana] }));
    await project.addStack(stack);
    const { cloud } = project.sandbox;
    const tenant = cloud.tenant(tenantId);
    const automation = [...tenant.objects("servicePrincipals").values()].find(
      ({ appId }) => appId === automationApplicationId,
    )!;
    for (const what of ["Invitation", "Relationship", "Request"]) {
      assignAppRole(tenant, automation, microsoftGraph.appId, `TenantGovernance-${what}.Read.All`);
    }
    cloud
      .tenant(msspTenantId)
      .objects("groups")
      .set(groupId, { id: groupId, displayName: "SOC Tier 1", isAssignableToRole: true, securityEnabled: true });
    before_ = objectsOf(project, tenantId);
  });

  const run = (...args: readonly string[]): Promise<Ended> =>
    mssp(args, { folder: project.folder, environment: project.environment });

  async function governance(action: string, ...more: readonly string[]): Promise<ActionResult & { exitCode: unknown }> {
    const signIn = ["--client-id", graphCommandLineTools, "--device-code"];
    const ended = await run("governance", action, "--stack", stack, ...signIn, "--yes", "--json", ...more);
    assert.notEqual(ended.stdout, "", ended.stderr);
    return { ...(JSON.parse(ended.stdout) as ActionResult), exitCode: ended.exitCode };
  }

  /** As a person does it: opens the address that the command shows, and ends at its redirect URI. */
  async function browse(args: readonly string[]): Promise<Ended> {
    const command = execa(process.execPath, [path.join(checkout, "cli", "mssp.js"), "governance", ...args], {
      cwd: project.folder,
      env: project.environment,
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
    const shown = new Promise<string>((resolve) => {
      let output = "";
      command.stderr.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        const [url] = /https:\/\/127\.0\.0\.1:\S+authorize\S+(?=\n)/.exec(output) ?? [];
        if (url !== undefined) resolve(url);
      });
    });
    const url = await Promise.race([shown, command.then(({ stderr }) => assert.fail(stderr))]);
    const { pathname, search, searchParams } = new URL(url);
    assert.deepEqual(
      ["code_challenge_method", "prompt", "response_type"].map((name) => searchParams.get(name)),
      ["S256", "select_account", "code"],
    );
    const redirect = new URL(searchParams.get("redirect_uri") ?? "");
    assert.equal(redirect.hostname, "localhost");
    // Of another page in the browser: it ends no sign-in.
    assert.equal((await fetch(`${redirect.href}?code=forged&state=forged`)).status, 400);
    const sent = await fetch(`${project.sandbox.origins.http}${pathname}${search}`, { redirect: "manual" });
    assert.equal((await fetch(sent.headers.get("location") ?? "")).status, 200);
    const { exitCode, stdout, stderr } = await command;
    assert.doesNotMatch(stdout + stderr.replace(url, ""), /eyJ[\w-]{10}|^\s+at /m, "a token, or a stack trace");
    return { exitCode, stdout, stderr };
  }

  async function inBrowser(action: string): Promise<ActionResult> {
    const signIn = ["--client-id", graphCommandLineTools, "--yes", "--json"];
    const { stdout, stderr } = await browse([action, "--stack", stack, ...signIn]);
    assert.notEqual(stdout, "", stderr);
    return JSON.parse(stdout) as ActionResult;
  }

  async function status(): Promise<GovernanceState & { exitCode: unknown }> {
    const ended = await run("governance", "status", "--stack", stack, "--json");
    assert.notEqual(ended.stdout, "", ended.stderr);
    return { ...(JSON.parse(ended.stdout) as GovernanceState), exitCode: ended.exitCode };
  }

  const withRoles = (...roles: string[]) =>
    customer(0x62, {
      analysts: [],
      portalAccess: { model: "governance", groups: [{ objectId: groupId, name: "SOC Tier 1", roles }] },
    });
  const rolesGiven = () =>
    [...project.sandbox.cloud.tenant(tenantId).objects("delegatedAdministrationRoles").values()].length;

  it("the switch from rbac shows in the preview, and takes guests, groups and role assignments away", async () => {
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
    await project.writeSettings(stack, withRoles("Security Reader"));
    const preview = stripVTControlCharacters(await project.succeed(["preview", "--stack", stack, "--diff"]));
    assert.match(preview, /model: "rbac" => "governance"/);
    // The SDK warns in a process of its own only.
    const { stdout, exitCode } = await project.pulumi(["preview", "--stack", stack]);
    assert.equal(exitCode, 0, stdout);
    assert.doesNotMatch(stdout, /Undefined value/, "an output that does not apply is omitted");
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
    const { users, groups, ...others } = objectsOf(project, tenantId);
    assert.deepEqual(Object.keys(users), Object.keys(before_.users));
    assert.deepEqual(groups, before_.groups);
    assert.deepEqual((others as Record<string, unknown>)["defenderRoleAssignments"], undefined);
  });

  it("request, invite, request again and accept establish it; each step says whose move is next", async () => {
    const first = await status();
    assert.deepEqual([first.state, first.actor, first.exitCode], ["none", "customerAdministrator", 3]);
    const prepared = await governance("request");
    assert.deepEqual([prepared.result, prepared.exitCode], ["changed", 3]);
    assert.match(prepared.waitsFor ?? "", /npx mssp governance invite/);
    assert.equal((await inBrowser("invite")).result, "changed");
    assert.equal((await governance("invite")).result, "unchanged");
    assert.equal((await status()).state, "invited");
    const sent = await governance("request");
    assert.equal(sent.changes.length, 1, sent.changes.join(" "));
    assert.equal((await governance("request")).result, "unchanged");
    assert.equal((await status()).state, "requested");
    assert.equal(rolesGiven(), 0);
    const accepted = await governance("accept");
    assert.deepEqual(accepted.grants, [
      `members of the MSSP's group SOC Tier 1 (${groupId}) have the directory role Security Reader`,
    ]);
    assert.equal(accepted.exitCode, 0);
    assert.equal(rolesGiven(), 1);
    assert.equal((await governance("accept")).result, "unchanged");
  });

  it("evidence names the people of the governing tenant as a gap", async () => {
    const day = new Date().toISOString().slice(0, 10);
    const period = ["--since", day, "--until", day, "--out", "evidence"];
    const { exitCode, stdout } = await run("evidence", "--stack", stack, ...period, "--json");
    const { gaps } = JSON.parse(stdout) as { gaps: readonly { readonly text: string }[] };
    assert.equal(exitCode, 3);
    assert.equal(
      gaps.filter(({ text }) => text.startsWith("Not looked for: people of the governing tenant")).length,
      1,
    );
    const page = await readFile(path.join(project.folder, "evidence", "index.html"), "utf8");
    assert.match(page, /people of the governing tenant/);
  });

  it("a client without consent, an unknown client and a sign-in that nobody makes: one error, with what to do", async () => {
    const { exitCode, stderr } = await browse([
      "status",
      "--stack",
      stack,
      "--as",
      "customer",
      "--client-id",
      azureCli,
    ]);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^mssp: AADSTS65001: .*\nNobody has consented to TenantGovernance-Relationship\.Read\.All, .* an administrator of the customer's tenant does\.$/m,
    );
    const unknown = "0a0b0c0d-0000-4000-8000-00000000dead";
    const refused = await run("governance", "accept", "--stack", stack, "--client-id", unknown, "--device-code");
    assert.equal(refused.exitCode, 1);
    assert.match(
      refused.stderr,
      /^mssp: AADSTS700016: .*\nThere is no application 0a0b0c0d-\S+ in the customer's tenant/m,
    );
    const wrongSecret = await mssp(["governance", "status", "--stack", stack], {
      folder: project.folder,
      environment: { ...project.environment, ARM_CLIENT_SECRET: "wrong" },
    });
    assert.equal(wrongSecret.exitCode, 1);
    assert.match(
      wrongSecret.stderr,
      /^mssp: Can't sign in to the customer's tenant \S+ as the automation: .*AADSTS7000215: .*\nCheck the credentials/m,
    );
    const nobody = await run("governance", "accept", "--stack", stack);
    assert.equal(nobody.exitCode, 1);
    assert.match(
      nobody.stderr,
      /^mssp: This step needs a signed-in person of the customer's tenant\. Pass --client-id/,
    );
  });

  it("verify and onboard see the relationship, and a setting that it does not fit", async () => {
    const check = async () => {
      const { stdout } = await run("verify", "--stack", stack, "--json");
      const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string; reason: string }[] };
      return checks.find(({ name }) => name === "governance relationship");
    };
    assert.equal((await check())?.state, "passed");
    const { stdout } = await run("status", "--show", "onboarding", "--stack", stack, "--json");
    const { steps } = JSON.parse(stdout) as OnboardingProgress;
    assert.equal(steps.find(({ name }) => name === "governance")?.state, "done");
    await project.writeSettings(stack, withRoles("Security Operator"));
    const differs = await check();
    assert.equal(differs?.state, "failed");
    assert.match(differs.reason, /missing: .*Security Operator; not in the settings: .*Security Reader/);
    await project.writeSettings(stack, withRoles("Security Reader"));
  });

  it("the MSSP asks for the end, the customer ends it, and the template goes", async () => {
    const asked = await governance("terminate", "--as", "mssp");
    assert.deepEqual([asked.result, asked.exitCode], ["changed", 3]);
    assert.equal(rolesGiven(), 1, "until the customer confirms");
    assert.equal((await status()).state, "terminationRequested");
    assert.equal((await governance("terminate", "--as", "customer")).result, "changed");
    assert.equal(rolesGiven(), 0);
    const template = await governance("terminate", "--as", "mssp");
    assert.match(template.changes.join(" "), /Delete the policy template/);
    assert.deepEqual([...project.sandbox.cloud.tenant(msspTenantId).objects("governancePolicyTemplates").keys()], []);
    await project.writeSettings(stack, customer(0x62, { portalAccess: "rbac", analysts: [ana] }));
    const preview = stripVTControlCharacters(await project.succeed(["preview", "--stack", stack, "--diff"]));
    assert.match(preview, /model: "governance" => "rbac"/);
    await project.writeSettings(stack, withRoles("Security Reader"));
  });

  it("destroy leaves the tenant as it was, but for the records of what has ended", async () => {
    await project.succeed(["destroy", "--stack", stack, "--yes", "--skip-preview"]);
    const left = differing(before_, objectsOf(project, tenantId)).map((one) => one.split("/")[0]);
    assert.deepEqual([...new Set(left)].sort(), [
      "governanceInvitations",
      "governanceRelationships",
      "governanceRequests",
    ]);
  });

  it("sends as a person the requests of the ledger", () => {
    const byPersons = project.sandbox.permissionUse.requests().filter((request) => request.endsWith(" by person"));
    assertRequests("mssp governance", { permissionUse: { requests: () => byPersons } }, __filename);
  });
});
