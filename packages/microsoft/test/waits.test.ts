import assert from "node:assert/strict";
import { assertAsyncProperty } from "@defender-mssp/testkit/assertProperty";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import {
  createRoleAssignment,
  createRoleDefinition,
  EnvironmentError,
  ServiceError,
  timeScale,
  untilSeen,
  waitForRepeat,
  waits,
  waitsVariable,
  type GraphCall,
  type Wait,
} from "@defender-mssp/microsoft";

const top = path.join(__dirname, "..", "..", "..");
const missing = new ServiceError({ status: 404, message: "not found", method: "GET", url: "/v1.0/users/1" });
const isUnknown = ({ status }: ServiceError) => status === 404;

/** A wait on a clock of its own. Each look takes `lookMs`; the last answer goes on for ever. */
function scene(answers: readonly unknown[], lookMs = 0) {
  const looks: { at: number; answer: unknown }[] = [];
  const words: { at: number; text: string }[] = [];
  const waited: number[] = [];
  let time = 0;
  const ask = () => {
    const answer = answers[Math.min(looks.length, answers.length - 1)];
    looks.push({ at: time, answer });
    time += lookMs;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const context = {
    environment: {},
    isUnknown,
    now: () => time,
    say: (text: string) => void words.push({ at: time, text }),
    sleep: (milliseconds: number) => {
      waited.push(milliseconds);
      time += milliseconds;
      return Promise.resolve();
    },
  };
  return { looks, words, waited, ask, context, ended: () => time };
}

const row = (values: Partial<Wait> = {}): Wait => ({
  what: "the new guest",
  shownBy: "GET /users/{id}",
  hits: 1,
  pause: 10_000,
  longest: 600_000,
  source: "test",
  ...values,
});

describe("microsoft: waits", () => {
  it("adds a line for each wait to the file that the environment names, and to none otherwise", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "mssp-waits-"));
    const file = path.join(folder, "waits.jsonl");
    const wait = async (answers: readonly unknown[], change: Partial<Wait> = {}, variables: object = {}) => {
      const { ask, context } = scene(answers);
      await untilSeen(row(change), ask, { ...context, environment: { [waitsVariable]: file, ...variables } });
    };
    try {
      await wait([false, false, "a"]);
      await wait(["a", false, "a", "a"], { hits: 2, what: waits.defenderRole.what });
      await wait([false], { longest: 1000 });
      await wait(["a"], { what: "something of a test" });
      await wait(["a"], {}, { [waitsVariable]: undefined });
      await wait(["a"], {}, { [waitsVariable]: folder });
      const environment = { [waitsVariable]: file };
      const sleep = () => Promise.resolve();
      for (const time of [5000, 3_600_000])
        await waitForRepeat(waits.tooEarly, { tries: 2, began: 0 }, { environment, sleep, now: () => time });
      const lines = readFileSync(file, "utf8").trimEnd().split("\n");
      assert.deepEqual(
        lines.map((line) => JSON.parse(line) as unknown),
        [
          { wait: "guest", milliseconds: 2000, looks: 3, isSeen: true },
          { wait: "defenderRole", milliseconds: 2200, looks: 4, isSeen: true },
          { wait: "guest", milliseconds: 1000, looks: 2, isSeen: false },
          { wait: "tooEarly", milliseconds: 5000, looks: 2, isSeen: true },
          { wait: "tooEarly", milliseconds: 3_600_000, looks: 2, isSeen: false },
        ],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("a first good answer returns at once", async () => {
    const { ask, context, waited, words } = scene(["a"]);
    assert.equal(await untilSeen(row(), ask, context), "a");
    assert.deepEqual([waited, words], [[], []]);
  });

  it("hits follow each other closely until an answer misses", async () => {
    const calm = scene(["a", "a", "b"]);
    assert.equal(await untilSeen(row({ hits: 3 }), calm.ask, calm.context), "b");
    assert.deepEqual(calm.waited, [200, 200]);
    const flap = scene(["a", undefined, "a", "b"]);
    assert.equal(await untilSeen(row({ hits: 2 }), flap.ask, flap.context), "b");
    assert.deepEqual(flap.waited, [200, 1000, 1000]);
  });

  it("ten minutes are fewer than 80 looks", async () => {
    const { ask, context, looks } = scene([false]);
    assert.equal(await untilSeen(row(), ask, context), undefined);
    assert.ok(looks.length < 80, String(looks.length));
    assert.equal(looks.at(-1)?.at, 600_000);
  });

  it("says after three seconds what it waits for, and then every half minute", async () => {
    const { ask, context, words } = scene([false]);
    await untilSeen(row({ longest: 60_000 }), ask, context);
    assert.deepEqual(words, [
      { at: 3000, text: "Waiting for the new guest to be seen everywhere, up to 57 s more." },
      { at: 33_000, text: "Waiting for the new guest to be seen everywhere, up to 27 s more." },
    ]);
    const long = scene([false]);
    await untilSeen(row(), long.ask, long.context);
    assert.match(long.words[0]?.text ?? "", /up to 9 min 57 s more/);
  });

  it("retries while the object is unknown, and throws the last such error", async () => {
    const later = scene([missing, "a"]);
    assert.equal(await untilSeen(row(), later.ask, later.context), "a");
    const never = scene([missing]);
    await assert.rejects(untilSeen(row(), never.ask, never.context), (error) => error === missing);
  });

  it("throws any other error at once", async () => {
    for (const failure of [
      new TypeError("a bug"),
      new ServiceError({ status: 403, message: "no", method: "GET", url: "/" }),
    ]) {
      const { ask, context, waited } = scene([failure]);
      await assert.rejects(untilSeen(row(), ask, context), (error) => error === failure);
      assert.deepEqual(waited, []);
    }
  });

  it("ends where pauses take no time", async () => {
    const looks: number[] = [];
    const ask = () => Promise.resolve(void looks.push(1));
    await untilSeen(row(), ask, { sleep: () => Promise.resolve(), environment: {} });
    assert.ok(looks.length < 80);
  });

  it("an abort ends a wait with the signal's reason", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("the user stopped it")), 20);
    const never = () => Promise.resolve(undefined);
    await assert.rejects(untilSeen(row(), never, { signal: controller.signal }), /the user stopped it/);
  });

  // Without the abort each would wait for minutes and then fail with another error.
  const absent: GraphCall = (path, { accept } = {}) =>
    accept?.includes(404) === true
      ? Promise.resolve({ status: 404, headers: new Headers(), text: "", body: undefined, tries: 1 })
      : /roleDefinitions$/.test(path)
        ? Promise.resolve({ status: 201, headers: new Headers(), text: "", body: { id: "1" }, tries: 1 })
        : Promise.reject(missing);
  const creates: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>> = {
    "a Defender role": (signal) =>
      createRoleDefinition(absent, { displayName: "a", description: "b", permissions: [] }, { signal }),
    "a role assignment": (signal) =>
      createRoleAssignment(
        absent,
        { displayName: "a", roleDefinitionId: "1", principalIds: [], dataSources: ["/"] },
        { signal },
      ),
  };
  for (const [what, run] of Object.entries(creates)) {
    it(`an abort ends the create of ${what} with the signal's reason`, async () => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error("the user stopped it")), 20);
      await assert.rejects(run(controller.signal), /the user stopped it/);
    });
  }

  it("the sandbox's time scale shortens pauses and the whole wait; elsewhere it is refused", async () => {
    const sandbox = { ARM_METADATA_HOSTNAME: "127.0.0.1:1", MSSP_SANDBOX_TIME_SCALE: "0.02" };
    const { ask, context, waited, ended } = scene([false]);
    await untilSeen(row(), ask, { ...context, environment: sandbox });
    assert.equal(waited[0], 20);
    assert.equal(Math.round(ended()), 12_000);
    assert.deepEqual([timeScale({}), timeScale({ ...sandbox, MSSP_SANDBOX_TIME_SCALE: "1" })], [1, 1]);
    for (const environment of [
      { MSSP_SANDBOX_TIME_SCALE: "0.02" },
      { ...sandbox, ARM_METADATA_HOSTNAME: "management.azure.com" },
      ...["0", "-1", "1.5", "x"].map((scale) => ({ ...sandbox, MSSP_SANDBOX_TIME_SCALE: scale })),
    ]) {
      assert.throws(() => timeScale(environment), EnvironmentError);
    }
  });

  it("returns only after its hits in a row, never asks after the longest time, always says after 3 s", () =>
    assertAsyncProperty(
      100,
      fc.array(fc.constantFrom<unknown>("a", false, undefined, missing), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 200, max: 30_000 }),
      fc.integer({ min: 1000, max: 1_800_000 }),
      fc.integer({ min: 0, max: 4000 }),
      async (answers, hits, pause, longest, lookMs) => {
        const { looks, words, ask, context } = scene(answers, lookMs);
        const found = await untilSeen(row({ hits, pause, longest }), ask, context).catch((error: unknown) => error);
        const lastAnswers = looks.slice(-hits).map(({ answer }) => answer);
        const agrees = lastAnswers.length === hits && lastAnswers.every((answer) => answer === "a");
        assert.equal(found === "a", agrees);
        assert.equal(found === missing, looks.at(-1)?.answer === missing);
        assert.ok(looks.every(({ at }) => at <= longest));
        assert.ok(
          looks.filter(({ at }) => at > 3000 + lookMs).length === 0 || (words[0]?.at ?? Infinity) <= 3000 + lookMs,
        );
      },
    ));

  it("each row is used by the product, and waits as long as the service may take", () => {
    const folders = ["packages/microsoft/src", "components", "cli", "domain"];
    const sources = folders.flatMap((folder) =>
      readdirSync(path.join(top, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts") && !file.endsWith("waits.ts"))
        .map((file) => readFileSync(path.join(top, folder, file), "utf8")),
    );
    const text = sources.join("\n");
    for (const [name, { hits, longest, pause }] of Object.entries(waits)) {
      assert.match(text, new RegExp(`\\bwaits\\.${name}\\b`), name);
      assert.ok(hits >= 1 && pause > 0 && longest >= pause / 5, name);
    }
  });
});
