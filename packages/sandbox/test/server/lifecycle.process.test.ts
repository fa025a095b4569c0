import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { FastifyRequest } from "fastify";
import { dump } from "../../src/cloud/dump";
import { TokenRefused } from "../../src/cloud/model";
import {
  isOwn,
  openSandbox,
  readCloud,
  resetSandbox,
  startSandbox,
  type JoinedSandbox,
  type OwnSandbox,
} from "../../src/server";
import { addDaemon, contoso, daemonRequest, get, post, newFolder } from "@defender-mssp/testkit";

describe("the lifecycle of a sandbox", function () {
  let folder = "";
  let home = "";
  beforeEach(() => {
    folder = newFolder();
    home = path.join(folder, "home");
  });

  it("restart: tenants, secrets and tokens stay valid", async () => {
    const first = await startSandbox({ home });
    const daemon = addDaemon(first.cloud);
    const token = `/${contoso}/oauth2/v2.0/token`;
    const before = await post(first, token, daemonRequest(daemon));
    const { variables } = await first.environment();
    const text = dump(first.cloud);
    await first.stop();

    const second = await startSandbox({ home });
    assert.equal(dump(second.cloud), text);
    assert.equal((await post(second, token, daemonRequest(daemon))).status, 200);
    const headers = { authorization: `Bearer ${String(before.body["access_token"])}` };
    const caller = await second.cloud.authenticate({ headers } as FastifyRequest, "graph");
    assert.equal(caller.objectId, daemon.servicePrincipal.id);
    // The automation's secret is new at each start.
    const automation = daemonRequest(daemon, {
      client_id: variables["ARM_CLIENT_ID"],
      client_secret: variables["ARM_CLIENT_SECRET"],
    });
    assert.deepEqual((await post(second, token, automation)).body["error_codes"], [7000215]);
    await second.stop();
  });

  it("a token of a deleted tenant is refused", async () => {
    const first = await startSandbox({ home });
    const daemon = addDaemon(first.cloud);
    const { body } = await post(first, `/${contoso}/oauth2/v2.0/token`, daemonRequest(daemon));
    await first.stop();
    await rm(path.join(home, "cloud", `${contoso}.json`));
    const second = await startSandbox({ home });
    const headers = { authorization: `Bearer ${String(body["access_token"])}` };
    await assert.rejects(
      second.cloud.authenticate({ headers } as FastifyRequest, "graph"),
      (error) => error instanceof TokenRefused && error.reason === "tenant",
    );
    await second.stop();
  });

  it("SIGKILL during writes: no answered change is lost, and the next start works", async () => {
    const { child, origins, variables } = await serveElsewhere(home);
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: variables["ARM_CLIENT_ID"] ?? "",
      client_secret: variables["ARM_CLIENT_SECRET"] ?? "",
      scope: `${origins.https}/.default`,
    });
    const answer = await fetch(`${origins.http}/${contoso}/oauth2/v2.0/token`, { method: "POST", body: form });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const made: string[] = [];
    let isKilled = false;
    const make = async () => {
      while (!isKilled) {
        const response = await fetch(`${origins.http}/v1.0/groups`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify({
            displayName: "g",
            mailEnabled: false,
            mailNickname: `g${Math.random().toString(36).slice(2)}`,
            securityEnabled: true,
          }),
        }).catch(() => undefined);
        // An answer that was cut off in its middle was no answer.
        const group = (await response?.json().catch(() => undefined)) as { id?: string } | undefined;
        if (response?.status === 201 && group?.id !== undefined) made.push(group.id);
      }
    };
    const makers = Array.from({ length: 8 }, make);
    while (made.length < 40) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    isKilled = true;
    await Promise.all(makers);

    const again = await startSandbox({ home });
    const groups = again.cloud.tenant(contoso).objects("groups");
    for (const id of made) assert.ok(groups.has(id), `${id} of ${made.length} was answered and lost`);
    const names = await readdir(path.join(home, "cloud"));
    assert.ok(
      names.every((name) => /^[0-9a-f-]{36}\.json$/.test(name)),
      names.join(" "),
    );
    await again.stop();
  });

  it("readCloud: works with and without a running sandbox and writes nothing", async () => {
    const tenants = [{ tenantId: contoso, displayName: "Contoso" }];
    const before = dump(await readCloud(home, tenants));
    await assert.rejects(readdir(home), /ENOENT/);
    const sandbox = await startSandbox({ home, tenants });
    assert.equal(dump(await readCloud(home, tenants)), before);
    sandbox.cloud.tenant(contoso).objects("groups").set("g", { id: "g" });
    sandbox.cloud.changed();
    await sandbox.cloud.saved();
    assert.notEqual(dump(await readCloud(home)), before);
    sandbox.cloud.tenant(contoso).objects("groups").delete("g");
    sandbox.cloud.changed();
    await sandbox.stop();
    assert.equal(dump(await readCloud(home)), before);
  });

  describe("with a second command", () => {
    let owner: OwnSandbox;
    beforeEach(async () => (owner = await startSandbox({ home })));

    it("startSandbox: a second start is refused with the process ID and the option --home", async () => {
      await assert.rejects(startSandbox({ home }), isVisible(new RegExp(`process ${process.pid}.*--home`, "s")));
      await owner.stop();
    });

    it("openSandbox: joins with the same origins and credentials, and adds its tenants", async () => {
      const tenantId = "11111111-1111-4111-8111-111111111111";
      const joined = asJoined(await openSandbox({ home, tenants: [{ tenantId, displayName: "Joined" }] }));
      assert.deepEqual(joined.origins, owner.origins);
      assert.equal(joined.pid, process.pid);
      const [ours, theirs] = [await owner.environment(), await joined.environment()];
      assert.deepEqual(theirs.variables, ours.variables);
      assert.equal(owner.cloud.tenant(tenantId).objects("organization").get(tenantId)?.["displayName"], "Joined");
      assert.equal(owner.joined, 1);
      await joined.stop();
      await owner.closeToOthers();
      assert.equal(owner.joined, 0);
      await owner.stop();
    });

    it("closeToOthers: waits for joined commands, then refuses new ones", async () => {
      const joined = [asJoined(await openSandbox({ home })), asJoined(await openSandbox({ home }))];
      assert.equal(owner.joined, 2);
      let isClosed = false;
      const closed = owner.closeToOthers().then(() => (isClosed = true));
      await joined[0]?.stop();
      await new Promise((resolve) => setTimeout(resolve, 30));
      assert.ok(!isClosed);
      await joined[1]?.stop();
      await closed;
      const next = openSandbox({ home });
      await new Promise((resolve) => setTimeout(resolve, 120));
      await owner.stop();
      const taken = await next;
      assert.ok(isOwn(taken), "the next command runs the sandbox itself");
      await taken.stop();
    });

    it("a joined command is told when the owner ends", async () => {
      const joined = asJoined(await openSandbox({ home }));
      await owner.stop();
      await joined.ended;
    });

    it("openSandbox: accepts the port of the running sandbox and refuses another", async () => {
      const port = Number(new URL(owner.origins.https).port);
      await assert.rejects(
        openSandbox({ home, port: port === 1024 ? 1025 : 1024 }),
        isVisible(new RegExp(`on port ${port}`)),
      );
      await asJoined(await openSandbox({ home, port })).stop();
      await owner.closeToOthers();
      await owner.stop();
    });

    it("openSandbox: refuses a number of alerts and faults for a running sandbox", async () => {
      const only =
        "can only be given to the command that starts it\\. Stop that one, or choose another folder with --home\\.$";
      for (const [options, named] of [
        [{ alerts: 10 }, "--set alerts"],
        [{ faults: { seed: 1, percent: 10 } }, "--set faults"],
        [{ alerts: 10, faults: { seed: 1, percent: 10 } }, "--set alerts and --set faults"],
      ] as const) {
        await assert.rejects(openSandbox({ home, ...options }), isVisible(new RegExp(`already: ${named} ${only}`)));
      }
      assert.equal(owner.joined, 0);
      await owner.stop();
    });

    it("resetSandbox: refused while a sandbox runs", async () => {
      await assert.rejects(resetSandbox(home), isVisible(/in use by process \d+.*nothing was deleted/s));
      assert.equal((await get(owner, "/metadata/endpoints")).status, 200);
      await owner.stop();
    });
  });

  it("simultaneous starts: exactly one becomes the owner", async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => openSandbox({ home })));
    const owners = all.filter(isOwn);
    assert.equal(owners.length, 1);
    for (const sandbox of all) assert.deepEqual(sandbox.origins, owners[0]?.origins);
    await Promise.all(all.filter((sandbox) => !isOwn(sandbox)).map((sandbox) => sandbox.stop()));
    await owners[0]?.stop();
  });

  it("after an owner was killed, one of several starts takes over", async () => {
    const { child } = await serveElsewhere(home);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    const all = await Promise.all(Array.from({ length: 4 }, () => openSandbox({ home })));
    assert.equal(all.filter(isOwn).length, 1);
    await Promise.all(all.filter((sandbox) => !isOwn(sandbox)).map((sandbox) => sandbox.stop()));
    await all.find(isOwn)?.stop();
    assert.equal((await readdir(home)).filter((name) => name.startsWith("owner.")).length, 1);
  });

  it("a suspended owner keeps the sandbox", async () => {
    const { child } = await serveElsewhere(home);
    child.kill("SIGSTOP");
    const attempt = openSandbox({ home });
    await assert.rejects(attempt, isVisible(new RegExp(`process ${child.pid ?? 0}, which doesn't answer`)));
    child.kill("SIGCONT");
    const joined = asJoined(await openSandbox({ home }));
    await joined.stop();
    await end(child);
  });

  it("a sandbox of another process is joined and ends after that process's command", async () => {
    const { child, origins } = await serveElsewhere(home);
    const joined = asJoined(await openSandbox({ home }));
    assert.deepEqual(joined.origins, origins);
    assert.equal(joined.pid, child.pid);
    child.kill("SIGKILL");
    await joined.ended;
  });

  describe("reset", () => {
    it("reset: deletes the sandbox, damaged or not, and no other file of the folder", async () => {
      await (await startSandbox({ home, tenants: [{ tenantId: contoso }] })).stop();
      await writeFile(path.join(home, "cloud", `${contoso}.json`), "{");
      await writeFile(path.join(home, "notes.txt"), "somebody's");
      assert.equal(await resetSandbox(home), "reset");
      assert.deepEqual(
        (await readdir(home)).filter((name) => !name.startsWith("owner.")),
        ["notes.txt"],
      );
      assert.equal(await resetSandbox(home), "nothing there");
      await (await startSandbox({ home })).stop();
    });

    it("reset: does nothing in a folder without a sandbox", async () => {
      await writeFile(path.join(folder, "state"), "somebody's");
      assert.equal(await resetSandbox(folder), "nothing there");
      assert.equal(await readFile(path.join(folder, "state"), "utf8"), "somebody's");
      assert.equal(await resetSandbox(path.join(folder, "none")), "nothing there");
    });
  });
});

function asJoined(sandbox: OwnSandbox | JoinedSandbox): JoinedSandbox {
  assert.ok(!isOwn(sandbox), "there is an owner already");
  return sandbox;
}

interface Elsewhere {
  readonly child: ChildProcess;
  readonly origins: { https: string; http: string };
  readonly variables: Record<string, string>;
}

async function serveElsewhere(home: string): Promise<Elsewhere> {
  const script = path.join(__dirname, "serve.ts");
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--require", "@defender-mssp/testkit/mocha/compile", script, home],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString()));
    child.once("exit", () => reject(new Error("The sandbox elsewhere has ended.")));
  });
  return { child, ...(JSON.parse(line) as Omit<Elsewhere, "child">) };
}

async function end(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  await new Promise((resolve) => child.once("exit", resolve));
}

function isVisible(message: RegExp) {
  return { name: "VisibleError", message };
}
