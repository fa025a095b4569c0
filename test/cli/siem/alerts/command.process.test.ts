/** `mssp alerts` as people type it, on a stack with a connector in a sandbox of its own. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type AlertRecord } from "@defender-mssp/microsoft";
import { detectionIntervalFor } from "@defender-mssp/testkit";
import { execa, type Options } from "execa";
import { checkout } from "../../mssp";
import { StackProject } from "../../pulumiStack";
import { createAlertsProject, detected, since, sinceOption } from "./alertsProject";

describe("mssp alerts", function () {
  let project: StackProject;
  let folder: string;

  before(async () => {
    project = await createAlertsProject();
  });
  after(() => project.dispose());
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mssp-alerts-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

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
