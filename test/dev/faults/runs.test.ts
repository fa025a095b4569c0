import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import type { SandboxProject } from "@defender-mssp/testkit";
import { converge, isFoundAgain, type Attempt } from "../../../dev/faults/runs";

describe("dev/faults/runs: writes that the next command finds again", () => {
  for (const write of [
    "POST /beta/security/rules/detectionRules",
    // It enables the rule that the POST has created disabled.
    "PATCH /beta/security/rules/detectionRules/fabrikam-security-office",
    "POST /v1.0/invitations",
    "DELETE /v1.0/applications/8a1f",
  ])
    it(`has ${write}`, () => assert.ok(isFoundAgain(write)));

  for (const write of [
    "POST /v1.0/applications",
    // The last call of azuread's create of an application.
    "PATCH /v1.0/applications/8a1f",
    "DELETE /v1.0/applications/8a1f/owners/77c2/$ref",
  ])
    it(`has not ${write}`, () => assert.ok(!isFoundAgain(write)));
});

describe("dev/faults/runs: further commands after one that failed", () => {
  const failed = { exitCode: 1, signal: null, stdout: "", stderr: "cut" } as never;
  const nothing = JSON.stringify({});

  /** What follows where commands fail until that one, counted from 1, with the arguments of each. */
  async function after(succeeds: number, percent = 10, replicas = false) {
    const asked: (readonly string[])[] = [];
    const faults = { percent };
    let looks = 0;
    const replicasOf = {
      get isBehind() {
        return looks++ === 0 && replicas;
      },
    };
    const project = {
      sandbox: { faults, cloud: { records: () => [], replicas: replicasOf } },
      run: (args: readonly string[]) => {
        asked.push([...args.filter((one) => one === "--refresh"), String(faults.percent)]);
        return Promise.resolve({ exitCode: asked.length >= succeeds ? 0 : 1, signal: null, stdout: "", stderr: "cut" });
      },
    };
    const startedAt = new Date();
    const fair = { dumps: { up: nothing }, startedAt } as never;
    const attempt = { project: project as unknown as SandboxProject, step: "up", fair, startedAt } as const;
    const ended = await converge({ ...attempt, repeatsFirst: replicas } satisfies Attempt, failed);
    return { asked, looks, ...ended };
  }

  it("three under the same faults; what the last one completes is converged", async () => {
    const { asked, converged, more } = await after(3);
    assert.deepEqual([converged, more], ["again", 3]);
    assert.deepEqual(asked, [
      ["--refresh", "10"],
      ["--refresh", "10"],
      ["--refresh", "10"],
    ]);
  });

  it("then one without faults: it tells the impatient from the lost", async () => {
    const calm = await after(4);
    assert.deepEqual([calm.converged, calm.more, calm.asked.at(-1)], ["impatient", 4, ["--refresh", "0"]]);
    const lost = await after(5);
    assert.deepEqual([lost.converged, lost.asked.length], ["not", 4]);
  });

  it("on replicas the first is the same command, and the last waits until all have every write", async () => {
    const { asked, looks } = await after(4, 0, true);
    assertEach(asked, (args) => args.includes("--refresh"), [false, true, true, true]);
    assert.equal(looks, 2);
  });
});
