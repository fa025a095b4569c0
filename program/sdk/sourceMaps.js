"use strict";

const { isOn } = require("./isOn.js");

/**
 * Ends the mapping of stacks to the SDK's TypeScript sources. With such frames, Node 20 hangs while
 * it prints an uncaught error (nodejs/node#64011).
 */
exports.withoutSdkSourceMaps = function () {
  if (isOn) Error.prepareStackTrace = undefined;
};
