import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";

const files = ["src", "test"].flatMap((folder) =>
  readdirSync(path.join(__dirname, "..", folder), { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.[jt]s$/.test(file),
  ),
);

describe("Files of the sandbox", () => {
  it("have a name of their own, but for index.ts", () => {
    const names = files.map((file) => path.basename(file)).filter((name) => name !== "index.ts");
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });

  it("that declare routes are named for them", () => {
    const routes = readdirSync(path.join(__dirname, "../src/graph/routes"));
    assert.deepEqual(
      routes.filter((file) => !file.endsWith("Routes.ts")),
      ["withSignInActivity.ts"],
    );
  });
});
