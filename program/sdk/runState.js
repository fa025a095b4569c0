"use strict";

const { sdkModule } = require("./sdkModule.js");

/**
 * The SDK's own record of this run, by which a program knows that the engine has ended it.
 * Undefined where this SDK has none: then the program's message appears beside the engine's.
 */
exports.stateOfRun = function () {
  const { getStore } = sdkModule("@pulumi/pulumi/runtime/state");
  return typeof getStore === "function" ? getStore() : undefined;
};
