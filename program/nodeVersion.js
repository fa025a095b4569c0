// Which Node.js runs this program. Any version can read this file, so that an old one gets a
// sentence instead of a syntax error.
"use strict";

const least = [20, 19];

/** A sentence for a Node.js that is too old; undefined for any other. */
exports.tooOld = function () {
  const version = process.versions.node;
  const parts = version.split(".").map(Number);
  if (parts[0] > least[0] || (parts[0] === least[0] && parts[1] >= least[1])) return undefined;
  return (
    "Node.js " +
    version +
    " is too old: defender-mssp needs " +
    least.join(".") +
    " or later. Nothing was done. " +
    "Install a newer one, or put one into this project: npm install --save-dev node@24"
  );
};
