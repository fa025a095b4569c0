"use strict";

const { isOn } = require("./isOn.js");
const { sdkModule } = require("./sdkModule.js");

/**
 * Ends the recording of a stack trace for each promise of the SDK. Only PULUMI_DEBUG_PROMISE_LEAKS
 * shows them.
 */
exports.withoutPromiseTraces = function () {
  if (!isOn || process.env.PULUMI_DEBUG_PROMISE_LEAKS) return;
  const debuggable = sdkModule("@pulumi/pulumi/runtime/debuggable");
  const { debuggablePromise } = debuggable;
  // A process that runs several programs calls this for each.
  if (typeof debuggablePromise !== "function" || debuggablePromise.isWithoutTrace) return;
  debuggable.debuggablePromise = (promise, context) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
  debuggable.debuggablePromise.isWithoutTrace = true;
};
