import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { inThisRun } from "../../components/hooks";

describe("components: a resource hook", () => {
  it("runs in the context of the run that declared it, wherever it is called from", async () => {
    const runs = new AsyncLocalStorage<string>();
    const declare = (name: string) =>
      runs.run(name, () => inThisRun((more: string) => Promise.resolve([runs.getStore(), more])));
    const [first, second] = [declare("first"), declare("second")];
    assert.deepEqual(await second("a"), ["second", "a"]);
    assert.deepEqual(await runs.run("third", () => first("b")), ["first", "b"]);
  });
});
