"use strict";

const Module = require("node:module");
const { isOn } = require("./isOn.js");

/**
 * Runs `load`, which requires the SDK, without the TypeScript compiler and npm's tree reader. The
 * SDK loads them to write functions into the state, which this program never does
 * (components/dynamicResource.ts). It gets them at their first use.
 */
exports.loadSdk = function (load) {
  const loadNow = Module._load;
  if (!isOn || typeof loadNow !== "function") return load();
  Module._load = function (request, parent, ...rest) {
    const loadIt = () => loadNow.call(this, request, parent, ...rest);
    const isHeavy = request === "@npmcli/arborist" || /(?:^|\/)typescript(?:\.js)?$/.test(request);
    if (!isHeavy || !/[\\/]@pulumi[\\/]pulumi[\\/]/.test(parent?.filename ?? "")) return loadIt();
    let loaded;
    return new Proxy({}, { get: (_, name) => (name === "__esModule" ? true : (loaded ??= loadIt())[name]) });
  };
  try {
    return load();
  } finally {
    Module._load = loadNow;
  }
};
