// What starts sooner, or needs less memory, by reaching into Pulumi's SDK: launcher.js (the
// program), plugin/index.js and the workers of `mssp fleet` take
// these. reaches.ts lists every reach. MSSP_SDK_SHORTCUTS=off turns all of these off, so that a new
// release of the SDK can't break a customer's run.
"use strict";

module.exports = {
  ...require("./isOn.js"),
  ...require("./lazyCompilers.js"),
  ...require("./sourceMaps.js"),
  ...require("./sourcePositions.js"),
  ...require("./promiseTraces.js"),
  ...require("./grpcClients.js"),
};
