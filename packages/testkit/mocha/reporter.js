// mocha's spec output, the seed of fast-check's properties, and at the very end one line that a
// machine can read: `N passed, N failed[, N skipped]`. With TEST_RECORD=<file> the counts of each
// test file go there, a line of JSON for each, and whoever reads them writes the closing line.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { reporters, Runner } = require("mocha");

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Runner.constants;

module.exports = class ClosingLine extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const counts = new Map();
    const count = (event, what) =>
      runner.on(event, (test, error) => {
        const { file = "" } = test;
        const ofFile = counts.get(file) ?? { passed: 0, failed: 0, skipped: 0, failures: [] };
        ofFile[what]++;
        if (what === "failed")
          ofFile.failures.push(`${test.fullTitle()}: ${error.message.replace(/\s+/g, " ").slice(0, 200)}`);
        counts.set(file, ofFile);
      });
    count(EVENT_TEST_PASS, "passed");
    count(EVENT_TEST_FAIL, "failed");
    count(EVENT_TEST_PENDING, "skipped");
    runner.once(EVENT_RUN_END, () => {
      const { TEST_RECORD: record, FC_SEED: seed } = process.env;
      if (record) fs.appendFileSync(record, [...counts].map(lineOf).join(""));
      // After the epilogue that Spec prints on the same event.
      process.on("exit", () => {
        console.log(`fast-check: FC_SEED=${seed}`);
        if (record) return;
        const { passes, failures, pending } = this.stats;
        console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ""}`);
      });
    });
  }
};

function lineOf([file, counts]) {
  return `${JSON.stringify({ file: path.relative(".", file), ...counts })}\n`;
}
