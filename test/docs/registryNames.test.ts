/** The packages are not on npm: whoever registers one of their names would run code as the reader. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../dev/docs/files";

/** Product, documents, templates, examples. The changelog tells what earlier versions did. */
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => /\.(ts|js|mjs|md|ya?ml|json|service|html)$|file$/i.test(file))
  .filter((file) => !/^(test|dev|packages\/[^/]+\/test)\/|^CHANGELOG\.md$|package-lock\.json$|^docs\/adr\//.test(file));

/** A package of this project by its name alone, with or without a version. A path or a tarball is no name. */
const name = /^["'`(]*(@defender-mssp\/[\w-]+|defender-mssp)(@[^"'`\s]*)?["'`),.:;]*$/;

/** Words of a command line that gets packages by name. */
const getting = /\b(npx|npm (install|i|add|exec|x|create|init|update)|(yarn|pnpm) (add|dlx|create)|bunx)\b(?<rest>.*)$/;

/** Names that a line tells npm or npx to get. */
function gottenNames(line: string): readonly string[] {
  const words = getting.exec(line)?.groups?.["rest"]?.split(/\s+/) ?? [];
  // A command ends with its code span.
  const end = words.findIndex((word) => /[`;]|&&|\|/.test(word));
  return (end < 0 ? words : words.slice(0, end + 1)).filter((word) => name.test(word));
}

describe("texts of the product", () => {
  it("tell nobody to get a package of this project from a registry", () => {
    assert.ok(files.length > 500, `${files.length} files`);
    const findings = files.flatMap((file) =>
      readFileSync(path.join(root, file), "utf8")
        .split("\n")
        .flatMap((line, index) => gottenNames(line).map((gotten) => `${file}:${index + 1}: ${gotten}`)),
    );
    assert.deepEqual(findings, []);
  });

  for (const line of [
    "npx defender-mssp init customers",
    "npx --yes @defender-mssp/siem verify",
    "Run `npm install defender-mssp` in the folder.",
    "npm install --save-exact defender-mssp@latest @defender-mssp/engine@latest",
    'npm install "@defender-mssp/siem@${VERSION:?}"',
  ])
    it(`the check reports: ${line}`, () => assert.notDeepEqual(gottenNames(line), []));

  for (const line of [
    "npm install ./vendor/defender-mssp-0.1.0.tgz",
    "npx mssp init ../customers",
    "In a checkout of defender-mssp, run `npm install`, then look at defender-mssp",
  ])
    it(`the check accepts: ${line}`, () => assert.deepEqual(gottenNames(line), []));
});
