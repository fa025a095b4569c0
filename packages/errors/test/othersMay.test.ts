import assert from "node:assert/strict";
import { othersMay } from "../src";

describe("othersMay", () => {
  const { platform } = process;
  const setPlatform = (value: NodeJS.Platform) => Object.defineProperty(process, "platform", { value });
  afterEach(() => setPlatform(platform));

  it("judges the mode by its bits", () => {
    setPlatform("linux");
    assert.equal(othersMay(0o022, { mode: 0o100644 }, "file"), false);
    assert.equal(othersMay(0o004, { mode: 0o100644 }, "file"), true);
  });

  it("warns on Windows that it can't", async () => {
    setPlatform("win32");
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    assert.equal(othersMay(0o004, { mode: 0o100644 }, "C:\\secret"), false);
    assert.equal(
      (await warned).message,
      "Windows has no file modes: who else may read or change C:\\secret was not checked.",
    );
  });
});
