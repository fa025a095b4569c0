import assert from "node:assert/strict";
import { assertAsyncProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { ServiceError, type Wait } from "@defender-mssp/microsoft";
import { createOnce } from "../../src/graph/createOnce";

const row: Wait = { what: "it", shownBy: "GET /it", hits: 2, pause: 10_000, longest: 600_000, source: "test" };
const refusal = (status: number, message: string) =>
  new ServiceError({ status, message, method: "POST", url: "https://graph.microsoft.com/v1.0/it" });
const refusals = {
  cut: refusal(0, "other side closed"),
  gatewayTimeout: refusal(504, "no answer"),
  early: refusal(400, "Not a valid reference update"),
  existing: refusal(400, "Permission being assigned already exists on the object"),
  conflict: refusal(409, "A conflicting object is present in the directory"),
};
const isUnknown = ({ message }: ServiceError) => /Not a valid reference/.test(message);

describe("microsoft/graph: createOnce", () => {
  /** A service with lists that lag: `hidden` looks do not find what is there. */
  function service(answers: readonly { readonly refusal?: ServiceError; readonly lands: boolean }[], hidden: number) {
    const seen = { posts: 0, objects: 0, looks: 0, waited: 0 };
    const post = () => {
      const { refusal: failure, lands } = answers[Math.min(seen.posts++, answers.length - 1)]!;
      if (seen.objects > 0) return Promise.reject(refusals.existing);
      if (lands) seen.objects++;
      return failure === undefined ? Promise.resolve("made") : Promise.reject(failure);
    };
    const find = () => Promise.resolve(seen.objects > 0 && seen.looks++ >= hidden ? "found" : undefined);
    const sleep = (milliseconds: number) => Promise.resolve(void (seen.waited += milliseconds));
    return { seen, run: () => createOnce(row, { post, find }, { sleep, isUnknown, environment: {} }) };
  }

  it("an answered create costs one request", async () => {
    const { run, seen } = service([{ lands: true }], 0);
    assert.deepEqual(await run(), { made: "made", wasThere: false });
    assert.deepEqual(seen, { posts: 1, objects: 1, looks: 0, waited: 0 });
  });

  for (const name of ["cut", "gatewayTimeout", "early"] as const) {
    it(`${name}: what landed is found and not made again`, async () => {
      const { run, seen } = service([{ refusal: refusals[name], lands: true }], 2);
      assert.deepEqual(await run(), { made: "found", wasThere: false });
      assert.equal(seen.posts, 1);
    });

    it(`${name}: what did not land is made after three looks`, async () => {
      const { run, seen } = service([{ refusal: refusals[name], lands: false }, { lands: true }], 0);
      assert.deepEqual(await run(), { made: "made", wasThere: false });
      assert.deepEqual([seen.posts, seen.waited], [2, 3000]);
    });
  }

  it("an object that exists is looked for, and was there before if the first request says so", async () => {
    for (const name of ["existing", "conflict"] as const) {
      const early = service([{ refusal: refusals[name], lands: true }], 5);
      assert.deepEqual(await early.run(), { made: "found", wasThere: true });
      assert.equal(early.seen.posts, 1);
    }
  });

  it("an object that exists and is never shown fails with the service's error", async () => {
    const { run, seen } = service([{ refusal: refusals.existing, lands: false }], 0);
    await assert.rejects(run(), (error) => error === refusals.existing);
    assert.deepEqual([seen.posts, seen.waited], [1, 600_000]);
  });

  it("any other refusal is thrown at once", async () => {
    for (const failure of [refusal(403, "no"), refusal(400, "wrong"), refusal(409, "The application does not exist")]) {
      const { run, seen } = service([{ refusal: failure, lands: false }], 0);
      await assert.rejects(run(), (error) => error === failure);
      assert.deepEqual([seen.posts, seen.waited], [1, 0]);
    }
  });

  it("makes one object, whatever lands and whatever is refused", () =>
    assertAsyncProperty(
      100,
      fc.array(
        fc.record({
          refusal: fc.constantFrom(refusals.cut, refusals.early, refusals.gatewayTimeout),
          lands: fc.boolean(),
        }),
        { maxLength: 6 },
      ),
      fc.integer({ min: 0, max: 12 }),
      async (answers, hidden) => {
        const { run, seen } = service([...answers, { lands: true }], hidden);
        const { wasThere } = await run();
        assert.deepEqual([seen.objects, wasThere], [1, false]);
      },
    ));
});
