/**
 * `npm run test:backends`: a stack's life with its state in each backend that a registry has a server
 * of: a folder, Azurite (npm) and moto's S3 (PyPI). Prints how long each step took. Never part of
 * `npm test`.
 */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { SandboxProject } from "@defender-mssp/testkit";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";
import { startAzurite } from "../cli/ci/azurite";
import { mssp } from "../cli/mssp";
import { ana, ben, cleo, createProject, customer, dumpOfTenant, tenantIdOf } from "../e2e/support";

/** The newest of moto that PyPI has for Python 3.11. */
const moto = "moto[s3,server]==5.2.5";

interface Server {
  readonly variables: Readonly<Record<string, string>>;
  stop(): Promise<unknown>;
}

/** Undefined: its registry has no server for this machine. */
const backends: Readonly<Record<string, () => Promise<Server | undefined>>> = {
  folder: () => Promise.resolve({ variables: {}, stop: () => Promise.resolve() }),
  "Azure Blob Storage": async () => {
    const server = await startAzurite();
    return (
      server && {
        variables: {
          PULUMI_BACKEND_URL: server.backendUrl,
          AZURE_STORAGE_ACCOUNT: "msspstate",
          AZURE_STORAGE_SAS_TOKEN: server.signature("rwdlac"),
        },
        stop: () => server.stop(),
      }
    );
  },
  "Amazon S3": startS3,
};

const single = customer(0x60);
const fleetNumbers = [0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68];
const table: string[] = [];

for (const [name, start] of Object.entries(backends)) {
  describe(`state in ${name}`, function () {
    this.timeout(1_200_000);

    let server: Server | undefined;
    let project: SandboxProject | undefined;
    let asBefore: readonly string[];
    const seconds: string[] = [];
    /** Called with each request that the sandbox has answered. */
    let observe: (line: string) => void = () => undefined;

    before(async function () {
      server = await start();
      if (server === undefined) this.skip();
      project = await createProject({
        sharedRuntime: false,
        environment: server.variables,
        log: (line) => observe(line),
      });
      await project.writeSettings("contoso", single);
      for (const number of fleetNumbers) await project.writeSettings(`fleet-${number}`, customer(number));
      await project.verifyDomains();
      asBefore = dumps();
    });
    after(async () => {
      await project?.dispose();
      await server?.stop();
      if (seconds.length > 0) table.push(`${name}: ${seconds.join(", ")}`);
    });

    it("of two ups at once, the second is told of the lock and changes nothing", async () => {
      await pulumi("init", 0, ["stack", "init", "contoso"]);
      const posted = untilRequest("POST /");
      const up = ["up", "--stack", "contoso", "--yes", "--skip-preview"];
      await timed("up", 0, async () => {
        const first = project!.start(up);
        await posted;
        const { exitCode, stdout, stderr } = await project!.pulumi(up);
        assert.notEqual(exitCode, 0);
        assert.match(stdout + stderr, /the stack is currently locked by 1 lock/);
        return first;
      });
      await pulumi("preview", 0, ["preview", "--stack", "contoso", "--expect-no-changes"]);
    });

    it("a killed up leaves a lock, which cancel removes; the next up goes on", async () => {
      await project!.writeSettings("contoso", { ...single, analysts: [ana, ben, cleo] });
      const posts = untilRequest("POST /");
      const killed = project!.start(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
      await posts;
      killed.kill("SIGKILL");
      await killed;
      const locked = await project!.pulumi(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
      assert.notEqual(locked.exitCode, 0);
      assert.match(locked.stdout + locked.stderr, /currently locked by 1 lock/);
      await pulumi("cancel", 0, ["cancel", "--stack", "contoso", "--yes"]);
      await pulumi("up --refresh", 0, ["up", "--stack", "contoso", "--yes", "--skip-preview", "--refresh"]);
      await pulumi("preview", 0, ["preview", "--stack", "contoso", "--expect-no-changes"]);
    });

    it("a fleet of eight, up and destroy: every tenant is as before", async () => {
      await fleet("fleet up of 8", ["up", "--init", "--stack", "fleet-*", "--parallel", "2", "--yes"]);
      await fleet("fleet destroy of 8", ["destroy", "--stack", "fleet-*", "--parallel", "2", "--yes"]);
      await pulumi("destroy", 0, ["destroy", "--stack", "contoso", "--yes", "--skip-preview"]);
      assert.deepEqual(dumps(), asBefore);
    });

    async function pulumi(step: string, expected: number, args: readonly string[]): Promise<void> {
      await timed(step, expected, () => project!.pulumi(args));
    }

    async function fleet(step: string, args: readonly string[]): Promise<void> {
      const { folder, environment } = project!;
      await timed(step, 0, () => mssp(["fleet", ...args], { folder, environment }));
    }

    async function timed(
      step: string,
      expected: number,
      run: () => Promise<{ readonly exitCode?: number; readonly stdout: string; readonly stderr: string }>,
    ): Promise<void> {
      const start = performance.now();
      const { exitCode, stdout, stderr } = await run();
      assert.equal(exitCode, expected, `${step}:\n${stdout}\n${stderr}`);
      seconds.push(`${step} ${((performance.now() - start) / 1000).toFixed(1)} s`);
    }

    function untilRequest(beginning: string): Promise<void> {
      return new Promise((resolve) => {
        observe = (line) => line.startsWith(beginning) && /groups|invitations/.test(line) && resolve();
      });
    }

    function dumps(): readonly string[] {
      return [0x60, ...fleetNumbers].map((number) => dumpOfTenant(project!, tenantIdOf(number)));
    }
  });
}

after(() => process.stdout.write(`\n${table.join("\n")}\n`));

async function startS3(): Promise<Server | undefined> {
  const folder = newFolder();
  const bin = path.join(folder, "bin");
  const made = await execa("python3", ["-m", "venv", folder], { reject: false });
  const installed = await execa(path.join(bin, "pip"), ["-q", "install", moto], { reject: false });
  if (made.exitCode !== 0 || installed.exitCode !== 0) {
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }
  const server = execa(path.join(bin, "moto_server"), ["--host", "127.0.0.1", "--port", "0"], {
    stdin: "ignore",
    reject: false,
    all: true,
  });
  const origin = await new Promise<string>((resolve) => {
    server.all.on("data", (text: Buffer) => {
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(String(text)) ?? [];
      if (address !== undefined) resolve(address);
    });
  });
  while (!(await fetch(`${origin}/state`, { method: "PUT" })).ok) await pause(100);
  return {
    variables: {
      PULUMI_BACKEND_URL: `s3://state?region=us-east-1&endpoint=${encodeURIComponent(origin)}&s3ForcePathStyle=true`,
      AWS_ACCESS_KEY_ID: "mssp",
      AWS_SECRET_ACCESS_KEY: "mssp",
    },
    async stop() {
      server.kill();
      await server;
    },
  };
}
