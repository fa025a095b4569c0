// A command in a test's own process writes without colors, in CI as on a terminal. picocolors reads
// the variables once, when mocha loads it. Frozen, so that no test gives its worker's later files colors.
"use strict";

const colors = require("picocolors");

Object.freeze(Object.assign(colors, colors.createColors(false)));
