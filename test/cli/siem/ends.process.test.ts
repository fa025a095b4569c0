/**
 * How the commands of a SIEM end as processes: by a kill, by Ctrl-C, on a full disk, when the reader
 * of their pipe has gone, and without trust in the service's certificate.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { appendFile, open, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hourMs as hour } from "@defender-mssp/errors/time";
import { type AlertRecord } from "@defender-mssp/microsoft";
import { detectionIntervalFor, newFolder, fixture } from "@defender-mssp/testkit";
import { execa, type Options } from "execa";
import { exists } from "../../../cli/base/exists";
import { checkout } from "../mssp";
import { StackProject } from "../pulumiStack";
import { createAlertsProject, detected, since, sinceOption } from "./alerts/alertsProject";
import { clientSecret, createHuntProject, huntRows } from "./hunt/huntProject";
import { changedSince, createIncidentsProject, incidentRecords, lostChanges } from "./incidents/incidentsProject";
import { siemProject } from "./siemProject";

describe("mssp alerts", function () {
  let project: StackProject;
  let folder: string;
  siemProject(createAlertsProject, (made) => ({ project, folder } = made));

  function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}, options: Options = {}) {
    return execa(process.execPath, [path.join(checkout, "cli", "mssp.js"), "alerts", "--stack", "contoso", ...args], {
      cwd: project.folder,
      env: { ...project.environment, ...environment },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
      ...options,
    });
  }

  it("loses no alert when it is killed, and continues from the checkpoint", async () => {
    project.sandbox.cloud.detectionInterval = detectionIntervalFor(60_000);
    try {
      const checkpoint = path.join(folder, "checkpoint.json");
      const output = path.join(folder, "alerts.jsonl");
      const command = [...sinceOption, "--checkpoint", checkpoint];
      const until = new Date();
      let kills = 0;
      for (; kills < 3; kills++) {
        const before = existsSync(checkpoint) ? await readFile(checkpoint, "utf8") : "";
        const running = start(command, {}, { stdout: { file: output, append: true } });
        while (
          running.exitCode === null &&
          (!existsSync(checkpoint) || (await readFile(checkpoint, "utf8")) === before)
        )
          await sleep(20);
        running.kill("SIGKILL");
        const { signal } = await running;
        if (signal !== "SIGKILL") break;
      }
      assert.ok(kills > 0, "it was through before it could be killed");
      const { exitCode } = await start(command, {}, { stdout: { file: output, append: true } });
      assert.equal(exitCode, 0);
      const ids: string[] = [];
      let broken = 0;
      for (const line of (await readFile(output, "utf8")).split("\n")) {
        if (line === "") continue;
        try {
          ids.push((JSON.parse(line) as AlertRecord).id);
        } catch {
          broken++; // cut off by a kill
        }
      }
      assert.ok(broken <= kills);
      const found = new Set(ids);
      const lost = detected(project, since, until).filter((id) => !found.has(id));
      assert.equal(lost.length, 0);
      assert.ok(ids.length < found.size * 2, "it began from the start again");
    } finally {
      project.sandbox.cloud.detectionInterval = detectionIntervalFor(2160);
    }
  });

  it("ends cleanly on Ctrl-C and SIGTERM, with and without --follow", async () => {
    project.sandbox.cloud.detectionInterval = detectionIntervalFor(100_000);
    try {
      for (const [signal, args, code] of [
        ["SIGINT", [], 130],
        ["SIGTERM", [], 143],
        ["SIGINT", ["--follow"], 0],
      ] as const) {
        const checkpoint = path.join(folder, `${code}.json`);
        const running = start([...sinceOption, "--checkpoint", checkpoint, ...args], {}, { stdout: "ignore" });
        while (running.exitCode === null && !existsSync(checkpoint)) await sleep(20);
        running.kill(signal);
        const { exitCode, stderr } = await running;
        assert.equal(exitCode, code, String(stderr));
        assert.match(String(stderr), /^mssp: [\d,]+ alerts\.$/);
        JSON.parse(await readFile(checkpoint, "utf8"));
      }
    } finally {
      project.sandbox.cloud.detectionInterval = detectionIntervalFor(2160);
    }
  });

  it("ends on Ctrl-C while nothing reads its pipe", async () => {
    const running = start(sinceOption, {}, { buffer: { stdout: false } });
    await once(running.stdout!, "readable");
    await sleep(500);
    running.kill("SIGINT");
    const { exitCode } = await running;
    assert.equal(exitCode, 130);
  });

  it("ends cleanly when the reader closes the pipe", async () => {
    const checkpoint = path.join(folder, "c.json");
    const running = start([...sinceOption, "--checkpoint", checkpoint], {}, { buffer: false });
    await once(running.stdout!, "data");
    running.stdout!.destroy();
    const { exitCode, stderr } = await running;
    assert.equal(exitCode, 0, String(stderr));
    assert.doesNotMatch(String(stderr), /EPIPE|^\s+at /m);
  });
});

describe("mssp incidents", function () {
  let project: StackProject;
  let folder: string;
  siemProject(createIncidentsProject, (made) => ({ project, folder } = made));

  function start(args: readonly string[]) {
    return execa(process.execPath, [path.join(checkout, "cli", "mssp.js"), ...args], {
      cwd: project.folder,
      env: project.environment,
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
  }

  it("incidents: after kill -9 the next run goes on at the checkpoint, and none is lost", async () => {
    const since = new Date(Date.now() - 25 * 24 * hour);
    const changes = changedSince(project, since);
    const output = path.join(folder, "incidents.jsonl");
    const checkpoint = path.join(folder, "checkpoint.json");
    const command = ["incidents", "--stack", "contoso", "--checkpoint", checkpoint, "--since", since.toISOString()];
    let kills = 0;
    for (let isWhole = false; !isWhole;) {
      const process_ = start(command);
      let lines = "";
      process_.stdout.on("data", (chunk: Buffer) => {
        lines += chunk.toString();
        if (kills < 3 && lines.length > 400_000) {
          kills++;
          process_.kill("SIGKILL");
        }
      });
      const { exitCode } = await process_;
      // What a killed run has written comes first; half a line is nobody's.
      await appendFile(output, lines.slice(0, lines.lastIndexOf("\n") + 1));
      isWhole = exitCode === 0;
      if (kills > 5) assert.fail("it never ends");
    }
    assert.equal(kills, 3);
    assert.ok(changes.length > 1500);
    assert.deepEqual(lostChanges(changes, incidentRecords(await readFile(output, "utf8"))), []);
  });
});

const count = "AlertInfo | summarize count()";

describe("mssp hunt", () => {
  const project = fixture(createHuntProject);
  let folder: string;

  before(() => (folder = newFolder()));

  /** @param file standard output, as a shell redirects it. */
  async function hunt(args: readonly string[], file: string, variables: NodeJS.ProcessEnv = {}) {
    const output = await open(file, "w");
    const { exitCode, stderr } = await execa(
      process.execPath,
      [path.join(checkout, "cli", "mssp.js"), "hunt", ...args],
      {
        cwd: project.folder,
        env: { ...project.environment, ...variables, NO_COLOR: "1" },
        extendEnv: false,
        reject: false,
        stdin: "ignore",
        // Execa's types have the descriptors of its own process only.
        stdout: output.fd as 1,
      },
    ).finally(() => output.close());
    assert.ok(!stderr.includes(clientSecret));
    assert.doesNotMatch(stderr, /^\s+at /m);
    return { exitCode, stderr };
  }

  it("a full disk is one error and no customer's; a reader that has gone is none", async () => {
    // Linux alone has it.
    if (await exists("/dev/full")) {
      const ended = await hunt(["--stack", "contoso*", "--parallel", "1", count], "/dev/full");
      assert.equal(ended.exitCode, 1, ended.stderr);
      assert.match(ended.stderr, /^mssp: Standard output can't be written: ENOSPC: [^\n]*$/);
    }
    const command = `"${process.execPath}" "${path.join(checkout, "cli", "mssp.js")}" hunt --stack contoso "AlertEvidence" | head -1`;
    const gone = await execa("bash", ["-o", "pipefail", "-c", command], {
      cwd: project.folder,
      env: project.environment,
      extendEnv: false,
      reject: false,
    });
    assert.equal(gone.exitCode, 0, gone.stderr);
    assert.equal(huntRows(gone.stdout).length, 1);
  });

  it("a service that does not answer is one error, with its exit code", async () => {
    // Not tried again, as a broken connection is: the certificate will not be trusted in a second.
    const none = await hunt(["--stack", "contoso", count], path.join(folder, "none.jsonl"), {
      NODE_EXTRA_CA_CERTS: undefined,
    });
    assert.equal(none.exitCode, 4);
    assert.match(none.stderr, /^mssp: contoso: GET https:\/\/127\.0\.0\.1:\d+\/metadata\/.* failed: .*certificate/m);
  });
});
