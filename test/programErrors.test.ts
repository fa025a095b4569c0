import assert from "node:assert/strict";
import { inspect } from "node:util";
import { dropUnprintableFrames, makeUncaughtErrorsPrintable } from "../programErrors";

function errorWith(...frames: string[]): Error {
  const error = new Error("lost");
  error.stack = ["Error: lost", ...frames.map((frame) => `    at f (${frame})`)].join("\n");
  return error;
}

describe("errors of the program", () => {
  it("lose the frames that Node 20 can't print, and keep the others", () => {
    const error = errorWith(
      "/p/index.ts:1:2",
      "/p/node_modules/@pulumi/resource.ts:1:2",
      "/p/node_modules/@pulumi/pulumi/resource.js:1:2",
      "/p/node_modules/zod.js:1:2",
      "C:\\p\\node_modules\\@pulumi\\resource.ts:1:2",
    );
    dropUnprintableFrames(error);
    assert.equal(
      error.stack,
      "Error: lost\n    at f (/p/index.ts:1:2)\n    at f (/p/node_modules/@pulumi/pulumi/resource.js:1:2)",
    );
    assert.match(inspect(error, { colors: true }), /index\.ts/);
  });

  it("are mended together with their causes, also where one is its own cause", () => {
    const cause = errorWith("/p/node_modules/@pulumi/resource.ts:1:2");
    const error = errorWith("/p/index.ts:1:2");
    error.cause = cause;
    cause.cause = error;
    dropUnprintableFrames(error);
    assert.equal(cause.stack, "Error: lost");
  });

  it("stay as they are where there is nothing to mend", () => {
    const error = errorWith("/p/index.ts:1:2", "node:internal/timers:1:2");
    const { stack } = error;
    dropUnprintableFrames(error);
    assert.equal(error.stack, stack);
    for (const thrown of [undefined, null, "text", { stack: 1 }]) dropUnprintableFrames(thrown);
  });

  it("are seen before the SDK's handler sees them, and still reach it", () => {
    const seen: string[] = [];
    const handler = (error: Error) => seen.push(error.stack ?? "");
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", handler);
    try {
      makeUncaughtErrorsPrintable();
      process.emit("uncaughtException", errorWith("/p/node_modules/@pulumi/resource.ts:1:2"));
      assert.deepEqual(seen, ["Error: lost"]);
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const other of others) process.on("uncaughtException", other);
      process.removeListener("unhandledRejection", dropUnprintableFrames);
    }
  });
});
