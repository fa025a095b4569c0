/**
 * From `up` to alerts that arrive, and to nothing after `destroy`: the commands of the SIEM
 * engineer on the real engine.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { msspSubscriptionId, msspTenantId, type SandboxProject, fixture } from "@defender-mssp/testkit";
import type { Check } from "@defender-mssp/siem/verify/check";
import type { Ended } from "../cli/mssp";
import { inSession as runMssp } from "../cli/testSession";
import { checkout, createProject, customer, objectsOf, single, TenantHands, tenantIdOf } from "./support";

interface Verified {
  readonly state: "passed" | "failed";
  readonly checks: readonly Check[];
}

describe("the SIEM engineer's commands on the real engine", function () {
  const tenantId = tenantIdOf(5);
  const project = fixture(createProject);
  let clientSecret: string;

  before(async () => {
    await project.writeSettings("contoso", customer(5));
    await project.addStack("contoso");
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    const outputs = await project.outputs("contoso");
    clientSecret = String(outputs["clientSecret"]);
    const host = project.environment["ARM_METADATA_HOSTNAME"];
    assert.equal(outputs["tokenEndpoint"], `https://${host}/${tenantId}/oauth2/v2.0/token`);
  });

  const mssp = (...args: string[]): Promise<Ended> => {
    const { folder, environment } = project;
    return runMssp(args, { folder, environment });
  };

  async function verified(): Promise<Verified & { exitCode: number | undefined }> {
    const { exitCode, stdout, stderr } = await mssp("verify", "--stack", "contoso", "--json");
    assert.equal(stderr, "");
    assert.ok(!stdout.includes(clientSecret));
    return { ...(JSON.parse(stdout) as Verified), exitCode };
  }

  const check = ({ checks }: Verified, name: string) => {
    const found = checks.find((candidate) => candidate.name === name);
    assert.ok(found, `${name} among ${checks.map((one) => one.name).join(", ")}`);
    return found;
  };

  /**
   * `mssp token` as a person uses it: the address that it shows is opened, and where that ends is
   * pasted.
   */
  async function signIn(args: readonly string[], paste: (ended: string) => string = (ended) => ended) {
    const command = spawn(
      process.execPath,
      [path.join(checkout, "cli", "mssp.js"), "token", "--stack", "contoso", ...args],
      { cwd: project.folder, env: project.environment },
    );
    const output = { stdout: "", stderr: "" };
    command.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
    const shown = new Promise<string>((resolve) => {
      command.stderr.on("data", (chunk: Buffer) => {
        output.stderr += chunk.toString();
        const [url] = /https:\/\/127\.0\.0\.1:\S+/.exec(output.stderr) ?? [];
        if (url !== undefined && output.stderr.includes("Paste")) resolve(url);
      });
    });
    const ended = once(command, "close") as Promise<[number]>;
    const url = await Promise.race([shown, ended.then(() => undefined)]);
    if (url !== undefined) await answer(command, url, paste);
    const [exitCode] = await ended;
    return { exitCode, ...output, url: new URL(url ?? "https://none.example") };
  }

  /** The sandbox signs the tenant's first administrator in at once and sends the browser on. */
  async function answer(command: ChildProcess, url: string, paste: (ended: string) => string): Promise<void> {
    const { pathname, search } = new URL(url);
    const response = await fetch(`${project.sandbox.origins.http}${pathname}${search}`, { redirect: "manual" });
    const arguments_ = await readFile(`/proc/${command.pid}/cmdline`, "utf8").catch(() => "");
    assert.ok(!arguments_.includes(clientSecret));
    command.stdin?.end(`${paste(response.headers.get("location") ?? "")}\n`);
  }

  it("verify passes before anybody has signed in", async () => {
    const result = await verified();
    assertNone(result.checks, ({ state }) => state === "failed");
    assert.equal(result.exitCode, 0);
    assert.match(check(result, "alerts from Microsoft Graph").reason, /^200, a page of [1-9]/);
    assert.match(check(result, "alerts from the legacy API").reason, /a page of [1-9]\d*, as the application$/);
    assert.equal(check(result, "refresh token").state, "notChecked");
    assert.equal(check(result, "consent").reason, "SecurityAlert.Read.All (application), Alert.Read (delegated)");
    assert.equal(check(result, "redirect URI").reason, "https://contoso5.example/SiemMsspConnector");
  });

  it("token signs a person in by the registered redirect URI, and keeps the refresh token encrypted", async () => {
    const { exitCode, stdout, stderr, url } = await signIn(["--json"]);
    assert.equal(exitCode, 0, stderr);
    assert.equal(url.pathname, `/${tenantId}/oauth2/v2.0/authorize`);
    assert.equal(url.searchParams.get("redirect_uri"), "https://contoso5.example/SiemMsspConnector");
    assert.equal(url.searchParams.get("prompt"), "select_account");
    assert.equal(url.searchParams.get("code_challenge_method"), "S256");
    assert.ok((url.searchParams.get("state") ?? "").length >= 32);
    const result = JSON.parse(stdout) as { api: string; refreshToken: Record<string, string>; accessToken: object };
    assert.equal(result.api, "legacySiem");
    assert.equal(result.refreshToken["keptIn"], "configuration");
    const lifetime =
      Date.parse(result.refreshToken["expiresOn"] ?? "") - Date.parse(result.refreshToken["issuedOn"] ?? "");
    assert.equal(lifetime / 86_400_000, 90);
    assert.deepEqual(Object.keys(result.accessToken), ["expiresOn"]);

    const kept = (await project.succeed(["config", "get", "--stack", "contoso", "mssp:refreshToken"])).trim();
    assert.ok(kept.length > 100);
    for (const place of [stdout, stderr, await readFile(path.join(project.folder, "Pulumi.contoso.yaml"), "utf8")]) {
      assert.ok(!place.includes(kept), "the refresh token is in the clear");
      assert.ok(!place.includes(clientSecret), "the client secret is in the clear");
    }
  });

  it("the stored refresh token in the configuration changes nothing in the stack", () =>
    project.succeed(["preview", "--stack", "contoso", "--expect-no-changes"]));

  it("verify uses the stored token as the SIEM does", async () => {
    const result = await verified();
    assert.equal(result.exitCode, 0, JSON.stringify(result.checks));
    assert.match(check(result, "refresh token").reason, /^accepted by Entra; expires in (89|90) days/);
    assert.match(check(result, "alerts from the legacy API").reason, /with the refresh token$/);
  });

  it("token --renew replaces the token, here in a file with mode 600", async () => {
    const file = path.join(project.folder, "refresh-token");
    const { exitCode, stderr } = await mssp("token", "--stack", "contoso", "--renew", "--out", file);
    assert.equal(exitCode, 0, stderr);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const configuration = JSON.parse(await project.succeed(["config", "--stack", "contoso", "--json"])) as Record<
      string,
      { value: string }
    >;
    assert.equal(configuration["mssp:refreshToken"], undefined, "left behind");
    assert.equal(configuration["mssp:refreshTokenKeptIn"]?.value, `file:${file}`);
    assert.match(check(await verified(), "refresh token").reason, /^accepted by Entra/);
    const again = await mssp("token", "--stack", "contoso", "--renew");
    assert.equal(again.exitCode, 0, again.stderr);
    assert.match(again.stdout, new RegExp(`Refresh token: kept in file:${file}, valid until `));
  });

  it("token --renew moves the token into the MSSP's key vault and reads it there", async () => {
    const vault = await makeVault(project, "fabrikam-siem");
    const moved = await mssp("token", "--stack", "contoso", "--renew", "--out", vault);
    assert.equal(moved.exitCode, 0, moved.stderr);
    assert.ok(moved.stdout.includes(`Refresh token: kept in ${vault}/secrets/contoso-refresh-token, valid until `));
    assert.match(check(await verified(), "refresh token").reason, /^accepted by Entra/);
    const file = path.join(project.folder, "refresh-token");
    const back = await mssp("token", "--stack", "contoso", "--renew", "--out", file, "--force");
    assert.equal(back.exitCode, 0, back.stderr);
    const none = await mssp("token", "--stack", "contoso", "--renew", "--out", vault.replace("siem", "none"));
    assert.equal(none.exitCode, 1);
    assert.match(none.stderr, /^mssp: .*fabrikam-none/);
    assert.ok(!none.stderr.includes((await readFile(file, "utf8")).trim()));
  });

  it("token refuses the address of another sign-in, an error and another origin", async () => {
    const otherState = await signIn([], (ended) => ended.replace(/state=[^&]*/, "state=other"));
    assert.equal(otherState.exitCode, 1);
    assert.match(otherState.stderr, /^mssp: That address belongs to another sign-in/m);
    const elsewhere = await signIn([], (ended) => ended.replace("contoso5.example", "evil.example"));
    assert.match(elsewhere.stderr, /^mssp: That is not the address where the sign-in ends/m);
    const refused = await signIn([], (ended) => {
      const { origin, pathname, searchParams } = new URL(ended);
      const state = searchParams.get("state") ?? "";
      return `${origin}${pathname}?error=access_denied&error_description=AADSTS53003%3A+blocked&state=${state}`;
    });
    assert.match(refused.stderr, /^mssp: AADSTS53003: blocked\nA Conditional Access policy/m);
    for (const { stdout, stderr } of [otherState, elsewhere, refused]) {
      assert.equal(stdout, "");
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
  });

  it("secrets lists both expiry dates and fails if one is near or past", async () => {
    const at = async (days: number) => {
      const { folder, environment } = project;
      const now = () => new Date(Date.now() + days * 86_400_000);
      const { exitCode, stdout } = await runMssp(["status", "--show", "secrets", "--json"], {
        folder,
        environment,
        now,
      });
      const { stacks } = JSON.parse(stdout) as {
        stacks: Record<"clientSecret" | "refreshToken", { state: string; expired: boolean }>[];
      };
      const [entry] = stacks;
      const short = ({ state, expired } = { state: "none", expired: false }) => (expired ? `${state}, expired` : state);
      return [exitCode, short(entry?.clientSecret), short(entry?.refreshToken)];
    };
    assert.deepEqual(await at(0), [0, "passed", "passed"]);
    assert.deepEqual(await at(61), [1, "passed", "failed"]);
    assert.deepEqual(await at(91), [1, "passed", "failed, expired"]);
    assert.deepEqual(await at(340), [1, "failed", "failed, expired"]);
    assert.deepEqual(await at(366), [1, "failed, expired", "failed, expired"]);
  });

  it("siem-config writes placeholders, secrets on request only, and overwrites files on request only", async () => {
    const out = path.join(project.folder, "splunk");
    const args = ["siem-config", "splunk", "--stack", "contoso", "--out", out, "--api", "legacySiem"];
    const first = await mssp(...args);
    assert.equal(first.exitCode, 0, first.stderr);
    const file = path.join(out, "rest_ta", "local", "inputs.conf");
    assert.match(await readFile(file, "utf8"), /oauth2_client_secret = <client secret of stack contoso>/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await writeFile(file, "mine");
    const second = await mssp(...args, "--show-secrets");
    assert.equal(second.exitCode, 1);
    assert.match(second.stderr, /^mssp: Nothing was written: .*inputs\.conf.*Replace them with --force\.$/);
    assert.equal(await readFile(file, "utf8"), "mine");
    const third = await mssp(...args, "--show-secrets", "--force");
    assert.equal(third.exitCode, 0, third.stderr);
    const kept = (await readFile(path.join(project.folder, "refresh-token"), "utf8")).trim();
    const text = await readFile(file, "utf8");
    assert.ok(text.includes(`oauth2_client_secret = ${clientSecret}\n`));
    assert.ok(text.includes(`oauth2_refresh_token = ${kept}\n`));
    for (const { stdout, stderr } of [first, second, third]) {
      assert.ok(!`${stdout}${stderr}`.includes(clientSecret) && !`${stdout}${stderr}`.includes(kept));
    }
  });

  it("verify names what was removed by hand; token stops before the browser", async () => {
    const hands = new TenantHands(project, tenantId);
    const { applications, siemAuthorizations, servicePrincipals } = objectsOf(project, tenantId);
    const application = single(applications);
    const { clientId } = await project.outputs("contoso");
    await hands.defender("DELETE", `/siemAuthorizations/${String(Object.keys(siemAuthorizations)[0])}`);
    await hands.graph("PATCH", `/v1.0/applications/${String(application["id"])}`, {
      web: { redirectUris: ["https://elsewhere.example/"] },
    });
    const principal = Object.values(servicePrincipals).find(({ appId }) => appId === clientId);
    const assignments = await hands.graph<{ value: { id: string }[] }>(
      "GET",
      `/v1.0/servicePrincipals/${String(principal?.["id"])}/appRoleAssignments`,
    );
    for (const { id } of assignments.value) {
      await hands.graph("DELETE", `/v1.0/servicePrincipals/${String(principal?.["id"])}/appRoleAssignments/${id}`);
    }
    const result = await verified();
    assert.equal(result.exitCode, 1);
    const red = result.checks.filter(({ state }) => state === "failed").map(({ name }) => name);
    assert.deepEqual(red, [
      "alerts from Microsoft Graph",
      "alerts from the legacy API",
      "SIEM authorization",
      "consent",
      "redirect URI",
      "added to the application",
    ]);
    const { exitCode, stderr } = await mssp("token", "--stack", "contoso");
    assert.equal(exitCode, 1);
    assert.match(stderr, /lacks the redirect URI https:\/\/contoso5\.example\/SiemMsspConnector/);
    assert.doesNotMatch(stderr, /oauth2/, "nobody is sent to a sign-in that must fail");
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview", "--refresh"]);
    assert.equal((await verified()).state, "passed");
  });

  it("verify fails after destroy with the reason and leaks nothing", async () => {
    const nothing = /^Stack "contoso" has no outputs: nothing is deployed there/;
    const { clientId } = await project.outputs("contoso");
    await project.succeed(["destroy", "--stack", "contoso", "--yes", "--skip-preview"]);
    const { exitCode, stdout } = await mssp("verify", "--stack", "contoso", "--json");
    assert.equal(exitCode, 1);
    assert.match((JSON.parse(stdout) as { error: { message: string } }).error.message, nothing);
    const token = await mssp("token", "--stack", "contoso", "--client-credentials");
    assert.equal(token.exitCode, 1);
    assert.match(token.stderr.replace(/^mssp: /, ""), nothing);
    assert.ok(!JSON.stringify(objectsOf(project, tenantId)).includes(String(clientId)));
  });
});

/**
 * A key vault in the MSSP's subscription; the automation is Key Vault Secrets Officer there. Its data plane's address.
 */
async function makeVault(project: SandboxProject, name: string): Promise<string> {
  const { https } = project.sandbox.origins;
  const { ARM_CLIENT_ID: clientId = "", ARM_CLIENT_SECRET: clientSecret = "" } = project.environment;
  const answered = await fetch(`${project.sandbox.origins.http}/${msspTenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: clientId,
      client_secret: clientSecret,
      grant_type: "client_credentials",
      scope: "https://management.azure.com/.default",
    }),
  });
  const { access_token: token } = (await answered.json()) as { access_token: string };
  const arm = async (route: string, version: string, body: unknown) => {
    const url = `${project.sandbox.origins.http}/subscriptions/${msspSubscriptionId}/resourceGroups/siem${route}?api-version=${version}`;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(url, { method: "PUT", headers, body: JSON.stringify(body) });
    assert.ok(response.ok, await response.text());
  };
  await arm("", "2024-03-01", { location: "westeurope" });
  await arm(`/providers/Microsoft.KeyVault/vaults/${name}`, "2023-07-01", {
    location: "westeurope",
    properties: {
      tenantId: msspTenantId,
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
      accessPolicies: [],
    },
  });
  return `${https}/keyvault/${name}`;
}

describe("a SIEM authorization that is left to a person", function () {
  const tenantId = tenantIdOf(6);
  const project = fixture(() => createProject({ environment: { MSSP_DEFENDER_ENDPOINT: "" } }));

  before(async () => {
    await project.writeSettings("contoso", customer(6));
    await project.addStack("contoso");
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
  });

  const authorization = async () => {
    const { folder, environment } = project;
    const { exitCode, stdout } = await runMssp(["verify", "--stack", "contoso", "--json"], { folder, environment });
    const { checks } = JSON.parse(stdout) as Verified;
    return { exitCode, ...checks.find(({ name }) => name === "SIEM authorization") };
  };

  it("verify fails with the steps until a person has authorized it, then passes by a read", async () => {
    const { siemAuthorization, clientId } = await project.outputs("contoso");
    assert.equal(siemAuthorization, "manual");
    const before = await authorization();
    assert.equal(before.exitCode, 1);
    assert.equal(before.state, "failed");
    assert.match(before.reason ?? "", /^the legacy alert API refuses the connector\. .*Authorize application/);
    await new TenantHands(project, tenantId).defender("PUT", `/siemAuthorizations/${String(clientId)}`, {
      msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001",
      managedBy: null,
    });
    assert.deepEqual(await authorization(), {
      exitCode: 0,
      name: "SIEM authorization",
      state: "passed",
      reason: "proved by use: the connector read alerts from the legacy alert API",
    });
  });
});
