#!/usr/bin/env node
// Starts the command `defender-mssp-siem`.
"use strict";

require("./dist/main.js");
