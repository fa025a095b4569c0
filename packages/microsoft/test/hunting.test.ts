import assert from "node:assert/strict";
import { runHuntingQuery, ServiceError } from "@defender-mssp/microsoft";
import { loopback, type Loopback } from "./loopback";

describe("microsoft/defender/hunting", () => {
  let server: Loopback | undefined;
  const waits: number[] = [];
  const sleep = (milliseconds: number) => Promise.resolve(void waits.push(milliseconds));
  const query = (tries?: number) =>
    runHuntingQuery({
      endpoints: { graphEndpoint: server?.origin ?? "" },
      token: "the-token",
      query: "AlertInfo",
      timespan: "P1D",
      sleep,
      ...(tries === undefined ? {} : { tries }),
    });
  const whole = { schema: [{ Name: "Title", Type: "String" }], results: [{ Title: "a" }, "no row"] };

  afterEach(async () => {
    await server?.close();
    waits.length = 0;
  });

  it("429: waits as long as Retry-After says, and repeats the same query", async () => {
    server = await loopback((_, before) =>
      before === 0 ? { status: 429, headers: { "retry-after": "77" } } : { body: whole },
    );
    const { columns, rows } = await query();
    assert.deepEqual([columns, rows], [[{ name: "Title", type: "String" }], [{ Title: "a" }]]);
    assert.deepEqual(waits, [77_000]);
    assert.deepEqual(new Set(server.seen.map(({ body }) => body)), new Set(['{"Query":"AlertInfo","Timespan":"P1D"}']));
    assert.equal(server.seen.length, 2);
  });

  it("429: a Retry-After of more than two minutes ends the query at once, and says how long", async () => {
    server = await loopback(() => ({ status: 429, headers: { "retry-after": "600" } }));
    await assert.rejects(query(), (error: unknown) => {
      assert.ok(error instanceof ServiceError);
      assert.match(error.message, /answered 429.*it asks to wait 600 seconds/);
      return true;
    });
    assert.deepEqual([waits, server.seen.length], [[], 1]);
  });

  it("an answer without rows, such as a gateway's page, is repeated", async () => {
    server = await loopback((_, before) => ({ body: before === 0 ? "<html>" : whole }));
    assert.equal((await query()).rows.length, 1);
    assert.equal(server.seen.length, 2);
  });
});
