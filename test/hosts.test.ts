import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

const checkout = path.dirname(__dirname);
/** The clouds, whose hosts are called, and what ends, whose hosts are looked for in files and never called. */
const tables = ["clouds.ts", path.join("changes", "retirements.ts")].map((file) =>
  path.join("packages", "microsoft", "src", file),
);

/** The product: what runs for a real customer. The sandbox and the tests play Microsoft, and have to name its hosts. */
const sources = [
  "components",
  "extensions",
  "domain",
  "program",
  "policy",
  "settings",
  "cli",
  path.join("packages", "errors", "src"),
  path.join("packages", "terminal", "src"),
  path.join("packages", "microsoft", "src"),
]
  .flatMap(filesBelow)
  .concat(readdirSync(checkout).filter((file) => !file.startsWith("eslint.")))
  .filter((file) => /\.(ts|js|mjs)$/.test(file) && !tables.includes(file));

const host =
  /(?:[a-z0-9-]+\.)*(?:microsoft\.(?:com|us)|microsoftonline\.(?:com|us)|windows\.(?:com|net|us)|azure\.(?:com|us)|usgovcloudapi\.net|apps\.mil)\b/gi;

/** Nobody is called there: Microsoft's documents, and the names of Azure's JSON schemas. */
const documents = ["learn.microsoft.com", "schema.management.azure.com"];

describe("microsoft: hosts", () => {
  it("Microsoft's hosts are named in the tables of clouds and of what ends only", () => {
    assert.ok(sources.length > 40, `${sources.length} files`);
    const named = sources.flatMap((file) =>
      hostsIn(withoutComments(readFileSync(path.join(checkout, file), "utf8"))).map((one) => `${file}: ${one}`),
    );
    assert.deepEqual(named, []);
  });

  it("the search finds hosts in code, not in comments or links to documents", () => {
    const code =
      'const a = "https://graph.microsoft.com/v1.0"; // https://login.microsoftonline.us\n/* security.apps.mil */';
    assert.deepEqual(hostsIn(withoutComments(code)), ["graph.microsoft.com"]);
    assert.deepEqual(hostsIn('"https://learn.microsoft.com/graph"'), []);
  });
});

function hostsIn(code: string): string[] {
  return [...code.matchAll(host)].map(([one]) => one).filter((one) => !documents.includes(one));
}

/** A `//` that follows a colon is an address's. */
function withoutComments(code: string): string {
  return code.replace(/\/\*[^]*?\*\//g, "").replace(/(^|[^:])\/\/.*$/gm, "$1");
}

function filesBelow(folder: string): string[] {
  return readdirSync(path.join(checkout, folder)).flatMap((name) => {
    const file = path.join(folder, name);
    return statSync(path.join(checkout, file)).isDirectory() ? filesBelow(file) : [file];
  });
}
