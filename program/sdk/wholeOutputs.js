"use strict";

/** Resolves to a program's outputs when they and every resource that they wait for are known. */
exports.wholeOutputs = async function (outputs) {
  const { RunError, output } = require("@pulumi/pulumi");
  const { isKnown } = output(outputs);
  if (isKnown === undefined) throw new RunError(missing);
  await isKnown;
  return outputs;
};

const missing =
  "The installed @pulumi/pulumi has no Output.isKnown, which this program needs. Install the version that this package " +
  "names (`npm ls @pulumi/pulumi`), and remove an override of it from package.json.";
