// A command in a test's own process writes without colors, in CI as on a terminal. picocolors reads
// the variables once, when mocha loads it.
"use strict";

const colors = require("picocolors");

Object.assign(colors, colors.createColors(false));
