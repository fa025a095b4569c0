// One seed for all properties of a run: FC_SEED, or a new one. The reporter prints it, and
// FC_SEED=<seed> repeats the run.
// mocha loads this file in its own process first; the worker processes inherit the variable.
"use strict";

const { configureGlobal } = require("fast-check");

process.env.FC_SEED ??= String((Date.now() ^ (process.pid << 16)) | 0);
const seed = Number(process.env.FC_SEED);
if (!Number.isInteger(seed)) throw new Error(`FC_SEED must be an integer, not ${JSON.stringify(process.env.FC_SEED)}`);
configureGlobal({ seed });
