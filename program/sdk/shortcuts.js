// Every place that reaches into Pulumi's SDK in order to start sooner, or to need less memory.
// MSSP_SDK_SHORTCUTS=off turns all of them off: everything works as before and takes longer, so that
// a new release of the SDK can't break a customer's run.
//
// Who calls it: launcher.js (the program), policy/pack.js (the policy pack), the workers of `mssp
// fleet`, and the host of dynamic resources that packages/engine builds. That host belongs to the
// engine and not to a checkout: it looks for this file in the program that it serves.
"use strict";

const Module = require("node:module");

const isOn = process.env.MSSP_SDK_SHORTCUTS !== "off";

/** Whether the shortcuts are taken. */
exports.isOn = isOn;

/**
 * Runs `load`, which requires the SDK, without the TypeScript compiler and npm's tree reader. The
 * SDK loads them at once, for a third of a second, to write functions into the state, which this
 * program never does (components/dynamicResource.ts). It gets them at their first use.
 */
exports.loadSdk = function (load) {
  if (!isOn) return load();
  const loadNow = Module._load;
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

/**
 * Ends the mapping of stacks to the SDK's TypeScript sources: it takes a fifth of a second, for a
 * stack that the SDK makes for each promise. An uncaught error with such frames makes Node 20 hang
 * while it prints it (nodejs/node#64011).
 */
exports.withoutSdkSourceMaps = function () {
  if (isOn) Error.prepareStackTrace = undefined;
};

/**
 * Ends the recording of where each resource was declared. The places are lines of the compiled
 * program, which nobody reads; the state has a quarter more bytes with them, and the engine writes
 * the whole state twice for each resource that it creates.
 */
exports.withoutSourcePositions = function () {
  if (isOn) require("@pulumi/pulumi").Resource.stackTrace = () => [];
};

/**
 * Ends the recording of a stack trace for each promise of the SDK, a tenth of the program's time.
 * Only PULUMI_DEBUG_PROMISE_LEAKS shows them.
 */
exports.withoutPromiseTraces = function () {
  if (!isOn || process.env.PULUMI_DEBUG_PROMISE_LEAKS) return;
  const debuggable = require("@pulumi/pulumi/runtime/debuggable");
  const { debuggablePromise } = debuggable;
  // A process that runs several programs calls this for each.
  if (debuggablePromise.isWithoutTrace) return;
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

/** Where the SDK takes its gRPC clients from: of the engine, the resource monitor, and its own callbacks. */
const clients = {
  engine_grpc_pb: "EngineClient",
  resource_grpc_pb: "ResourceMonitorClient",
  callback_grpc_pb: "CallbacksClient",
};

/**
 * Remembers each gRPC client that the SDK makes, for a process that runs several programs. The SDK
 * leaves them open after a run, and the timers of an open one keep everything of the run in memory:
 * 2 MB for each stack. Call it before the SDK loads, which keeps what these files export.
 * `ofProgram` requires as the program does. Returns what closes the open ones: one run at a time,
 * after its end.
 */
exports.rememberClients = function (ofProgram) {
  const open = new Set();
  for (const [file, name] of Object.entries(isOn ? clients : {})) {
    const exported = ofProgram(`@pulumi/pulumi/proto/${file}`);
    const Made = exported[name];
    if (Made === undefined) continue; // Another SDK's file.
    exported[name] = class extends Made {
      constructor(...args) {
        super(...args);
        open.add(this);
      }
    };
  }
  return () => {
    for (const client of open) client.close();
    open.clear();
  };
};

/**
 * Tells the engine that a policy pack changes no resource, as older packs do. It otherwise asks
 * about each resource twice, first whether a rule would change it.
 */
exports.withoutRemediation = function () {
  if (isOn) delete require("@pulumi/pulumi/proto/analyzer_grpc_pb").AnalyzerService.remediate;
};

/**
 * esbuild plugin for the policy pack: `@pulumi/policy` is compiled in with the two modules of the
 * SDK that it needs, in place of the whole SDK, which takes longer to load than everything else in
 * the pack. Other packages are required as they are.
 */
exports.smallSdk = {
  name: "small SDK",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) => {
      if (kind === "entry-point" || (isOn && name === "@pulumi/policy")) return undefined;
      return isOn && name === "@pulumi/pulumi"
        ? { path: name, namespace: "small-sdk" }
        : { path: name, external: true };
    });
    onLoad({ filter: /.*/, namespace: "small-sdk" }, () => ({
      contents: `export * as asset from "@pulumi/pulumi/asset"; export { Output } from "@pulumi/pulumi/output";`,
      resolveDir: __dirname,
    }));
  },
};
