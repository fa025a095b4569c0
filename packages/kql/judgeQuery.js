// Starts the process that judges queries within bounds: the judge talks to it.
"use strict";

require("./dist/judge/judgeProcessMain.js");
