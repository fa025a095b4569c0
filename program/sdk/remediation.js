"use strict";

const { isOn } = require("./isOn.js");

/**
 * Tells the engine that the policy pack changes no resource, as older packs do. It otherwise asks
 * about each resource twice, first whether a rule would change it.
 */
exports.withoutRemediation = function () {
  if (isOn) delete require("@pulumi/pulumi/proto/analyzer_grpc_pb").AnalyzerService.remediate;
};
