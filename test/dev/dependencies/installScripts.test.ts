import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(__dirname, "..", "..", "..");

/** Every file that CI runs, of this project and of a repository of customers. */
const files = [
  ".ci/run",
  ...[".github/workflows", "templates/github", "templates/gitlab", "templates/azure"].flatMap((folder) =>
    readdirSync(path.join(root, folder)).map((name) => path.join(folder, name)),
  ),
];

describe("installs in CI", () => {
  for (const file of files) {
    it(`${file} runs no install script of a package`, () => {
      const commands = readFileSync(path.join(root, file), "utf8").split("\n");
      const installs = commands.filter((line) => /\bnpm (ci|install|i)\b/.test(line.replace(/#.*/, "")));
      for (const line of installs) assert.match(line, /npm ci --ignore-scripts/, line);
    });
  }
});
