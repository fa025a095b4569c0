// `npm run second-homes`: counts what was written again although it has a home and the exported types that share a
// name, and fails if there is any. Plain JavaScript without a compiler, since lint runs it.
"use strict";

const { execFileSync } = require("node:child_process");
const { readFileSync } = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "../..");

/** Before: the count when the rule came. Allowed: ends of paths where it is another thing, or still has to go. */
const facts = [
  {
    fact: "a reader of JSON",
    home: "@defender-mssp/errors/json",
    before: 35,
    pattern:
      /return (typeof (\w+) === "string" \? \2 : ("")|typeof (\w+) === "string" \? \4 : undefined|typeof (\w+) === "object" && \5 !== null && !Array\.isArray\(\5\)( \? \(\5 as [^)]*\) : \{\})?|Array\.isArray\((\w+)\) \? (\7|\7\.filter\(\(?\w+\)? => typeof \w+ === "string"\)) : \[\]);\s*\n\}/g,
    allowed: [
      "values/literalValue.ts",
      "evidence/page.ts",
      "azuread/mapping.ts",
      "resources/conditionalAccessPolicy.ts",
    ],
  },
  {
    fact: "a day or an hour in milliseconds",
    home: "@defender-mssp/errors/time",
    before: 46,
    pattern: /(24 \* )?60 \* 60(_000| \* 1000)|(?<!\w)(86_400_000|3_600_000)/g,
    inTests: /^const (day|hour) = ((24 \* )?60 \* 60(_000| \* 1000)|86_400_000|3_600_000);/gm,
    allowed: [],
  },
  {
    fact: "a parser of durations",
    home: "@defender-mssp/errors/time",
    before: 11,
    pattern: /\/\^P[^\n/]*\(\\d\+\)[DHM][^\n]*\.exec\(/g,
    allowed: ["state/resourceWithId.ts", "graph/tenantFeatures.ts"],
  },
  {
    fact: "escaping of markup",
    home: "@defender-mssp/errors/escape",
    before: 4,
    pattern: /replaceAll\("&", "&amp;"\)/g,
    allowed: [],
  },
  {
    fact: "a parser of whole numbers",
    home: "@defender-mssp/terminal/wholeNumber",
    before: 9,
    pattern: /\/\^(\[1-9\]\\d|\\d)[^/]*\$\/\.test\((\w+)\)\) (throw new InvalidArgumentError|return Number)/g,
    allowed: [],
  },
];

const homes = /^packages\/(errors|pages|terminal\/src\/wholeNumber)/;
const files = execFileSync("git", ["ls-files", "*.ts", "*.tsx"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter(Boolean);
const read = (some) => some.map((file) => [file, readFileSync(path.join(root, file), "utf8")]);
const isTest = (file) => /(^|\/)test\//.test(file);
const [texts, tests] = [read(files.filter((file) => !isTest(file))), read(files.filter(isTest))];

let isClean = true;
const places = (among, pattern) =>
  among.flatMap(([file, text]) =>
    [...text.matchAll(pattern)].map(({ index }) => `${file}:${text.slice(0, index).split("\n").length}`),
  );
for (const { fact, home, before, pattern, inTests, allowed } of facts) {
  const outside = texts.filter(([file]) => !homes.test(file));
  const found = [...places(outside, pattern), ...(inTests === undefined ? [] : places(tests, inTests))];
  const again = found.filter((place) => !allowed.some((end) => place.split(":")[0].endsWith(`/${end}`)));
  console.log(`${fact}: ${before} before, ${found.length} now; its home is ${home}`);
  for (const place of again) console.log(`  again in ${place}`);
  isClean &&= again.length === 0;
}

// An exported type has a name of its own: two of a name are one fact with two homes, or two facts that a reader mistakes.
// The oracle shares nothing with what it judges, so it may name what it finds as the product does.
const types = new Map();
for (const [file, text] of texts.filter(
  ([name]) => !/\.d\.ts$|^(examples|templates|packages\/testkit\/src\/oracle)\//.test(name),
))
  for (const [, name] of text.matchAll(/^export (?:abstract )?(?:interface|type|class|enum) (\w+)/gm))
    types.set(name, [...(types.get(name) ?? []), file]);
for (const [name, declaring] of [...types].filter(([, declared]) => declared.length > 1)) {
  console.log(`${name} is a type of ${declaring.join(", ")}: give each a name of its own, or import the one`);
  isClean = false;
}
process.exitCode = isClean ? 0 : 1;
