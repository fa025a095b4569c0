// mocha's spec output, and at its very end one line that a machine can read: `N passed, N failed[, N skipped]`.
"use strict";

const { reporters, Runner } = require("mocha");

module.exports = class ClosingLine extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      // After the epilogue that Spec prints on the same event.
      process.on("exit", () => {
        const { passes, failures, pending } = this.stats;
        const skipped = pending > 0 ? `, ${pending} skipped` : "";
        console.log(`${passes} passed, ${failures} failed${skipped}`);
      });
    });
  }
};
