// mocha's spec output, the seed of fast-check's properties, and at the very end one line that a
// machine can read:
// `N passed, N failed[, N skipped]`. With TEST_TIMES=<file> each file's time goes there, in
// milliseconds, the longest first.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { reporters, Runner } = require("mocha");

module.exports = class ClosingLine extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const times = new Map();
    runner.on(Runner.constants.EVENT_TEST_END, ({ file, duration }) => {
      times.set(file, (times.get(file) ?? 0) + (duration ?? 0));
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      if (process.env.TEST_TIMES) writeTimes(process.env.TEST_TIMES, times);
      // After the epilogue that Spec prints on the same event.
      process.on("exit", () => {
        const { passes, failures, pending } = this.stats;
        const skipped = pending > 0 ? `, ${pending} skipped` : "";
        console.log(`fast-check: FC_SEED=${process.env.FC_SEED}`);
        console.log(`${passes} passed, ${failures} failed${skipped}`);
      });
    });
  }
};

function writeTimes(file, times) {
  const lines = [...times].sort(([, a], [, b]) => b - a);
  fs.writeFileSync(file, lines.map(([test, time]) => `${time} ${path.relative(".", test)}\n`).join(""));
}
