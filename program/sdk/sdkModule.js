"use strict";

/**
 * A file of the SDK that is no part of its interface: an empty object where this SDK has no such
 * file, so that the reach is not made.
 */
exports.sdkModule = function (name, requireFrom = require) {
  try {
    return requireFrom(name);
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND" || error.code === "ERR_PACKAGE_PATH_NOT_EXPORTED") return {};
    throw error;
  }
};
