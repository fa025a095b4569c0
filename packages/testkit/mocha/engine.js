// Go's garbage collector runs less often in the engine: a tenth of its CPU time, for some
// megabytes. Every process of the tests inherits the variable.
"use strict";

process.env.GOGC ??= "400";
