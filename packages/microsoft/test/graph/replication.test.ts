import assert from "node:assert/strict";
import { ServiceError, type GraphCall } from "@defender-mssp/microsoft";
import { createRoleAssignment, createRoleDefinition } from "../../src/defender/roles";
import { untilReplicated } from "../../src/graph/replication";

describe("microsoft/graph/replication", () => {
  /** Answers one after the other; an error is thrown. Notes how long was waited. */
  const series = (answers: readonly unknown[]) => {
    const left = [...answers];
    const waited: number[] = [];
    const ask = () => {
      const next = left.shift();
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    };
    const sleep = (milliseconds: number) => {
      waited.push(milliseconds);
      return Promise.resolve();
    };
    return { ask, sleep, waited, left };
  };
  const missing = new ServiceError({ status: 404, message: "not found", method: "GET", url: "/v1.0/users/1" });
  const isUnknown = ({ status }: ServiceError) => status === 404;

  it("waits for the given number of consecutive hits", async () => {
    const { ask, sleep, waited } = series([undefined, "a", false, "a", "b"]);
    assert.equal(await untilReplicated(ask, { tries: 9, pause: 1000, hits: 2, sleep }), "b");
    assert.deepEqual(waited, [1000, 200, 1000, 200]);
  });

  it("gives up after the last try without waiting again", async () => {
    const { ask, sleep, waited, left } = series([undefined, undefined, undefined, "too late"]);
    assert.equal(await untilReplicated(ask, { tries: 3, sleep }), undefined);
    assert.deepEqual([waited, left], [[1000, 1000], ["too late"]]);
  });

  it("retries while the object is unknown, and throws the last such error", async () => {
    const { ask, sleep } = series([missing, "a"]);
    assert.equal(await untilReplicated(ask, { tries: 2, isUnknown, sleep }), "a");
    const never = series([missing, missing]);
    await assert.rejects(untilReplicated(never.ask, { tries: 2, isUnknown, sleep }), (error) => error === missing);
  });

  it("throws any other error at once", async () => {
    const { ask, sleep, waited } = series([new TypeError("a bug"), "a"]);
    await assert.rejects(untilReplicated(ask, { tries: 2, isUnknown, sleep }), /a bug/);
    const unnamed = series([missing, "a"]);
    await assert.rejects(untilReplicated(unnamed.ask, { tries: 2, sleep }), /not found/);
    assert.deepEqual(waited, []);
  });

  // Without the abort each would wait for at least 3 seconds and then fail with another error.
  const absent: GraphCall = (path, { accept } = {}) =>
    accept?.includes(404) === true
      ? Promise.resolve({ status: 404, headers: new Headers(), text: "", body: undefined, tries: 1 })
      : /roleDefinitions$/.test(path)
        ? Promise.resolve({ status: 201, headers: new Headers(), text: "", body: { id: "1" }, tries: 1 })
        : Promise.reject(missing);
  const waiting: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>> = {
    "the wait itself": (signal) => untilReplicated(() => Promise.resolve(undefined), { tries: 60, signal }),
    "the create of a Defender role": (signal) =>
      createRoleDefinition(absent, { displayName: "a", description: "b", permissions: [] }, { signal }),
    "the create of a role assignment": (signal) =>
      createRoleAssignment(
        absent,
        { displayName: "a", roleDefinitionId: "1", principalIds: [], dataSources: ["/"] },
        { signal },
      ),
  };
  for (const [what, run] of Object.entries(waiting)) {
    it(`an abort ends ${what} with the signal's reason`, async () => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error("the user stopped it")), 20);
      await assert.rejects(run(controller.signal), /the user stopped it/);
    });
  }
});
