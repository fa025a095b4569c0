/**
 * Client secrets: one leaks on its first day and is replaced, another is renewed after a year while the SIEM goes
 * on reading.
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { fixture } from "@defender-mssp/testkit";
import type { Rotation } from "../../cli/siem/secrets/command";
import { bySecret, ConnectorClient } from "../e2e/connectorClients";
import { createProject, customer, msspOn, objectsOf, single, tenantIdOf } from "../e2e/support";

describe("the rotation of a client secret", () => {
  let stack = "contoso";
  let tenantId = tenantIdOf(0x71);
  const project = fixture(createProject);

  before(async () => {
    await project.writeSettings(stack, customer(0x71, { analysts: [] }));
    await project.succeed(["stack", "init", stack]);
    await up();
  });

  /** The commands have the time of the sandbox's clock. */
  const now = () => ({ MSSP_CLOCK: project.sandbox.cloud.clock.now().toISOString() });
  const up = (...flags: readonly string[]) =>
    project.succeed(["up", "--stack", stack, "--yes", "--skip-preview", ...flags], now());
  /** The moment has whole seconds: a secret of the same second was not made before it. */
  const rotate = async (...args: readonly string[]) => {
    await setTimeout(1000);
    return msspOn(project, ["secrets", "rotate", "--stack", stack, ...args]);
  };

  const settingsFile = () => path.join(project.folder, `Pulumi.${stack}.yaml`);

  /** Operations of a preview on secrets. */
  async function changedSecrets(): Promise<string[]> {
    const { steps } = JSON.parse(await project.succeed(["preview", "--stack", stack, "--json"], now())) as {
      steps: { op: string; urn: string }[];
    };
    const type = "azuread:index/applicationPassword:ApplicationPassword";
    return steps.filter(({ op, urn }) => op !== "same" && urn.includes(type)).map(({ op }) => op);
  }

  const secretNow = async () => String((await project.outputs(stack))["clientSecret"]);

  async function siem(secret: string): Promise<ConnectorClient> {
    const { clientId } = await project.outputs(stack);
    return new ConnectorClient(project, tenantId, String(clientId), bySecret(secret));
  }

  type Password = { readonly keyId: string; readonly startDateTime: string };
  const application = () => single(objectsOf(project, tenantId).applications);
  const passwords = () => application()["passwordCredentials"] as Password[];

  it("rotate without --now: the settings ask for one secret more, and the old one works", async () => {
    const leaked = await secretNow();
    const { exitCode, stdout, stderr } = await rotate("--yes");
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /Run npx pulumi up --stack contoso/);
    assert.match(await readFile(settingsFile(), "utf8"), /renewMadeBefore: "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/);
    assert.deepEqual(await changedSecrets(), ["create"]);
    assert.equal(await secretNow(), leaked);
  });

  it("rotate --now: two valid secrets until the day that it names, and no secret on the screen", async () => {
    const leaked = await secretNow();
    const { exitCode, stdout, stderr } = await rotate("--now", "--yes", "--json");
    assert.equal(exitCode, 0, stderr);
    const rotation = JSON.parse(stdout) as Rotation;
    const fresh = await secretNow();
    assert.notEqual(fresh, leaked);
    for (const secret of [leaked, fresh]) assert.equal(await (await siem(secret)).graph(), "alerts");
    const days = (Date.parse(rotation.overlapEndsOn ?? "") - Date.now()) / 86_400_000;
    assert.ok(rotation.rotated && days > 5 && days <= 7, `${days} days`);
    assert.match(rotation.nextSteps.join("\n"), /npx mssp secrets rotate --stack \S+ --leaked/);
    for (const secret of [leaked, fresh]) assert.ok(!(stdout + stderr).includes(secret));
    assert.deepEqual(await changedSecrets(), [], "once");
  });

  it("the leaked one is revoked by hand, and `up --refresh` and the next `up` keep the new one", async () => {
    const fresh = await secretNow();
    const stored = project.sandbox.cloud.tenant(tenantId).objects("applications").get(String(application()["id"]))!;
    assert.equal(passwords().length, 2);
    const [older] = [...passwords()].sort((a, b) => a.startDateTime.localeCompare(b.startDateTime));
    stored["passwordCredentials"] = passwords().filter(({ keyId }) => keyId !== older?.keyId);
    await up("--refresh");
    assert.equal(await secretNow(), fresh);
    await up();
    assert.equal(await secretNow(), fresh);
    assert.equal(await (await siem(fresh)).graph(), "alerts");
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
      await project.writeSettings(stack, { ...customer(0x71, { analysts: [] }), connector });
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

  it("renewal without a gap: of a year's pulls of alerts, hourly near each change, none fails", async () => {
    // Another customer, whose secret has not leaked.
    [stack, tenantId] = ["tailspin", tenantIdOf(0x75)];
    await project.writeSettings(stack, customer(0x75, { analysts: [] }));
    await project.addStack(stack);
    await up();
    const { clock } = project.sandbox.cloud;
    const first = await secretNow();
    let client = await siem(first);
    let hour = 0;
    const answers = new Map<string, number>();

    /** Time passes, and the SIEM pulls with the secret that it has. */
    async function untilDay(day: number, hours = 1): Promise<void> {
      for (; hour < day * 24; hour += hours) {
        clock.advance(hours * 60 * 60 * 1000);
        const both = [await client.legacySiem("ago=PT1H"), ...(hour % 24 === 0 ? [await client.graph()] : [])];
        for (const answer of both) answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    }

    await untilDay(332, 96);
    await untilDay(334, 24);
    assert.deepEqual(await changedSecrets(), []);
    await untilDay(336);
    assert.deepEqual(await changedSecrets(), ["create"]);
    await up();
    assert.equal(passwords().length, 2);
    const second = await secretNow();
    // The SIEM gets the new secret some days later.
    await untilDay(337);
    await untilDay(342, 24);
    assert.deepEqual(await changedSecrets(), []);
    client = await siem(second);
    await untilDay(344, 6);
    assert.deepEqual(await changedSecrets(), ["delete"]);
    await up();
    assert.equal(passwords().length, 1);
    assert.match(await (await siem(first)).graph(), /^401/);
    await untilDay(345);
    await untilDay(364, 24);
    // Past the end of the first one.
    await untilDay(366);
    assert.deepEqual([...answers.keys()], ["alerts"]);
    assert.ok(answers.get("alerts")! > 200, JSON.stringify([...answers]));
  });
});
