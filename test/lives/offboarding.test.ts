/**
 * One customer's life with its three questions: where does the onboarding stand, what did the MSSP
 * do, and is everything gone? One `up`, an interrupted off-boarding, and its continuation.
 */
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { microsoftGraph } from "@defender-mssp/microsoft";
import {
  assignAppRole,
  automationApplicationId,
  azureResources,
  setSwitches,
  type StoredObject,
  subscriptionIdOf,
  jsonText,
  fixture,
} from "@defender-mssp/testkit";
import { parse, stringify } from "yaml";
import type { OnboardingProgress } from "../../cli/access/waiting/progress";
import type { Certificate } from "../../cli/customer/offboard/certificate";
import type { Ended } from "../cli/mssp";
import { ana, ben, createProject, customer, msspOn, objectsOf, TenantHands, tenantIdOf } from "../e2e/support";

const azureCli = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const hostile = "<script>alert(1)</script>";

describe("onboarding, evidence and off-boarding of a customer", function () {
  const stack = "contoso";
  const tenantId = tenantIdOf(0x60);
  const project = fixture(createProject);
  let secret = "";
  /** One of the roles on the workspace, as `up` made it. */
  let sentinelAssignment: StoredObject | undefined;

  before(async () => {
    const notificationRules = [{ name: "SOC", severities: ["High"], recipients: ["soc@fabrikam-security.example"] }];
    project.sandbox.cloud.describedTenant({ tenantId, domain: "contoso96.example" });
    const changes = {
      portalAccess: "rbac",
      notificationRules,
      analysts: [{ ...ana, displayName: hostile }, ben],
      sentinelAccess: {
        subscriptionId: subscriptionIdOf(tenantId),
        resourceGroup: "sentinel",
        workspaceName: "sentinel",
      },
    };
    await project.writeSettings(stack, customer(0x60, changes));
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const [pkcs8, spki] = [
      privateKey.export({ type: "pkcs8", format: "pem" }),
      publicKey.export({ type: "spki", format: "pem" }),
    ];
    await writeFile(path.join(project.folder, "mssp.pem"), pkcs8, { mode: 0o600 });
    await writeFile(path.join(project.folder, "mssp.pub.pem"), spki);
  });

  const signed = ["--sign-with", "mssp.pem"];
  const run = (...args: readonly string[]): Promise<Ended> => msspOn(project, args);

  /** The day of a moment so many days ago, UTC. */
  const day = (daysAgo = 0): string => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);

  /** Of yesterday, too: the test may have begun before midnight. */
  function recentEvidence(folder: string, ...more: readonly string[]): Promise<Ended> {
    return run("evidence", "--stack", stack, "--since", day(1), "--until", day(), "--out", folder, "--json", ...more);
  }

  async function onboarding(): Promise<OnboardingProgress & { exitCode: number | undefined }> {
    const { exitCode, stdout, stderr } = await run("status", "--show", "onboarding", "--stack", stack, "--json");
    assert.notEqual(stdout, "", stderr);
    return { ...(JSON.parse(stdout) as OnboardingProgress), exitCode };
  }

  const automation = (): StoredObject => {
    const principals = [...project.sandbox.cloud.tenant(tenantId).objects("servicePrincipals").values()];
    return principals.find(({ appId }) => appId === automationApplicationId)!;
  };
  const permit = (...names: (keyof typeof microsoftGraph.appRoles)[]): void => {
    for (const name of names)
      assignAppRole(project.sandbox.cloud.tenant(tenantId), automation(), microsoftGraph.appId, name);
  };

  /** An analyst signs in to the tenant, as with the Azure CLI, which redeems the invitation. */
  async function signIn(user: StoredObject): Promise<void> {
    const post = async (route: string, form: Record<string, string>): Promise<Record<string, string>> => {
      const address = `${project.sandbox.origins.http}/${tenantId}/oauth2/v2.0/${route}`;
      return (await (await fetch(address, { method: "POST", body: new URLSearchParams(form) })).json()) as Record<
        string,
        string
      >;
    };
    const scope = "https://graph.microsoft.com/.default";
    const login = { client_id: azureCli, scope, login_hint: jsonText(user["userPrincipalName"]) };
    const { device_code: code = "" } = await post("devicecode", login);
    const grant = {
      client_id: azureCli,
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      device_code: code,
    };
    await post("token", grant);
    assert.ok((await post("token", grant))["access_token"]);
  }

  const guests = (): StoredObject[] =>
    Object.values(objectsOf(project, tenantId).users).filter(({ userType }) => userType === "Guest") as StoredObject[];

  it("before `up`, the platform engineer is next; afterwards the analysts", async () => {
    await project.succeed(["stack", "init", stack]);
    const empty = await onboarding();
    assert.deepEqual([empty.exitCode, empty.next?.name, empty.next?.actor], [3, "up", "platformEngineer"]);
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
    const deployed = await onboarding();
    assert.deepEqual([deployed.exitCode, deployed.next?.name, deployed.next?.actor], [3, "invitations", "analyst"]);
    assert.match(deployed.next?.found ?? "", /^0 of 2 accepted/);
    assert.ok(deployed.manualSteps.length > 0);
    secret = String((await project.outputs(stack))["clientSecret"]);
  });

  it("it is complete when the analysts have signed in; unified RBAC is for a person to confirm", async () => {
    for (const user of guests()) await signIn(user);
    const { exitCode, state, steps } = await onboarding();
    assert.deepEqual([exitCode, state], [0, "complete"], JSON.stringify(steps));
    assertEach(
      steps.filter((one) => one.state === "byHand"),
      ({ name }) => name,
      ["unifiedRbac"],
    );
    assert.equal(steps.find(({ name }) => name === "firstAlert")?.state, "done");
  });

  it("the hand-out is signed, and without a deployment nothing is", async () => {
    const handout = ["report", "--stack", stack, "--for", "customer", "--client-id", automationApplicationId];
    const { exitCode, stderr } = await run(...handout, "--out", "handout/page.html", ...signed);
    assert.equal(exitCode, 0, stderr);
    assert.equal((await run(...handout, "--from-settings", ...signed)).exitCode, 2);
  });

  it("without the consent, the customer's administrator is next", async () => {
    const principals = project.sandbox.cloud.tenant(tenantId).objects("servicePrincipals");
    const kept = automation();
    principals.delete(kept.id);
    const { exitCode, next } = await onboarding();
    principals.set(kept.id, kept);
    assert.deepEqual([exitCode, next?.name, next?.actor], [3, "consent", "customerAdministrator"]);
    assert.match(next?.next ?? "", /adminconsent\?client_id=/);
  });

  it("evidence: without the permissions it names them", async () => {
    const { exitCode, stdout } = await recentEvidence("refused");
    const { gaps } = JSON.parse(stdout) as { gaps: { kind: string; text: string }[] };
    assert.equal(exitCode, 3);
    const refused = gaps.filter(({ kind, text }) => kind === "permission" && !text.startsWith("Not looked for"));
    assert.equal(refused.length, 4);
    assert.match(refused[0]?.text ?? "", /requires AuditLog\.Read\.All/);
  });

  it("evidence: who did what, with hashes, without the client secret, hostile names escaped", async () => {
    permit("AuditLog.Read.All", "Directory.Read.All");
    const { exitCode, stdout, stderr } = await recentEvidence("whole", ...signed);
    const { entries, runs, gaps } = JSON.parse(stdout) as {
      entries: Record<string, number>;
      runs: number;
      gaps: { text: string }[];
    };
    // No log of Microsoft Graph has what analysts do in Microsoft Sentinel.
    assert.equal(exitCode, 3, stdout + stderr);
    assert.equal(gaps.length, 1, stdout);
    assert.match(gaps[0]?.text ?? "", /^Not looked for: analysts in Microsoft Sentinel/);
    assert.equal(runs, 1);
    assert.equal(entries["interactiveSignIns"], 2);
    assert.ok(entries["directoryAudits"]! > 10, JSON.stringify(entries));
    assert.ok(entries["servicePrincipalSignIns"]! > 2, JSON.stringify(entries));
    const folder = path.join(project.folder, "whole");
    const { files } = JSON.parse(await readFile(path.join(folder, "manifest.json"), "utf8")) as {
      files: { name: string; sha256: string }[];
    };
    for (const { name, sha256 } of files)
      assert.equal(
        createHash("sha256")
          .update(await readFile(path.join(folder, name)))
          .digest("hex"),
        sha256,
        name,
      );
    assert.ok(secret.length > 20);
    for (const name of await readdir(folder)) {
      const text = await readFile(path.join(folder, name), "utf8");
      assert.ok(!text.includes(secret), `${name} has the client secret`);
      if (name.endsWith(".html")) assert.ok(!text.includes("<script>alert"), name);
    }
  });

  it("evidence: a tenant without Entra ID P1 shows no sign-ins, and the code of Graph's says why", async () => {
    setSwitches(project.sandbox.cloud.tenant(tenantId), { entraLicence: "free" });
    const period = ["--since", day(10), "--until", day()];
    const { exitCode, stdout } = await run("evidence", "--stack", stack, ...period, "--out", "free");
    setSwitches(project.sandbox.cloud.tenant(tenantId), { entraLicence: "p2" });
    assert.equal(exitCode, 3);
    assert.match(
      stdout,
      /no Microsoft Entra ID P1; Graph answers 403 Authentication_RequestFromNonPremiumTenantOrB2CTenant/,
    );
    assert.match(stdout, /outside of the retention\. The tenant keeps its logs for 7 days/);
  });

  it("off-boarding: nothing is removed without a confirmation", async () => {
    const azure = project.sandbox.cloud.tenant(tenantId).objects(azureResources);
    sentinelAssignment = [...azure.values()].find(({ id }) =>
      id.includes("/resourceGroups/sentinel/providers/Microsoft.Authorization/"),
    );
    const { exitCode, stderr } = await run("offboard", "--stack", stack);
    assert.equal(exitCode, 1);
    assert.match(stderr, /Pass --yes/);
    assert.equal(guests().length, 2);
  });

  it("off-boarding: an interrupted one goes on where it was, with the evidence of the first run", async () => {
    const tenant = project.sandbox.cloud.tenant(tenantId);
    const grants = tenant.objects("appRoleAssignments");
    const role = microsoftGraph.appRoles["User.ReadWrite.All"];
    const [taken] = [...grants.values()].filter(
      ({ principalId, appRoleId }) => principalId === automation().id && appRoleId === role,
    );
    grants.delete(taken!.id);
    permit("User.Read.All");
    const first = await run("offboard", "--stack", stack, "--yes", ...signed);
    assert.equal(first.exitCode, 1, first.stdout);
    assert.match(first.stderr, /run the same command again/);
    const manifest = await readFile(path.join(project.folder, "offboard-contoso", "evidence", "manifest.json"), "utf8");
    assert.ok(guests().length > 0);

    grants.set(taken!.id, taken!);
    const page = path.join(project.folder, "offboard-contoso", "evidence", "index.html");
    const written = await readFile(page);
    await writeFile(page, "");
    const refused = await run("offboard", "--stack", stack, "--yes");
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /index\.html has another hash .* --without record/);
    await writeFile(page, written);
    const second = await run("offboard", "--stack", stack, "--yes", ...signed);
    assert.equal(second.exitCode, 3, second.stdout + second.stderr);
    assert.match(second.stderr, /Continuing the off-boarding/);
    assert.doesNotMatch(second.stderr, /Warning: /);
    assert.match(second.stdout, /No access of Fabrikam Security left in .*that could be looked at/s);
    assert.equal(
      await readFile(path.join(project.folder, "offboard-contoso", "evidence", "manifest.json"), "utf8"),
      manifest,
    );
    const names = await readdir(path.join(project.folder, "offboard-contoso"));
    assert.deepEqual(names.filter((name) => !name.startsWith("certificate.")).sort(), ["evidence", "offboard.json"]);
    assert.ok(names.includes("certificate.dsse.json"));
    assert.deepEqual(guests(), []);
  });

  it("the certificate names every object with its ID, what stays and why, and holds no secret", async () => {
    const folder = path.join(project.folder, "offboard-contoso");
    const certificate = JSON.parse(await readFile(path.join(folder, "certificate.json"), "utf8")) as Certificate;
    assert.deepEqual([certificate.state, certificate.left], ["toConfirm", []]);
    const kinds = new Set(certificate.removed.map(({ kind }) => kind));
    for (const kind of [
      "application",
      "servicePrincipal",
      "group",
      "guest",
      "defenderRole",
      "notificationRule",
      "siemAuthorization",
      "sentinelAssignment",
    ])
      assert.ok(kinds.has(kind), kind);
    assert.equal(certificate.removedParts["client secret"], 1);
    // This identity may not see a governance relationship: that is said, and never "none".
    assert.ok(certificate.toConfirm.some(({ what, why }) => /governance/.test(what) && /not permitted/.test(why)));
    const application = certificate.removed.find(({ kind }) => kind === "application");
    assert.equal(application?.state, "softDeleted");
    assert.ok(certificate.stays.some(({ what, why }) => what.includes(application.id) && why.includes("30 days")));
    assert.ok(certificate.toConfirm.some(({ what }) => what.includes(automation().id)));
    assert.ok(certificate.checks.every(({ command }) => command.startsWith("az rest --method GET")));
    const texts = await Promise.all(
      ["certificate.json", "certificate.html", "offboard.json"].map((name) =>
        readFile(path.join(folder, name), "utf8"),
      ),
    );
    for (const text of texts) assert.ok(!text.includes(secret));
    assert.ok(!texts[1]?.includes("<script>alert"));
    assert.ok((await project.succeed(["stack", "ls"])).includes(stack), "the stack is kept");
  });

  it("what comes back is found: a restored guest and a role on Microsoft Sentinel are left, and the exit code says so", async () => {
    const { removed } = JSON.parse(
      await readFile(path.join(project.folder, "offboard-contoso", "certificate.json"), "utf8"),
    ) as Certificate;
    const guest = removed.find(({ kind }) => kind === "guest");
    await new TenantHands(project, tenantId).graph("POST", `/v1.0/directory/deletedItems/${guest?.id}/restore`);
    const objects = project.sandbox.cloud.tenant(tenantId).objects(azureResources);
    assert.ok(sentinelAssignment);
    objects.set(sentinelAssignment.id.toLowerCase(), sentinelAssignment);
    const { exitCode, stdout } = await run("offboard", "--stack", stack, "--yes", "--json");
    const { state, left } = JSON.parse(stdout) as Certificate;
    assert.deepEqual([exitCode, state], [1, "accessLeft"]);
    for (const id of [guest!.id, sentinelAssignment.id])
      assert.ok(
        left.some(({ what }) => what.includes(id)),
        JSON.stringify(left),
      );
    objects.delete(sentinelAssignment.id.toLowerCase());
  });

  it("with every permission to read, only the consent to the automation is to confirm", async () => {
    permit("TenantGovernance-Relationship.Read.All");
    const home = project.sandbox.cloud.tenant("5ec0de00-5ea1-4000-8000-000000000001");
    const own = [...home.objects("servicePrincipals").values()].find(({ appId }) => appId === automationApplicationId)!;
    assignAppRole(home, own, microsoftGraph.appId, "DelegatedAdminRelationship.Read.All");
    const { stdout } = await run("offboard", "--stack", stack, "--yes", "--json", ...signed);
    const { toConfirm } = JSON.parse(stdout) as Certificate;
    assertEach(toConfirm, ({ what }) => what.replace(/ ".*/, ""), ["consent to the MSSP's automation"]);
  });

  it("hand-out, evidence and certificates are one chain of signed steps, also the certificate that another replaced", async () => {
    const given = path.join(project.folder, "given");
    for (const name of ["whole", "offboard-contoso", "handout"])
      await cp(path.join(project.folder, name), path.join(given, name), { recursive: true });
    const verified = await run(
      "evidence",
      "verify",
      given,
      "--key",
      path.join(project.folder, "mssp.pub.pem"),
      "--json",
    );
    const { chains, problems } = JSON.parse(verified.stdout) as {
      chains: { steps: { kind: string }[] }[];
      problems: unknown;
    };
    assert.deepEqual([verified.exitCode, problems], [3, []], verified.stdout);
    assertEach(chains[0]?.steps, ({ kind }) => kind, ["handout", "evidence", "evidence", "certificate", "certificate"]);
    assert.match(await readFile(path.join(given, "handout/page.html.mail.txt"), "utf8"), /to keep: [0-9a-f]{64}\n$/);
    for (const page of ["handout/page.html", "whole/index.html", "offboard-contoso/certificate.html"])
      assert.match(
        await readFile(path.join(given, page), "utf8"),
        /rewritten by the holder of the key.*securesystemslib/s,
      );
  });

  it("afterwards `up`, `preview` and the fleet refuse; `destroy`, `refresh` and evidence go on", async () => {
    const file = path.join(project.folder, "Pulumi.contoso.yaml");
    const marked = await readFile(file, "utf8");
    // The off-boarding may have been before midnight.
    const [, offboardedOn = ""] = /:offboarded:\n +on: "([\d-]{10})"/.exec(marked) ?? [];
    assert.ok([day(), day(1)].includes(offboardedOn), marked);
    const before = guests().length;
    const refusal = new RegExp(`was off-boarded on ${offboardedOn}.*nothing is granted.*Pulumi\\.contoso\\.yaml`, "s");
    for (const command of [["up", "--yes", "--skip-preview"], ["preview"]]) {
      const { exitCode, stdout, stderr } = await project.run([...command, "--stack", stack]);
      assert.notEqual(exitCode, 0);
      assert.match(`${stdout}${stderr}`.replaceAll(/\s+/g, " "), refusal);
    }
    const named = await run("fleet", "up", "--yes", "--stack", stack);
    assert.equal(named.exitCode, 1, named.stdout);
    assert.match(named.stdout.replaceAll(/\s+/g, " "), refusal);
    assert.match(named.stdout, /Fails again: contoso\. First do what each line above says\./);
    assert.doesNotMatch(named.stdout, /--status failed/);
    const every = await run("fleet", "up", "--yes");
    assert.match(every.stderr, new RegExp(`Off-boarded, and left out: contoso \\(${offboardedOn}\\)`));
    assert.match((await run("status", "--show", "customers")).stdout, new RegExp(`off-boarded ${offboardedOn}`));
    assert.equal(guests().length, before);
    for (const command of ["refresh", "destroy"]) await project.succeed([command, "--stack", stack, "--yes"]);
    assert.notEqual((await recentEvidence("afterwards")).exitCode, 1);
  });

  it("a checkout from before the off-boarding is refused by the stack's tag; without both, `up` grants again", async () => {
    const file = path.join(project.folder, "Pulumi.contoso.yaml");
    const marked = await readFile(file, "utf8");
    await writeFile(file, marked.replace(/ +[\w-]+:offboarded:\n( {4}.*\n)+/, ""));
    const before = guests().length;
    // With a process of its own: it reads the stack's tag.
    const refused = await project.pulumi(["up", "--stack", stack, "--yes", "--skip-preview"]);
    assert.notEqual(refused.exitCode, 0, refused.stdout);
    assert.match(
      `${refused.stdout}${refused.stderr}`,
      /was off-boarded on .*pulumi stack tag rm defender-mssp:offboarded --stack contoso/s,
    );
    assert.equal(guests().length, before);
    await project.succeed(["stack", "tag", "rm", "defender-mssp:offboarded", "--stack", stack]);
    // The restored guest is in no state: `up` prints the line that names it.
    const stopped = await project.run(["up", "--stack", stack, "--yes", "--skip-preview"]);
    assert.notEqual(stopped.exitCode, 0, stopped.stdout);
    const [, email = "", objectId = ""] = /- \{ email: (\S+), .*objectId: (\S+) \}/.exec(stopped.stdout) ?? [];
    const settings = parse(await readFile(file, "utf8")) as { config: Record<string, unknown> };
    const analysts = settings.config["defender-mssp:analysts"] as { email: string }[];
    settings.config["defender-mssp:analysts"] = analysts.map((analyst) =>
      analyst.email === email ? { ...analyst, objectId } : analyst,
    );
    await writeFile(file, stringify(settings));
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
    assert.equal(guests().length, 2);
  });
});
