"use strict";

const { isOn } = require("./isOn.js");

/**
 * Ends the recording of where each resource was declared. The places are lines of the compiled
 * program, which nobody reads; the engine writes them into the state with each resource.
 */
exports.withoutSourcePositions = function () {
  if (!isOn) return;
  const { Resource } = require("@pulumi/pulumi");
  if (typeof Resource.stackTrace === "function") Resource.stackTrace = () => [];
};
