// The built engine's host of dynamic resources looks for this file in the program that it serves.
"use strict";

module.exports = require("./program/sdk/shortcuts.js");
