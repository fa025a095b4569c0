/** A client secret that leaks on the day on which it was created: replaced, handed over, revoked. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SandboxProject } from "@defender-mssp/testkit";
import type { Rotation } from "../../cli/siem/secrets/registerRotate";
import { inSession } from "../cli/testSession";
import { createProject, customer, tenantIdOf } from "./support";

describe("a client secret that leaks on its first day", () => {
  const stack = "contoso";
  const tenantId = tenantIdOf(0x71);
  let project: SandboxProject;

  before(async () => {
    project = await createProject();
    await project.writeSettings(stack, customer(0x71));
    await project.succeed(["stack", "init", stack]);
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
  });
  after(() => project.dispose());

  const rotate = (...args: readonly string[]) =>
    inSession(["secrets", "rotate", "--stack", stack, ...args], {
      folder: project.folder,
      environment: project.environment,
    });
  const settingsFile = () => path.join(project.folder, `Pulumi.${stack}.yaml`);
  const credentials = async () => {
    const { clientId, clientSecret } = await project.outputs(stack);
    return { clientId: String(clientId), clientSecret: String(clientSecret) };
  };

  /** Whether Entra issues a token for the secret. */
  async function works({ clientId, clientSecret }: Awaited<ReturnType<typeof credentials>>): Promise<boolean> {
    const body = new URLSearchParams({
      ...{ client_id: clientId, client_secret: clientSecret },
      ...{ grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default" },
    });
    const address = `${project.sandbox.origins.http}/${tenantId}/oauth2/v2.0/token`;
    return (await fetch(address, { method: "POST", body })).ok;
  }

  it("rotate without --now previews: one secret more, and the old one works", async () => {
    const leaked = await credentials();
    const { exitCode, stdout, stderr } = await rotate("--yes");
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /Run npx pulumi up --stack contoso/);
    assert.match(await readFile(settingsFile(), "utf8"), /renewMadeBefore: "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/);
    assert.deepEqual(
      (await project.changes(stack))
        .filter(({ op }) => op === "create")
        .map(({ urn }) => urn.split("::")[2]?.split("$").at(-1)),
      ["azuread:index/applicationPassword:ApplicationPassword"],
    );
    assert.deepEqual(await credentials(), leaked);
  });

  it("rotate --now: two valid secrets until the day that it names, and no secret on the screen", async () => {
    const leaked = await credentials();
    const { exitCode, stdout, stderr } = await rotate("--now", "--yes", "--json");
    assert.equal(exitCode, 0, stderr);
    const rotation = JSON.parse(stdout) as Rotation;
    const fresh = await credentials();
    assert.notEqual(fresh.clientSecret, leaked.clientSecret);
    assert.deepEqual([await works(leaked), await works(fresh)], [true, true]);
    const days = (Date.parse(rotation.overlapEndsOn ?? "") - Date.now()) / 86_400_000;
    assert.ok(rotation.rotated && days > 5 && days <= 7, `${days} days`);
    assert.match(rotation.nextSteps.join("\n"), new RegExp(`--id ${fresh.clientId} --key-id`));
    for (const secret of [leaked.clientSecret, fresh.clientSecret]) assert.ok(!(stdout + stderr).includes(secret));
    assert.deepEqual(await project.changes(stack), [], "once");
  });

  it("the step of the list revokes the leaked one, and `up --refresh` keeps the new one", async () => {
    const tenant = project.sandbox.cloud.tenant(tenantId);
    const { clientId } = await credentials();
    const application = [...tenant.objects("applications").values()].find(({ appId }) => appId === clientId);
    const secrets = application?.["passwordCredentials"] as { keyId: string; startDateTime: string }[];
    assert.equal(secrets.length, 2);
    const fresh = await credentials();
    const [older] = [...secrets].sort((a, b) => a.startDateTime.localeCompare(b.startDateTime));
    application!["passwordCredentials"] = secrets.filter(({ keyId }) => keyId !== older?.keyId);
    await project.succeed(["up", "--stack", stack, "--refresh", "--yes", "--skip-preview"]);
    assert.deepEqual(await credentials(), fresh);
    assert.ok(await works(fresh));
  });

  it("refuses a certificate, a federated credential, the MSSP's application and to write unasked", async () => {
    const before = await readFile(settingsFile(), "utf8");
    const federated = { type: "federated", issuer: "https://issuer.example", subject: "siem" };
    const msspApp = { kind: "msspApp", applicationId: "f00dcafe-0000-4000-8000-000000000001", alertApis: ["graph"] };
    const refusals = [
      [{ credential: federated }, /has a federated credential, which has no secret/],
      [msspApp, /is an application of your own tenant/],
    ] as const;
    for (const [connector, message] of refusals) {
      await project.writeSettings(stack, { ...customer(0x71), connector });
      const { exitCode, stderr } = await rotate("--yes");
      assert.equal(exitCode, 1);
      assert.match(stderr, message);
      assert.match(stderr, /Nothing was changed\.$/m);
    }
    await writeFile(settingsFile(), before);
    const unanswered = await rotate();
    assert.match(unanswered.stderr, /Pass --yes/);
    assert.equal(await readFile(settingsFile(), "utf8"), before);
  });
});
