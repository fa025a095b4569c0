"use strict";

const { isOn } = require("./isOn.js");
const { sdkModule } = require("./sdkModule.js");

/** The SDK's gRPC clients by file: of the engine, the resource monitor, and its own callbacks. */
const clients = {
  engine_grpc_pb: "EngineClient",
  resource_grpc_pb: "ResourceMonitorClient",
  callback_grpc_pb: "CallbacksClient",
};

/**
 * Remembers each gRPC client that the SDK makes, for a process that runs several programs. The SDK
 * leaves them open after a run, and the timers of an open one keep everything of the run in memory.
 * Call it before the SDK loads, which keeps what these files export. `ofProgram` requires as the
 * program does. Returns what closes the open ones: one run at a time, after its end.
 */
exports.rememberClients = function (ofProgram) {
  const open = new Set();
  for (const [file, name] of Object.entries(isOn ? clients : {})) {
    const exported = sdkModule(`@pulumi/pulumi/proto/${file}`, ofProgram);
    const Made = exported[name];
    if (typeof Made !== "function") continue;
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
