import assert from "node:assert/strict";
import type { StackOutcome, TryResult } from "../../../cli/stack/outcome";
import { runPool, type PoolOptions } from "../../../cli/fleet/pool";

const ok: TryResult = { ok: true, seconds: 1, messages: [], nextSteps: [], printed: "" };
const failedWith = (...messages: string[]): TryResult => ({ ...ok, ok: false, messages });
const lock =
  "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n" +
  "  /state/.pulumi/locks/x.json: created by ana@here (pid 4711) at 2026-11-26T05:00:00Z";

interface Told {
  readonly outcomes: StackOutcome[];
  readonly starts: string[];
  readonly retries: string[];
}

/** Runs stacks whose tries end as listed; a stack without a list succeeds. */
async function pool(
  stacks: readonly string[],
  results: Readonly<Record<string, readonly TryResult[]>>,
  changes: Partial<PoolOptions> = {},
): Promise<Told> {
  const told: Told = { outcomes: [], starts: [], retries: [] };
  const tries = new Map<string, number>();
  await runPool(
    stacks.map((stack) => ({ stack, refresh: false })),
    {
      parallel: 1,
      tries: 3,
      maxFailures: Infinity,
      firstPause: 1,
      run: ({ stack, refresh }) => {
        const number = tries.get(stack) ?? 0;
        tries.set(stack, number + 1);
        told.starts.push(`${stack}${refresh ? " --refresh" : ""}`);
        return Promise.resolve(results[stack]?.[number] ?? ok);
      },
      stopped: () => undefined,
      onStart: () => undefined,
      onRetry: (stack) => void told.retries.push(stack),
      onEnd: (outcome) => void told.outcomes.push(outcome),
      stateOf: () => "changed",
      lockOwnerState: () => "dead",
      ...changes,
    },
  );
  return told;
}

const states = ({ outcomes }: Told) => Object.fromEntries(outcomes.map(({ stack, state }) => [stack, state]));

describe("the pool of a fleet run", () => {
  it("runs the other stacks after a failure", async () => {
    const told = await pool(["a", "b", "c"], { a: [failedWith("a wrong setting")] });
    assert.deepEqual(states(told), { a: "failed", b: "changed", c: "changed" });
    assert.deepEqual(told.outcomes[0]?.messages, ["a wrong setting"]);
  });

  it("runs a stack again with --refresh after a transient error, at most as often as tries says", async () => {
    const fault = failedWith("GET /v1.0/users: 503 service unavailable");
    const told = await pool(["a", "b"], { a: [fault], b: [fault, fault, fault] });
    assert.deepEqual(states(told), { a: "changed", b: "failed" });
    assert.deepEqual(
      told.starts.filter((one) => one.startsWith("a")),
      ["a", "a --refresh"],
    );
    assert.equal(told.starts.filter((one) => one.startsWith("b")).length, 3);
    assert.equal(told.outcomes.find(({ stack }) => stack === "b")?.tries, 3);
  });

  it("does not retry a policy violation, with any text", async () => {
    const preview = {
      msspPreview: 1 as const,
      stack: "a",
      failed: true,
      changes: [],
      unchanged: 0,
      messages: [],
      policyViolations: [{ policy: "p", pack: "k", level: "mandatory", message: "timeout of 503", resource: "" }],
      additions: [],
    };
    const told = await pool(["a"], { a: [{ ...failedWith("timeout of 503"), preview }] });
    assert.deepEqual(told.starts, ["a"]);
  });

  it("starts no stack after maxFailures, and reports the stacks left out", async () => {
    const told = await pool(["a", "b", "c"], { a: [failedWith("no")] }, { maxFailures: 1 });
    assert.deepEqual(states(told), { a: "failed", b: "leftOut", c: "leftOut" });
    assert.deepEqual(told.outcomes[1]?.messages, ["--set maxFailures=1 was reached"]);
  });

  it("finishes the running stacks when stopped, and reports a stack that waits for its next try", async () => {
    let stop: string | undefined;
    const told = await pool(
      ["a", "b", "c"],
      { a: [failedWith("429 too many requests")] },
      { parallel: 2, stopped: () => stop, onRetry: () => (stop = "interrupted") },
    );
    assert.deepEqual(states(told), { a: "leftOut", b: "changed", c: "leftOut" });
  });

  it("names the lock of an ended process, and does not wait for it", async () => {
    const told = await pool(["a"], { a: [{ ...failedWith(), printed: lock }] });
    const [outcome] = told.outcomes;
    assert.deepEqual(outcome?.lock, { host: "here", pid: 4711, since: "2026-11-26T05:00:00Z", state: "dead" });
    assert.match(outcome.messages[0] ?? "", /process 4711 on here .* has ended: run npx pulumi cancel --yes --stack a/);
    assert.deepEqual(told.starts, ["a"]);
  });

  it("waits for the lock of a running process", async () => {
    const locked = { ...failedWith(), printed: lock };
    const told = await pool(["a"], { a: [locked] }, { lockOwnerState: () => "alive" });
    assert.deepEqual(states(told), { a: "changed" });
    const elsewhere = await pool(["a"], { a: [locked] }, { lockOwnerState: () => "otherMachine" });
    assert.deepEqual(states(elsewhere), { a: "failed" });
  });

  it("runs at most --parallel stacks at a time", async () => {
    let running = 0;
    let most = 0;
    await pool(
      ["a", "b", "c", "d", "e"],
      {},
      {
        parallel: 2,
        run: async () => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          running--;
          return ok;
        },
      },
    );
    assert.equal(most, 2);
  });
});
