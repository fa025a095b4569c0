import assert from "node:assert/strict";
import * as microsoft from "../../src";
import { replicated, type ResourceLogic } from "../../src/providers/replicated";

type State = Readonly<Record<string, unknown>>;
type Answer = {
  readonly id: string;
  readonly isDeleted?: boolean;
  readonly props?: { readonly name?: string };
  readonly inputs?: State;
};

describe("microsoft/providers: replicated", () => {
  const state = { name: "Tier 1", id: "1", writtenOn: "2020-01-01T00:00:00.000Z" };
  const there: Answer = { id: "1", props: { name: "Tier 1" }, inputs: { name: "Tier 1" } };
  const changed: Answer = { id: "1", props: { name: "Other" }, inputs: { name: "Other" } };
  const gone: Answer = { id: "" };

  /** A resource whose reads answer one after the other, the last one for ever. */
  function scene(...answers: readonly Answer[]) {
    const seen = { reads: 0, waited: 0 };
    const logic: ResourceLogic = {
      check: () => ({}),
      diff: () => ({}),
      create: () => Promise.resolve({ id: "1", outs: { name: "Tier 1" } }),
      update: () => Promise.resolve({ outs: { name: "Tier 1" } }),
      delete: () => Promise.resolve(),
      read: () => Promise.resolve(answers[Math.min(seen.reads++, answers.length - 1)] as Answer),
    };
    const resource = replicated(logic);
    const sleep = (milliseconds: number) => Promise.resolve(void (seen.waited += milliseconds));
    const read = async (props: State = state) =>
      (await resource.read("1", props, { sleep, environment: {} })) as Answer;
    return { resource, read, seen };
  }
  const just = () => ({ ...state, writtenOn: new Date(Date.now() - 60_000).toISOString() });

  it("what is as in the state is read once", async () => {
    const { read, seen } = scene(there);
    assert.deepEqual(await read(), { ...there, props: state });
    assert.deepEqual(await read({ ...state, __provider: "text" }), { ...there, props: state });
    assert.deepEqual(seen, { reads: 2, waited: 0 });
  });

  it("a read adds neither a time nor an ID to the state", async () =>
    assert.deepEqual(await scene(there).read({ name: "Tier 1" }), there));

  it("a write has the time of the run's clock, and a read compares it with that clock", async () => {
    const { resource, seen } = scene(gone);
    const environment = { ARM_METADATA_HOSTNAME: "localhost:1", MSSP_CLOCK: "2031-04-01T12:00:00Z" };
    const sleep = (milliseconds: number) => Promise.resolve(void (seen.waited += milliseconds));
    const { outs } = await resource.create({}, { environment });
    assert.equal((outs as State)["writtenOn"], "2031-04-01T12:00:00.000Z");
    await resource.read("1", outs as State, { sleep, environment });
    assert.ok(seen.waited >= 290_000, `${seen.waited} ms: recently written`);
  });

  it("one stale answer drops nothing from the state", async () => {
    for (const answers of [
      [gone, there],
      [gone, gone, gone, there],
      [gone, changed, there],
    ]) {
      assert.equal((await scene(...answers).read()).id, "1");
    }
  });

  it("an object that no read finds is gone: after ten seconds, or five minutes within an hour of a write", async () => {
    for (const [props, waited] of [
      [state, 10_000],
      [{ name: "Tier 1" }, 10_000],
      [just(), 300_000],
    ] as const) {
      const { read, seen } = scene(gone);
      assert.deepEqual(await read(props), { id: "" });
      assert.equal(seen.waited, waited);
    }
  });

  it("an object that the service shows as deleted is gone at once", async () => {
    const { read, seen } = scene({ id: "", isDeleted: true });
    assert.deepEqual(await read(just()), { id: "" });
    assert.deepEqual(seen, { reads: 1, waited: 0 });
    const later = scene(gone, gone, { id: "", isDeleted: true });
    assert.deepEqual(await later.read(just()), { id: "" });
    assert.ok(later.seen.waited < 3000);
  });

  it("a drift is reported when two reads apart agree, more within an hour of a write", async () => {
    const { read, seen } = scene(changed);
    assert.equal((await read()).props?.name, "Other");
    assert.equal(seen.reads, 2);
    assert.ok(seen.waited >= 1000);
    const recent = scene(changed);
    assert.equal((await recent.read(just())).props?.name, "Other");
    assert.equal(recent.seen.reads, 4);
    assert.equal((await scene(changed, there).read()).props?.name, "Tier 1");
    assert.equal((await scene(changed, there, changed, there).read(just())).props?.name, "Tier 1");
  });

  it("create and update write their time and the ID, and a read keeps them", async () => {
    const { resource } = scene(there);
    const { outs } = (await resource.create({})) as { outs: { writtenOn?: string; id?: string } };
    assert.equal(outs.id, "1");
    assert.ok(Math.abs(Date.now() - Date.parse(outs.writtenOn ?? "")) < 5000);
    const updated = (await resource.update("1", {}, {})) as { outs: { writtenOn?: string; id?: string } };
    assert.equal(updated.outs.id, "1");
    assert.ok(Math.abs(Date.now() - Date.parse(updated.outs.writtenOn ?? "")) < 5000);
  });

  it("no resource's diff compares the time or the ID", () => {
    const logics = Object.entries(microsoft).filter(
      ([name, value]) => name.endsWith("Resource") && "diff" in Object(value),
    );
    assert.equal(logics.length, 14);
    for (const [name, value] of logics) {
      const logic = value as unknown as { diff(id: string, olds: State, news: State): { changes: boolean } };
      const { changes } = logic.diff("1", { writtenOn: "a", id: "1" }, {});
      const { changes: without } = logic.diff("1", {}, {});
      assert.equal(changes, without, name);
    }
  });
});
