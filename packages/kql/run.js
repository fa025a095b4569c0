// Starts the process that runs queries within bounds: QueryProcess talks to it.
"use strict";

require("./dist/executor/queryProcessMain.js");
