#!/usr/bin/env node
// Starts the process that judges queries: one JSON document in, one out.
"use strict";

require("./dist/judge/main.js");
