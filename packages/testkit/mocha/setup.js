// What every test file has before it is loaded: mocha's `--require @defender-mssp/testkit/mocha/setup`.
"use strict";

require("./colors");
require("./compile");
require("./fastCheck");
require("./engine");
if (process.env.TEST_RECORD) exports.mochaHooks = require("./costs").mochaHooks;
