/**
 * `mssp status` on the real engine: a live customer, one whose secret ends soon, one that was off-boarded, one that
 * is not deployed, and one that can't be read. What needs somebody goes to a webhook.
 */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { microsoftGraph } from "@defender-mssp/microsoft";
import {
  addApplication,
  addConsentedServicePrincipal,
  assignAppRole,
  automationApplicationId,
  msspTenantId,
  permitReader,
  type SandboxProject,
} from "@defender-mssp/testkit";
import { parse, stringify } from "yaml";
import type { Certificate } from "../../cli/customer/offboard/certificate";
import type { Rotation } from "../../cli/siem/secrets/command";
import type { CustomerStatus, StatusReport } from "../../cli/customer/status/customerStatus";
import { kinds } from "../../domain/kinds/kinds";
import { permissionsToRead } from "../../domain/prerequisites";
import { mssp as inProcess, type Ended } from "../cli/mssp";
import { inSession } from "../cli/testSession";
import { ben, createProject, customer, TenantHands, tenantIdOf } from "./support";

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

  const run = (...args: readonly string[]): Promise<Ended> => answering(undefined, ...args);

  function answering(answers: readonly unknown[] | undefined, ...args: readonly string[]): Promise<Ended> {
    const environment = {
      ...project.environment,
      MSSP_NOTIFY_URL: `${url}/planted-webhook-4711`,
      MSSP_NOTIFY_STATE: "notify.json",
    };
    const options = { folder: project.folder, environment };
    // The threads of a fleet need the compiled command.
    return args[0] === "fleet"
      ? inProcess(args, options)
      : inSession(args, { ...options, ...(answers && { answers }) });
  }

  /** Everything that the proof of an off-boarding can look at: what the sandbox of the command permits. */
  function permitProof(tenantId: string): void {
    const tenant = project.sandbox.cloud.tenant(tenantId);
    const automation = [...tenant.objects("servicePrincipals").values()].find(
      ({ appId }) => appId === automationApplicationId,
    )!;
    for (const name of ["TenantGovernance-Relationship.Read.All", "DelegatedAdminRelationship.Read.All"])
      assignAppRole(tenant, automation, microsoftGraph.appId, name);
  }

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
    assert.match(refused.stderr, /^mssp: Nothing was removed: logs were refused.*--without evidence/m);
    const off = await run("offboard", "--stack", "left", "--yes", "--without", "evidence");
    assert.ok([0, 3].includes(off.exitCode ?? 1), off.stdout + off.stderr);
    const { exitCode, customers, of } = await status();
    assert.equal(exitCode, 1);
    assertEach(
      customers,
      ({ stack, state }) => `${stack} ${state}`,
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

  it("an off-boarding is proven when the customer has deleted the automation's application, and not before", async () => {
    const doctor = async (): Promise<string> => (await run("doctor", "--stack", "live", "--json")).stdout;
    assert.match(
      await doctor(),
      /optional: requires TenantGovernance-Relationship\.Read\.All\. .* DelegatedAdminRelationship\.Read\.All in the MSSP's own/,
    );
    for (const tenantId of [tenantIdOf(numbers.left), tenantIdOf(numbers.live), msspTenantId]) permitProof(tenantId);
    assert.doesNotMatch(await doctor(), /optional: requires/);
    const prove = async (...more: readonly string[]) => {
      const ended = await run("offboard", "--stack", "left", "--prove", "again", "--yes", "--json", ...more);
      return { ...ended, certificate: JSON.parse(ended.stdout) as Certificate };
    };
    const before = await prove("--language", "de");
    assert.equal(before.exitCode, 3, before.stderr);
    assertEach(
      before.certificate.toConfirm,
      ({ kinds }) => kinds,
      [["automationConsent"]],
      JSON.stringify(before.certificate.toConfirm),
    );
    const folder = path.join(project.folder, "offboard-left");
    assert.match(await readFile(path.join(folder, "certificate.html"), "utf8"), /<html lang="de">/);

    const principals = objects("left", "servicePrincipals");
    const consent = [...principals.values()].find(({ appId }) => appId === automationApplicationId)!;
    // A token lives on when its application is deleted.
    const thief = new TenantHands(project, tenantIdOf(numbers.left));
    await thief.graph("GET", "/v1.0/organization");
    principals.delete(consent.id);
    const file = path.join(folder, "certificate.json");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace('"toConfirm"', '"proven"'));
    const forged = await run("offboard", "--stack", "left", "--prove", "again", "--yes");
    assert.equal(forged.exitCode, 1);
    assert.match(forged.stderr.replaceAll(/\s+/g, " "), /has no certificate that found nothing but its consent/);
    await writeFile(file, text);
    const proveAs = (clientId: string) =>
      inSession(["offboard", "--stack", "left", "--prove", "again", "--yes", "--json"], {
        folder: project.folder,
        environment: { ...project.environment, ARM_CLIENT_ID: clientId },
      });
    const wrong = await proveAs("5ec0de00-0000-4000-8000-00000000dead");
    assert.equal(wrong.exitCode, 1, "an application that does not exist proves nothing");
    const other = "5ec0de00-0000-4000-8000-0000000000aa";
    const { cloud } = project.sandbox;
    const application = { applicationId: other, displayName: "Other", signInAudience: "AzureADMultipleOrgs" } as const;
    addApplication(cloud.tenant(msspTenantId), application);
    addConsentedServicePrincipal(cloud.tenant(msspTenantId), { ...application, homeTenantId: msspTenantId }, {});
    cloud.acceptPassingSecret(project.environment["ARM_CLIENT_SECRET"] ?? "", other);
    const foreign = await proveAs(other);
    assert.equal(foreign.exitCode, 1);
    assert.match(foreign.stderr.replaceAll(/\s+/g, " "), /refuses application 5ec0de00-0000-4000-8000-0000000000aa/);
    const refusedWriter = await prove();
    assert.equal(refusedWriter.exitCode, 3);
    assertEach(
      refusedWriter.certificate.toConfirm,
      ({ what, why }) => `${what.replaceAll(/ \d{4}-\S+ \S+ UTC/g, "")}: ${why}`,
      ["what the automation did from to: it could create access in that time, and nobody looked after it"],
    );
    // The application for previews only reads: it looks, and its end leaves nothing that nobody saw.
    for (const id of [msspTenantId, tenantIdOf(numbers.left)])
      permitReader(cloud.tenant(id), { ...application, homeTenantId: msspTenantId }, permissionsToRead(kinds));
    const proveAsReader = async () => {
      const { exitCode, stdout } = await proveAs(other);
      return { exitCode, certificate: JSON.parse(stdout) as Certificate };
    };
    const planted = await thief.graph<{ id: string }>("POST", "/v1.0/applications", { displayName: "Payroll" });
    const { certificate: robbed } = await proveAsReader();
    assert.match(
      JSON.stringify(robbed.toConfirm),
      /what MSSP Onboarding Automation did from the removal to .*AuditLog/,
    );
    const readerIn = [...principals.values()].find(({ appId }) => appId === other)!;
    assignAppRole(cloud.tenant(tenantIdOf(numbers.left)), readerIn, microsoftGraph.appId, "AuditLog.Read.All");
    const { certificate: logged } = await proveAsReader();
    assert.match(JSON.stringify(logged.toConfirm), /"Payroll\W.*audit log: Add application on .* credentials that/);
    objects("left", "applications").delete(planted.id);
    const { certificate: looked } = await proveAsReader();
    assert.deepEqual([looked.lookedBy?.readsOnly, looked.writing.log], [true, 1]);
    assertEach(
      looked.toConfirm,
      ({ kinds, readsOnly }) => [kinds, readsOnly],
      [[["automationConsent"], true]],
      JSON.stringify(looked.toConfirm),
    );
    const readerConsent = [...principals.values()].find(({ appId }) => appId === other)!;
    principals.delete(readerConsent.id);
    const { exitCode, certificate } = await proveAsReader();
    assert.deepEqual([exitCode, certificate.state, certificate.toConfirm], [0, "proven", []]);
    assert.match(certificate.consentEndedOn ?? "", /^\d{4}-/);
    principals.set(consent.id, consent);
    assert.equal((await prove()).certificate.state, "toConfirm", "the consent is back");
  });

  it("a leaver has access until `up`, and status and the fleet's preview say so", async () => {
    const file = path.join(project.folder, "Pulumi.live.yaml");
    const before = await readFile(file, "utf8");
    const removed = await run("analyst", "remove", ben.email, "--stack", "live", "--yes", "--skip-preview");
    assert.equal(removed.exitCode, 0, removed.stderr);
    assert.match(removed.stderr.replaceAll(/\s+/g, " "), /`npx mssp status` says so\. .* 60 to 90 minutes/);
    const [need] = (await status("--stack", "live")).of("live").needs;
    assert.deepEqual([need?.topic, need?.urgency], ["leaver", "now"]);
    assert.match(need?.text ?? "", new RegExp(`^${ben.displayName} still has access at live`));
    assert.match(need?.next ?? "", /Revoke sessions/);
    const preview = await run("fleet", "preview", "--stack", "live");
    assert.match(preview.stdout.replaceAll(/\s+/g, " "), new RegExp(`${ben.displayName} still has access at live\\.`));
    const up = await run("fleet", "up", "--stack", "live", "--yes");
    assert.doesNotMatch(up.stdout, /still has access/);
    assert.deepEqual((await status("--stack", "live")).of("live").needs, []);
    await writeFile(file, before);
    const [due] = (await status("--stack", "live")).of("live").needs;
    assert.deepEqual([due?.topic, due?.next], ["joiner", "npx mssp fleet up --stack live"]);
    await project.succeed(["up", "--stack", "live", "--yes", "--skip-preview"]);
    for (const user of objects("live", "users").values())
      if (user["externalUserState"] === "PendingAcceptance") user["externalUserState"] = "Accepted";
  });

  it("a leaked secret is leaked until it is deleted, and Entra refuses it then", async () => {
    const secret = async () =>
      (await project.succeed(["stack", "output", "clientSecret", "--show-secrets", "--stack", "live"])).trim();
    const leaked = await secret();
    const rotate = ["secrets", "rotate", "--stack", "live", "--leaked", "--yes"];
    const waiting = await answering([false], ...rotate);
    assert.equal(waiting.exitCode, 1);
    assert.match(waiting.stderr.replaceAll(/\s+/g, " "), /The old secret still works, and `npx mssp status` says so/);
    const [need] = (await status("--stack", "live")).of("live").needs;
    assert.deepEqual([need?.topic, need?.next], ["leakedSecret", "npx mssp secrets rotate --stack live --leaked"]);
    const renewed = await secret();
    assert.notEqual(renewed, leaked);
    const ended = await answering([true], ...rotate, "--json");
    assert.equal(ended.exitCode, 0, ended.stderr);
    const { leak } = JSON.parse(ended.stdout) as Rotation;
    assertEach(leak!.deleted, ({ refused }) => refused, [true]);
    assert.match(leak!.signIns, /not looked at: requires AuditLog\.Read\.All/);
    assert.equal(await secret(), renewed, "the rotation went on, and made no third secret");
    const credentials = [...objects("live", "applications").values()].flatMap(
      ({ passwordCredentials }) => passwordCredentials as unknown[],
    );
    assert.equal(credentials.length, 1);
    for (const text of [leaked, renewed])
      assert.ok(![waiting, ended].some(({ stdout, stderr }) => `${stdout}${stderr}`.includes(text)));
    assert.deepEqual((await status("--stack", "live")).of("live").needs, []);
    await project.succeed(["preview", "--stack", "live", "--refresh", "--expect-no-changes"]);
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
    const notify = () => run("status", "--notify");
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
    assertEach(received, ({ needs }) => needs.map(({ stack, topic }) => `${stack} ${topic}`), [
      ["unreadable unreadable", "ending ends", "new onboarding"],
    ]);
    assert.match((await notify()).stderr, /Nothing new to send/);
    assert.equal(received.length, 1);
    assert.doesNotMatch(await readFile(path.join(project.folder, "notify.json"), "utf8"), /planted/);
  });
});
