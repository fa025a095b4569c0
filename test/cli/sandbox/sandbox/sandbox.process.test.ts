/** The command `mssp sandbox`, started as a process. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { runningSandbox, stopSandbox, switches } from "@defender-mssp/sandbox";
import { contoso, newFolder } from "@defender-mssp/testkit";
import { checkout } from "../../mssp";
import { inSession } from "../../testSession";

// The compiled command that `cli/mssp.js` starts. `npm test` builds it before the tests run.
const command = path.join(checkout, "dist", "cli", "main.js");

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe("mssp sandbox", function () {
  let folder = "";
  let home = "";
  const children = new Set<ChildProcess>();
  beforeEach(() => {
    folder = newFolder();
    home = path.join(folder, "home");
  });
  afterEach(async () => {
    for (const child of children) child.kill("SIGKILL");
    await stopSandbox(home, { force: true }).catch(() => undefined);
  });

  /** Starts `mssp sandbox …` in the temporary folder. */
  function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [command, "sandbox", ...args], {
      cwd: folder,
      env: { ...process.env, MSSP_SANDBOX_HOME: home, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.add(child);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise<Ended>((resolve) =>
      child.once("close", (code, signal) => {
        children.delete(child);
        resolve({ code, signal, stdout, stderr });
      }),
    );
    const says = async (pattern: RegExp) => {
      const until = Date.now() + 240_000;
      while (!pattern.test(stdout + stderr)) {
        assert.ok(Date.now() < until && child.exitCode === null, `waited for ${String(pattern)}:\n${stdout}${stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    return { child, ended, says };
  }
  const run = (...args: string[]) => start(args).ended;
  /** `mssp sandbox …` in this process: for what starts no command. */
  async function ask(...args: string[]): Promise<Omit<Ended, "signal">> {
    const options = { folder, environment: { MSSP_SANDBOX_HOME: home } };
    const { exitCode, stdout, stderr } = await inSession(["sandbox", ...args], options);
    const whole = (text: string) => (text === "" ? "" : `${text}\n`);
    return { code: exitCode ?? 0, stdout: whole(stdout), stderr: whole(stderr) };
  }
  const node = (script: string) => [process.execPath, "-e", script];

  /** A command that prints `said` and runs until `release`: no test depends on how long a start takes. */
  function held(name: string, said = `"${name}"`, exitCode = 0) {
    const file = path.join(folder, `release-${name}`);
    const isReleased = `require("node:fs").existsSync(${JSON.stringify(file)})`;
    const script = `console.log(${said}); setInterval(() => { if (${isReleased}) process.exit(${exitCode}); }, 20)`;
    return { command: node(script), release: () => writeFile(file, "") };
  }

  it("run: the command gets the sandbox's environment; its exit code and output are passed on", async () => {
    const script = `
      fetch(process.env.MSSP_DEFENDER_ENDPOINT + "/metadata/endpoints").then(async (answer) => {
        const { microsoftGraphResourceId } = await answer.json();
        console.log(microsoftGraphResourceId === process.env.MSSP_DEFENDER_ENDPOINT, process.argv[1]);
        process.exit(7);
      });`;
    const { code, stdout, stderr } = await run("run", "--", ...node(script), "an argument");
    assert.deepEqual([code, stdout, stderr], [7, "true an argument\n", ""]);
  });

  it("run: options after the command belong to the command, with and without --", async () => {
    for (const dashes of [["--"], []]) {
      const { code, stdout } = await run(
        "run",
        "--home",
        home,
        ...dashes,
        "printf",
        "%s|",
        "--stack",
        "dev",
        "--home",
        "x",
      );
      assert.deepEqual([code, stdout], [0, "--stack|dev|--home|x|"]);
    }
  });

  it("run: ends by the same signal as its command; 137 after SIGKILL", async () => {
    assert.equal((await run("run", "--", "sh", "-c", "kill -TERM $$")).signal, "SIGTERM");
    assert.equal((await run("run", "--", "sh", "-c", "kill -KILL $$")).code, 137);
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`run: passes ${signal} to the command once and waits until the command ends`, async () => {
      const script = `
        let count = 0;
        process.on("${signal}", () => { count++; setTimeout(() => { console.log("got", count); process.exit(5); }, 300); });
        console.log("ready");
        setInterval(() => {}, 1000);`;
      const { child, ended, says } = start(["run", "--", ...node(script)]);
      await says(/ready/);
      child.kill(signal);
      const { code, stdout } = await ended;
      assert.deepEqual([code, stdout], [5, "ready\ngot 1\n"]);
    });
  }

  it("run: exit code 127 for a missing command, 126 for one that is not executable, 2 for none", async () => {
    const missing = await run("run", "--", "no-such-command");
    assert.deepEqual([missing.code, missing.stderr], [127, 'mssp: The command "no-such-command" was not found.\n']);
    const file = path.join(folder, "file");
    await writeFile(file, "#!/bin/sh\n");
    const denied = await run("run", "--", file);
    assert.equal(denied.code, 126);
    assert.match(denied.stderr, /permission denied/);
    const none = await ask("run");
    assert.equal(none.code, 2);
    assert.match(none.stderr, /a command is required: npx mssp sandbox run -- <command\.\.\.>/);
    assert.match((await run("run", "--", "pulumi-nonesuch")).stderr, /was not found/);
  });

  it("run, serve, dump: a port in use, a file as home and damaged data are each reported in one line", async () => {
    const oneLine = async (...args: string[]) => {
      const { code, stderr } = await ask(...args);
      assert.equal(code, 1);
      assert.match(stderr, /^mssp: [^\n]+\n$/);
      return stderr;
    };
    const other = http.createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const port = String((other.address() as AddressInfo).port);
    assert.match(await oneLine("run", "--port", port, "--", "true"), new RegExp(`Port ${port} .* in use`));
    other.close();
    await writeFile(path.join(folder, "file"), "");
    assert.match(await oneLine("run", "--home", "file/home", "--", "true"), /not a folder/);
    assert.match(await oneLine("serve", "--home", "file"), /there is a file where a folder is needed/);
    assert.equal((await run("run", "--", "true")).code, 0);
    const [tenant = ""] = await readdir(path.join(home, "cloud"));
    await writeFile(path.join(home, "cloud", tenant), "{");
    for (const args of [["run", "--", "true"], ["dump"], ["serve"]]) {
      assert.match(await oneLine(...args), /is damaged.*mssp sandbox reset/);
    }
    assert.equal((await ask("reset")).stderr, `mssp: The sandbox in ${home} is deleted.\n`);
    assert.equal((await run("run", "--", "true")).code, 0);
  });

  it("run: invalid option values are usage errors with exit code 2", async () => {
    for (const args of [
      ["--port", "http"],
      ["--port", "0"],
      ["--port", "65536"],
      ["--plugins", "mine"],
      ["--nonesuch"],
    ]) {
      const { code, stderr } = await ask("run", ...args, "--", "true");
      assert.equal(code, 2, args.join(" "));
      assert.match(stderr, /^error: /);
      assert.ok(!stderr.includes("    at "));
    }
  });

  it("tenant: --help names each switch with its values", async () => {
    const { stdout } = await ask("tenant", "--help", "--all");
    const help = stdout.replace(/\s+/g, " ");
    for (const [name, values] of Object.entries(switches))
      assert.ok(help.includes(`${name}=${values.join("|")}`), name);
  });

  it("run, serve, dump, reset: --help shows an example", async () => {
    for (const [name, text] of [
      ["run", "npx pulumi preview --stack dev --expect-no-changes"],
      ["serve", "sandbox.env"],
      ["dump", "diff before.json"],
      ["reset", "--home <folder>"],
    ] as const) {
      const { code, stdout } = await ask(name, "--help", "--all");
      assert.equal(code, 0);
      assert.ok(stdout.includes(text), stdout);
    }
  });

  it("run: PULUMI_HOME is in the sandbox, and a nested run joins the same sandbox", async () => {
    const script = `
      const { spawnSync } = require("node:child_process");
      const nested = [${JSON.stringify(command)}, "sandbox", "run", "--", process.execPath, "-p", "process.env.PULUMI_HOME"];
      const inner = spawnSync(process.execPath, nested, { encoding: "utf8" });
      console.log(process.env.PULUMI_HOME);
      process.stdout.write(inner.stdout + inner.stderr);`;
    const { stdout } = await run("run", "--", ...node(script));
    const [outer, inner, joined] = stdout.split("\n");
    assert.equal(outer, path.join(home, "pulumi", "stand-in"));
    assert.equal(inner, outer);
    assert.match(joined ?? "", /^mssp: Joined the sandbox in .* that process \d+ runs\.$/);
  });

  it("run: a second run joins; the first says that it waits and stops after the last one", async () => {
    const [one, other] = [held("first"), held("second", `"second", process.env.ARM_METADATA_HOSTNAME`, 3)];
    const first = start(["run", "--", ...one.command]);
    await first.says(/first/);
    const second = start(["run", "--", ...other.command]);
    await second.says(/second 127/);
    await one.release();
    await first.says(/Another command uses this sandbox: waiting/);
    await other.release();
    assert.equal((await second.ended).code, 3);
    assert.equal((await first.ended).code, 0);
  });

  it("run: a joining run refuses alerts and reports that --log has no effect", async () => {
    const { command: waits, release } = held("first");
    const first = start(["run", "--", ...waits]);
    await first.says(/first/);
    const refused = await ask("run", "--set", "alerts=10", "--", ...node("console.log('ran')"));
    assert.deepEqual([refused.code, refused.stdout], [1, ""]);
    assert.match(refused.stderr, /^mssp: The sandbox in .* already: --set alerts can only be given to .*\n$/);
    const logged = await run("run", "--log", "--", ...node("console.log('ran')"));
    assert.deepEqual([logged.code, logged.stdout], [0, "ran\n"]);
    assert.match(logged.stderr, /^mssp: Its requests are not logged here: --log is for the command that starts/m);
    await release();
    assert.equal((await first.ended).code, 0);
  });

  it("run: SIGINT while it waits stops the sandbox at once, and the joined run is told", async () => {
    const [one, other] = [held("first"), held("second")];
    const first = start(["run", "--", ...one.command]);
    await first.says(/first/);
    const second = start(["run", "--", ...other.command]);
    await second.says(/second/);
    await one.release();
    await first.says(/waiting/);
    first.child.kill("SIGINT");
    assert.equal((await first.ended).code, 0);
    await second.says(/The sandbox that process \d+ ran has stopped/);
    await other.release();
    assert.equal((await second.ended).code, 0);
  });

  it("serve: prints the environment as shell commands or JSON and runs until a signal", async () => {
    const shell = start(["serve"], { ARM_TENANT_ID: "real" });
    await shell.says(
      /The sandbox is up at https:\/\/127\.0\.0\.1:\d+\. To stop it: Ctrl-C, or from another shell: kill \d+$/m,
    );
    const json = start(["serve", "--json"]);
    await json.says(/Joined/);
    await json.says(/is up/);
    json.child.kill("SIGTERM");
    const { variables } = JSON.parse((await json.ended).stdout) as { variables: Record<string, string> };
    shell.child.kill("SIGINT");
    const { code, stdout } = await shell.ended;
    assert.equal(code, 0);
    const file = path.join(folder, "sandbox.env");
    await writeFile(file, stdout);
    const script = `. ${file}; echo "$ARM_CLIENT_SECRET|$MSSP_SANDBOX_HOME|\${ARM_TENANT_ID-none}"`;
    const sourced = spawn("sh", ["-c", script], { env: { ARM_TENANT_ID: "real" } });
    let text = "";
    sourced.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await new Promise((resolve) => sourced.once("close", resolve));
    assert.equal(text, `${variables["ARM_CLIENT_SECRET"] ?? ""}|${home}|none\n`);
  });

  it("env: has the plugin set of the server that runs, unless --plugins names another", async () => {
    assert.equal((await start(["serve", "--detach", "--plugins", "official"]).ended).code, 0);
    const homeOf = async (...args: string[]) => {
      const { variables } = JSON.parse((await ask("env", "--json", ...args)).stdout) as {
        variables: Record<string, string>;
      };
      return path.relative(home, variables["PULUMI_HOME"] ?? "");
    };
    assert.equal(await homeOf(), path.join("pulumi", "official"));
    assert.equal(await homeOf("--plugins", "stand-in"), path.join("pulumi", "stand-in"));
    await ask("stop");
  });

  it("serve --detach: returns when the server is up; env gives its environment to a shell; stop ends it", async () => {
    const first = await start(["serve", "--detach", "--json", "--set", "asOf=2090-01-01"], { ARM_TENANT_ID: "real" })
      .ended;
    const { started, pid, https } = JSON.parse(first.stdout) as { started: boolean; pid: number; https: string };
    assert.deepEqual([first.code, started], [0, true]);
    const second = await ask("serve", "--detach");
    assert.deepEqual([second.code, second.stdout], [0, ""]);
    assert.match(second.stderr, new RegExp(`is up already at ${https} \\(process ${pid}\\)`));
    const refused = await ask("serve", "--detach", "--set", "faults=7", "asOf=2027-02-01", "--port", "9");
    assert.deepEqual([refused.code, refused.stdout], [1, ""]);
    assert.match(refused.stderr, /--set faults and --set asOf and --port can only be given at its start/);

    const script = `eval "$("$0" "$1" sandbox env)"; "$0" -e "$2"; echo "\${ARM_TENANT_ID-none}|$ARM_CLIENT_SECRET"`;
    const asks = `fetch(process.env.MSSP_DEFENDER_ENDPOINT + "/metadata/endpoints").then(({ status }) => console.log(status))`;
    const shell = spawn("sh", ["-c", script, process.execPath, command, asks], {
      cwd: folder,
      env: { ...process.env, MSSP_SANDBOX_HOME: home, ARM_TENANT_ID: "real" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.add(shell);
    let printed = "";
    shell.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    await once(shell, "close");
    const { variables } = JSON.parse((await ask("env", "--json")).stdout) as { variables: Record<string, string> };
    assert.match(variables["MSSP_CLOCK"] ?? "", /^\+\d+s$/);
    assert.equal(printed, `200\nnone|${variables["ARM_CLIENT_SECRET"]}\n`);
    assert.ok(!(await readFile(path.join(home, "serve.log"), "utf8")).includes(variables["ARM_CLIENT_SECRET"]!));

    const stopped = await ask("stop");
    assert.deepEqual(
      [stopped.code, stopped.stderr],
      [0, `mssp: The sandbox in ${home} is stopped (process ${pid}).\n`],
    );
    assert.equal((await ask("stop")).stderr, `mssp: No sandbox runs in ${home}.\n`);
    const none = await ask("env");
    assert.deepEqual([none.code, none.stdout], [1, ""]);
    assert.match(none.stderr, /No sandbox runs in .* npx mssp sandbox serve --detach$/m);
  });

  it("serve --detach: the file of a killed server is none; a start that fails says why", async () => {
    const { pid } = JSON.parse((await run("serve", "--detach", "--json")).stdout) as { pid: number };
    process.kill(pid, "SIGKILL");
    while ((await runningSandbox(home)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal((await ask("stop")).stderr, `mssp: No sandbox runs in ${home}.\n`);
    const again = JSON.parse((await run("serve", "--detach", "--json")).stdout) as { started: boolean; pid: number };
    assert.ok(again.started && again.pid !== pid);
    await stopSandbox(home);
    const [tenant = ""] = await readdir(path.join(home, "cloud"));
    await writeFile(path.join(home, "cloud", tenant), "{");
    const damaged = await run("serve", "--detach");
    assert.deepEqual([damaged.code, damaged.stdout], [1, ""]);
    assert.match(damaged.stderr, /^mssp: [^\n]+ is damaged[^\n]+\n$/);
  });

  it("stop: refuses the sandbox of a `run`, and one that is in use unless --force is given", async () => {
    const [one, other] = [held("first"), held("second")];
    const first = start(["run", "--", ...one.command]);
    await first.says(/first/);
    for (const args of [
      ["stop", "--force"],
      ["serve", "--detach"],
    ]) {
      const refused = await ask(...args);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, new RegExp(`rocess ${first.child.pid} .*for its own command`));
    }
    await one.release();
    assert.equal((await first.ended).code, 0);
    const served = start(["serve"]);
    await served.says(/is up/);
    const second = start(["run", "--", ...other.command]);
    await second.says(/second/);
    const inUse = await ask("stop");
    assert.deepEqual([inUse.code, inUse.stderr.includes("Another command uses this sandbox")], [1, true]);
    assert.equal((await ask("stop", "--force")).code, 0);
    assert.equal((await served.ended).code, 0);
    await other.release();
    await second.ended;
  });

  it("clock: shows, moves and resets the server's clock; other arguments are usage errors", async () => {
    const served = start(["serve"]);
    await served.says(/is up/);
    const clock = async (...args: string[]) =>
      JSON.parse((await ask("clock", "--json", ...args)).stdout) as { now: string; aheadSeconds: number };
    assert.equal((await clock()).aheadSeconds, 0);
    assert.equal((await clock("+P90D")).aheadSeconds, 90 * 86_400);
    assert.match((await clock("2030-01-31")).now, /^2030-01-31T00:00:/);
    assert.match((await ask("clock")).stdout, /^2030-01-31T\S+ \(\d+ seconds ahead of the machine's time\)\n$/);
    const early = await ask("clock", "1999-01-01");
    assert.deepEqual([early.code, early.stdout], [1, ""]);
    assert.match(early.stderr, /from 2000-01-01 to 2099-12-31/);
    await clock("reset");
    await clock("+P3D");
    const shown = async () => (await run("run", "--", process.execPath, "-p", "process.env.MSSP_CLOCK")).stdout;
    assert.equal(await shown(), "+259200s\n");
    assert.match((await ask("env")).stdout, /MSSP_CLOCK='?\+259200s/);
    assert.equal((await clock("reset")).aheadSeconds, 0);
    assert.equal(await shown(), "undefined\n");
    const wrong = [["+90"], ["tomorrow"], ["reset", "+P1D"]];
    const ends = await Promise.all(wrong.map((args) => ask("clock", ...args)));
    assertEach(ends, ({ code }) => code, [2, 2, 2]);
    served.child.kill("SIGINT");
    await served.ended;
  });

  it("permissions: over several runs, those that requests have needed; reset starts anew", async () => {
    const reads = (path: string) => `
      const { ARM_CLIENT_ID, ARM_CLIENT_SECRET, MSSP_DEFENDER_ENDPOINT: server } = process.env;
      const body = new URLSearchParams({
        grant_type: "client_credentials",
        client_id: ARM_CLIENT_ID,
        client_secret: ARM_CLIENT_SECRET,
        scope: "https://graph.microsoft.com/.default",
      });
      const signIn = fetch(server + "/${contoso}/oauth2/v2.0/token", { method: "POST", body });
      signIn.then((answer) => answer.json()).then(({ access_token }) =>
        fetch(server + "/v1.0${path}", { headers: { authorization: "Bearer " + access_token } }));`;
    await run("run", "--", ...node(reads("/groups")));
    await run("run", "--", ...node(reads("/domains")));
    const listed = await ask("dump", "--permissions", "--tenant", contoso);
    assert.equal(listed.code, 0);
    const text = stripVTControlCharacters(listed.stdout);
    assert.match(text, /^ {4}used +Domain\.Read\.All +Microsoft Graph +1 +GET \/domains$/m);
    assert.match(text, /^ {4}used +Group\.ReadWrite\.All .* GET \/groups$/m);
    assert.match(text, /^ {4}unused +User\.ReadWrite\.All +Microsoft Graph/m);
    assert.equal((await ask("reset", "--permissions")).code, 0);
    const { tenants } = JSON.parse((await ask("dump", "--permissions", "--json")).stdout) as {
      tenants: { identities: { permissions: { used: boolean }[] }[] }[];
    };
    const all = tenants.flatMap(({ identities }) => identities.flatMap(({ permissions }) => permissions));
    assert.ok(all.length > 0 && all.every(({ used }) => !used));
    assert.equal((await ask("dump", "--permissions", "--tenant", "00000000-0000-4000-8000-000000000009")).code, 1);
  });

  it("dump --tenant: that tenant alone; an unknown one is an error that lists the tenants", async () => {
    await run("run", "--", "true");
    const all = JSON.parse((await ask("dump")).stdout) as Record<string, unknown>;
    const [known = ""] = Object.keys(all);
    assert.deepEqual(JSON.parse((await ask("dump", "--tenant", known)).stdout), { [known]: all[known] });
    const unknown = await ask("dump", "--tenant", contoso);
    assert.deepEqual([unknown.code, unknown.stdout], [1, ""]);
    assert.ok(unknown.stderr.includes(`no tenant ${contoso}. It has ${known}`), unknown.stderr);
  });

  it("dump: same output before, during and after a run, with the tenants of the stack files", async () => {
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: p\n");
    await writeFile(
      path.join(folder, "Pulumi.dev.yaml"),
      `config:\n  p:tenantId: ${contoso}\n  p:customerName: Cont & Oso\n`,
    );
    const before = await ask("dump");
    assert.equal(before.code, 0);
    assert.ok(before.stdout.includes("Cont & Oso") && before.stdout.endsWith("}\n"));
    const served = start(["serve"]);
    await served.says(/is up/);
    assert.equal((await ask("dump")).stdout, before.stdout);
    served.child.kill("SIGINT");
    await served.ended;
    assert.equal((await ask("dump")).stdout, before.stdout);
    const deleted = JSON.parse((await ask("dump", "--deleted")).stdout) as Record<string, { deleted: unknown }>;
    assert.deepEqual(deleted[contoso]?.deleted, {});
    assert.ok(!before.stdout.includes("secretHashes"));
  });

  it("dump: a closed pipe ends it silently; a full disk is reported with exit code 1", async () => {
    const gone = start(["dump"]);
    gone.child.stdout.destroy();
    assert.deepEqual(await gone.ended, { code: 0, signal: null, stdout: "", stderr: "" });

    const full = spawn("sh", ["-c", '"$0" "$1" sandbox dump > /dev/full', process.execPath, command], {
      cwd: folder,
      env: { ...process.env, MSSP_SANDBOX_HOME: home },
      stdio: ["ignore", "ignore", "pipe"],
    });
    children.add(full);
    let said = "";
    full.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(full, "close")) as [number];
    children.delete(full);
    assert.equal(code, 1);
    assert.match(said, /^mssp: Standard output can't be written: .*no space left.*\n$/);
  });

  it("run: uses at most two seconds of processor time, on the first start and the next", async () => {
    // `times` prints user and system time of the shell, then those of its children. Time on the
    // clock depends on what else runs.
    const script = '"$0" "$1" sandbox run -- true && times';
    for (let count = 0; count < 2; count++) {
      const shell = spawn("sh", ["-c", script, process.execPath, command], {
        cwd: folder,
        env: { ...process.env, MSSP_SANDBOX_HOME: home },
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.add(shell);
      let printed = "";
      shell.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
      await once(shell, "close");
      children.delete(shell);
      const [, ofChildren = ""] = printed.trim().split("\n");
      const seconds = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => Number(m) * 60 + Number(s));
      assert.equal(seconds.length, 2, printed);
      assert.ok(seconds[0]! + seconds[1]! < 2, printed);
    }
  });

  it("run: --log writes each request to stderr", async () => {
    const script = `fetch(process.env.MSSP_DEFENDER_ENDPOINT + "/metadata/endpoints").then(() => {})`;
    const { stdout, stderr } = await run("run", "--log", "--", ...node(script));
    assert.equal(stdout, "");
    assert.match(stderr, /^GET \/metadata\/endpoints 200 \d+ ms\n$/);
  });

  it("run: --plugins official prints name and version of each plugin", async () => {
    await mkdir(path.join(folder, "user"));
    const { ended } = start(["run", "--plugins", "official", "--", "true"], {
      HOME: path.join(folder, "user"),
      PULUMI_HOME: "",
    });
    const { code, stderr } = await ended;
    assert.equal(code, 0);
    const plugins = [...stderr.matchAll(/^mssp: official plugin (\S+ [\d.]+): ./gm)].map(([, plugin]) => plugin);
    assert.deepEqual(plugins.sort(), ["azure-native 3.28.0", "azuread 6.9.1", "random 4.21.2"]);
  });

  it("run: afterwards the home has only the persistent files", async () => {
    await run("run", "--", "true");
    assert.deepEqual((await readdir(home)).sort(), [
      "cloud",
      "keys",
      "owner.1.json",
      "pulumi",
      "sandbox.json",
      "state",
    ]);
    assert.match(await readFile(path.join(home, "sandbox.json"), "utf8"), /sandbox of defender-mssp/);
  });
});
