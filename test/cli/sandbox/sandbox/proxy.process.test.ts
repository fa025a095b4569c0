/** The command `mssp sandbox proxy`, started as a process, with unmodified clients. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { stopSandbox } from "@defender-mssp/sandbox";
import { contoso, newFolder } from "@defender-mssp/testkit";
import { checkout } from "../../mssp";

const command = path.join(checkout, "dist", "cli", "main.js");

/** A client of Microsoft's with its own addresses: azure-identity, and a request by its pipeline. */
const client = `
  const { EnvironmentCredential } = require("@azure/identity");
  const { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest } = require("@azure/core-rest-pipeline");
  async function main() {
    const { token } = await new EnvironmentCredential().getToken("https://graph.microsoft.com/.default");
    const request = createPipelineRequest({ url: "https://graph.microsoft.com/v1.0/organization" });
    request.headers.set("authorization", "Bearer " + token);
    const answer = await createPipelineFromOptions({}).sendRequest(createDefaultHttpClient(), request);
    console.log(answer.status, JSON.parse(answer.bodyAsText).value[0].id);
  }
  main();`;

describe("mssp sandbox proxy", function () {
  let folder = "";
  let home = "";
  const children = new Set<ChildProcess>();
  before(() => {
    folder = newFolder();
    home = path.join(folder, "home");
  });
  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    await stopSandbox(home, { force: true }).catch(() => undefined);
  });

  function start(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const env: NodeJS.ProcessEnv = { ...process.env, MSSP_SANDBOX_HOME: home, TMPDIR: folder, ...environment };
    delete env["CI"];
    if (environment["CI"] !== undefined) env["CI"] = environment["CI"];
    const child = spawn(process.execPath, [command, "sandbox", "proxy", ...args], {
      // Where the clients' packages are found.
      cwd: checkout,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.add(child);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
      child.once("close", (code) => {
        children.delete(child);
        resolve({ code, stdout, stderr });
      }),
    );
    const says = async (pattern: RegExp) => {
      while (!pattern.test(stderr)) {
        assert.equal(child.exitCode, null, stdout + stderr);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return stdout;
    };
    return { child, ended, says };
  }
  const run = (...args: string[]) => start(args).ended;

  it("azure-identity signs in and reads Graph under Microsoft's names, unmodified", async () => {
    const { code, stdout, stderr } = await run("--tenant", contoso, "--", process.execPath, "-e", client);
    assert.deepEqual([code, stdout], [0, `200 ${contoso}\n`], stderr);
  });

  it("passes the exit code on, and lists what the sandbox does not know", async () => {
    const ask = [
      "curl -s https://example.com/ >/dev/null",
      "curl -s https://graph.microsoft.com/v1.0/sites >/dev/null",
      "curl -s https://graph.microsoft.com/v1.0/sites?search=x >/dev/null",
      "exit 7",
    ];
    const { code, stderr } = await run("--", "sh", "-c", ask.join("; "));
    assert.equal(code, 7, stderr);
    assert.match(stderr, /^mssp: Hosts that were refused:\n {2}1 {2}example\.com:443$/m);
    assert.match(stderr, /no route for:\n {2}2 {2}GET https:\/\/graph\.microsoft\.com\/v1\.0\/sites$/m);
  });

  it("--print-env: prints the variables for a shell, and stops with its file at a signal", async () => {
    const { child, ended, says } = start(["--print-env", "--tenant", contoso]);
    const stdout = await says(/The proxy is up at http:\/\/127\.0\.0\.1:\d+/);
    const curl = spawn("sh", ["-s"], { env: { PATH: process.env["PATH"] } });
    // By standard input: the variables have a secret.
    curl.stdin.end(
      `${stdout}\ncurl -s https://login.microsoftonline.com/${contoso}/v2.0/.well-known/openid-configuration\n`,
    );
    let body = "";
    for await (const chunk of curl.stdout) body += String(chunk);
    assert.equal((JSON.parse(body) as { issuer: string }).issuer, `https://login.microsoftonline.com/${contoso}/v2.0`);
    child.kill("SIGINT");
    assert.equal((await ended).code, 0);
    const [, authority = ""] = /SSL_CERT_FILE='(.+)'/.exec(stdout) ?? [];
    assert.match(authority, /authority\.pem$/);
    await assert.rejects(rm(authority), /ENOENT/);
  });

  it("a pipeline with a real tenant's credential: one error, nothing runs", async () => {
    const { code, stdout, stderr } = await start(["--", "echo", "ran"], {
      CI: "true",
      ARM_CLIENT_SECRET: "hunter2-hunter2",
    }).ended;
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^mssp: ARM_CLIENT_SECRET is set in this pipeline: /m);
    assert.doesNotMatch(stderr, /hunter2|^\s+at /m);
  });

  it("usage: a command or --print-env, and no other address", async () => {
    for (const [args, message] of [
      [[], /a command is required: npx mssp sandbox proxy -- <command\.\.\.>/],
      [["--print-env", "--", "true"], /--print-env takes no command/],
      [["--host", "0.0.0.0", "--", "true"], /unknown option '--host'/],
      [["--tenant", "contoso", "--", "true"], /A tenant ID/],
    ] as const) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
    assert.equal((await run("--", "no-such-command")).code, 127);
  });
});
