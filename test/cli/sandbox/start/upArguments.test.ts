import assert from "node:assert/strict";
import { upArguments } from "../../../../cli/sandbox/start/onboarding";

describe("mssp start: the engine's output", () => {
  const isPlain = (isTerminal: boolean, columns: number) =>
    upArguments("dev", { isTerminal, columns }).includes("--non-interactive");

  it("is a line for each step on a terminal that is too narrow for the table", () => {
    assert.equal(isPlain(true, 80), true);
    assert.equal(isPlain(true, 160), false);
    assert.equal(isPlain(false, Infinity), false);
  });
});
