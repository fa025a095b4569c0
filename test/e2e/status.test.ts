/**
 * `mssp status` on the real engine: a live customer, one whose secret ends soon, one that was off-boarded, one that
 * is not deployed, and one that can't be read. What needs somebody goes to a webhook.
 */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { automationApplicationId, type SandboxProject } from "@defender-mssp/testkit";
import { parse, stringify } from "yaml";
import type { CustomerStatus, StatusReport } from "../../cli/customer/status/customerStatus";
import { mssp as inProcess, type Ended } from "../cli/mssp";
import { inSession } from "../cli/testSession";
import { createProject, customer, tenantIdOf } from "./support";

describe("mssp status, five customers", function () {
  this.timeout(600_000);
  const stacks = ["live", "ending", "left", "new", "unreadable"] as const;
  const numbers = { live: 0x71, ending: 0x72, left: 0x73, new: 0x74, unreadable: 0x75 } as const;
  let project: SandboxProject;
  let webhook: http.Server;
  let url = "";
  let answer: { status: number; location?: string };
  const received: { needs: { stack: string; topic: string }[] }[] = [];
  let elsewhere = 0;

  const objects = (stack: keyof typeof numbers, collection: string) =>
    project.sandbox.cloud.tenant(tenantIdOf(numbers[stack])).objects(collection);

  before(async () => {
    project = await createProject();
    const connector = { alertApis: ["graph"] };
    const short = { type: "secret", days: 20, rotateBeforeDays: 5, overlapDays: 0 };
    for (const stack of stacks) {
      const own = stack === "ending" ? { connector: { ...connector, credential: short } } : { connector };
      await project.writeSettings(stack, customer(numbers[stack], own));
    }
    for (const stack of ["live", "ending", "left"] as const) {
      await project.addStack(stack);
      await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
      for (const user of objects(stack, "users").values())
        if (user["externalUserState"] === "PendingAcceptance") user["externalUserState"] = "Accepted";
    }
    await project.addStack("unreadable");
    const backend = (project.environment["PULUMI_BACKEND_URL"] ?? "").replace(/^file:\/\/|\?.*$/g, "");
    const states = (await readdir(backend, { recursive: true })).filter((file) => file.endsWith("unreadable.json"));
    assert.equal(states.length, 1, states.join());
    await writeFile(path.join(backend, states[0]!), "{");

    webhook = http.createServer((request, response) => {
      if (request.url === "/elsewhere") elsewhere++;
      let body = "";
      request.on("data", (data: Buffer) => (body += data.toString()));
      request.on("end", () => {
        if (answer.status < 300) received.push(JSON.parse(body) as (typeof received)[number]);
        response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location }).end();
      });
    });
    await new Promise<void>((resolve) => webhook.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}`;
    answer = { status: 200 };
  });
  after(async () => {
    webhook.close();
    await project.dispose();
  });

  const run = (...args: readonly string[]): Promise<Ended> => {
    const environment = { ...project.environment, MSSP_NOTIFY_URL: `${url}/planted-webhook-4711` };
    // The threads of a fleet need the compiled command.
    return (args[0] === "fleet" ? inProcess : inSession)(args, { folder: project.folder, environment });
  };

  async function status(...args: readonly string[]) {
    const { exitCode, stdout, stderr } = await run("status", ...args, "--json");
    assert.notEqual(stdout, "", stderr);
    const { customers } = JSON.parse(stdout) as StatusReport;
    const byStack = new Map(customers.map((one) => [one.stack, one]));
    return { exitCode, stderr, customers, of: (stack: string): CustomerStatus => byStack.get(stack)! };
  }

  it("shows the state of each, and one that can't be read stops no other", async () => {
    const refused = await run("offboard", "--stack", "left", "--yes");
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /not read, requires AuditLog\.Read\.All/);
    assert.match(refused.stderr, /^mssp: Nothing was removed: logs were refused.*--without-evidence/m);
    const off = await run("offboard", "--stack", "left", "--yes", "--without-evidence");
    assert.ok([0, 3].includes(off.exitCode ?? 1), off.stdout + off.stderr);
    const { exitCode, customers, of } = await status();
    assert.equal(exitCode, 1);
    assert.deepEqual(
      customers.map(({ stack, state }) => `${stack} ${state}`),
      ["unreadable unreadable", "ending live", "new notDeployed", "live live", "left offboarded"],
      JSON.stringify(customers),
    );
    assert.match(of("unreadable").needs[0]?.text ?? "", /`pulumi stack export` failed for stack "unreadable"/);
    assert.equal(of("ending").nextEnd?.kind, "clientSecret");
    assert.equal(of("ending").needs[0]?.topic, "ends");
    assert.equal(of("new").needs[0]?.who, "platformEngineer");
    assert.equal(of("new").needs[0]?.topic, "onboarding");
    assert.match(of("left").offboarded?.on ?? "", /^\d{4}-\d\d-\d\d$/);
    assert.deepEqual(of("live").needs, []);
    assert.deepEqual(of("live").notChecked, []);
  });

  it("an off-boarded customer whose settings lost the mark is known by the tag of its stack", async () => {
    const file = path.join(project.folder, "Pulumi.left.yaml");
    const text = await readFile(file, "utf8");
    const content = parse(text) as { config: Record<string, unknown> };
    delete content.config["defender-mssp:offboarded"];
    await writeFile(file, stringify(content));
    const { exitCode, of } = await status("--stack", "left");
    await writeFile(file, text);
    assert.deepEqual([exitCode, of("left").state], [0, "offboarded"]);
  });

  it("a lost consent needs the customer's administrator now", async () => {
    const principals = objects("live", "servicePrincipals");
    const automation = [...principals.values()].find(({ appId }) => appId === automationApplicationId)!;
    principals.delete(automation.id);
    const { exitCode, of } = await status("--stack", "live");
    principals.set(automation.id, automation);
    assert.equal(exitCode, 3);
    const [need] = of("live").needs;
    assert.deepEqual([need?.topic, need?.urgency, need?.who], ["consent", "now", "customerAdministrator"]);
    assert.match(need?.next ?? "", /adminconsent\?client_id=/);
  });

  it("drift is what the last fleet preview --drift found, until an up --refresh", async () => {
    for (const group of objects("live", "groups").values()) group["description"] = "by hand";
    const fleet = (...args: readonly string[]) => run("fleet", ...args, "--stack", "live");
    assert.equal((await status("--stack", "live")).of("live").drift.state, "notChecked");
    assert.equal((await fleet("preview", "--drift")).exitCode, 3);
    const drifted = (await status("--stack", "live")).of("live");
    assert.deepEqual([drifted.drift.state, drifted.needs[0]?.topic], ["drifted", "drift"]);
    assert.equal((await status("--offline", "--stack", "live")).of("live").needs[0]?.topic, "drift");
    assert.equal((await fleet("up", "--refresh", "--yes")).exitCode, 0);
    const mended = (await status("--stack", "live")).of("live");
    assert.deepEqual([mended.drift.state, mended.needs], ["clean", []]);
  });

  it("--notify sends each need once; after 500 and a redirect the next run sends again", async () => {
    const notify = () => run("status", "--notify", "--notify-state", "notify.json");
    const failures = [
      { status: 500, message: /The webhook answered 500/ },
      { status: 302, location: `${url}/elsewhere`, message: /a redirect \(302\), which is not followed/ },
    ];
    for (const { message, ...failure } of failures) {
      answer = failure;
      const { exitCode, stdout, stderr } = await notify();
      assert.equal(exitCode, 1);
      assert.match(stderr, message);
      assert.doesNotMatch(stdout + stderr, /planted-webhook/);
      await assert.rejects(readFile(path.join(project.folder, "notify.json")), /ENOENT/);
    }
    assert.equal(elsewhere, 0);
    answer = { status: 200 };
    const { exitCode, stderr } = await notify();
    assert.equal(exitCode, 1, "one customer can't be read");
    assert.match(stderr, /Sent 3 to the webhook in MSSP_NOTIFY_URL/);
    assert.deepEqual(
      received.map(({ needs }) => needs.map(({ stack, topic }) => `${stack} ${topic}`)),
      [["unreadable unreadable", "ending ends", "new onboarding"]],
    );
    assert.match((await notify()).stderr, /Nothing new to send/);
    assert.equal(received.length, 1);
    assert.doesNotMatch(await readFile(path.join(project.folder, "notify.json"), "utf8"), /planted/);
  });
});
