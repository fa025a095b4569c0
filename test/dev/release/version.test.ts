import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { changedFiles, exampleManifest } from "../../../dev/release/version";

const root = path.resolve(__dirname, "..", "..", "..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const withEntry = (file: string) =>
  file === "CHANGELOG.md" ? "# Changelog\n\n## Unreleased\n\n- An entry.\n\n## 0.1.0\n" : read(file);

describe("the version of a release", () => {
  it("is written into every manifest, and into each dependency of one package on another", () => {
    const files = changedFiles(withEntry, "99.1.2", "2031-12-31");
    const manifests = [...files].filter(([file]) => file.endsWith("package.json") && !file.startsWith("examples/"));
    const packages = readdirSync(path.join(root, "packages")).map((name) => `packages/${name}/package.json`);
    assert.deepEqual(
      manifests.map(([file]) => file).sort(),
      ["package.json", ...packages, "policy/package.json"].sort(),
    );
    for (const [file, text] of manifests) {
      const { version, dependencies = {} } = JSON.parse(text) as {
        version: string;
        dependencies?: Record<string, string>;
      };
      assert.equal(version, "99.1.2", file);
      for (const [name, wanted] of Object.entries(dependencies))
        if (name.startsWith("@defender-mssp/")) assert.equal(wanted, "99.1.2", `${file}: ${name}`);
    }
    assert.match(files.get("policy/PulumiPolicy.yaml") ?? "", /^version: 99\.1\.2$/m);
  });

  it("is written into the examples, which pin what this checkout has", () => {
    const { version } = JSON.parse(read("package.json")) as { version: string };
    for (const folder of readdirSync(path.join(root, "examples"))) {
      const file = `examples/${folder}/package.json`;
      if (!existsSync(path.join(root, file))) continue;
      assert.equal(
        read(file),
        exampleManifest(read(file), read("package.json"), version),
        `${file}: npm run release:version`,
      );
      const text = changedFiles(withEntry, "99.1.2", "2031-12-31").get(file) ?? "";
      const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> };
      assert.equal(dependencies["defender-mssp"], "99.1.2", file);
    }
  });

  it("takes the entries of Unreleased into the changelog's new section", () => {
    const text = changedFiles(withEntry, "99.1.2", "2031-12-31").get("CHANGELOG.md");
    assert.equal(text, "# Changelog\n\n## Unreleased\n\n## 99.1.2 - 2031-12-31\n\n- An entry.\n\n## 0.1.0\n");
  });

  it("refuses a release without an entry, an older version and what is no version", () => {
    const empty = (file: string) => (file === "CHANGELOG.md" ? "## Unreleased\n\n## 0.1.0\n" : read(file));
    assert.throws(() => changedFiles(empty, "99.1.2", "2031-12-31"), /nothing below "Unreleased"/);
    assert.throws(() => changedFiles(withEntry, "0.0.9", "2031-12-31"), /is not newer than/);
    const { version: current } = JSON.parse(read("package.json")) as { version: string };
    const after = (file: string) => withEntry(file) + (file === "CHANGELOG.md" ? `\n## ${current} - 2026-01-01\n` : "");
    assert.throws(() => changedFiles(after, current, "2031-12-31"), /is not newer than/);
    // The version that the manifests have already, and that no section of the changelog has.
    assert.ok(
      changedFiles(withEntry, current, "2031-12-31").get("CHANGELOG.md")?.includes(`## ${current} - 2031-12-31`),
    );
    for (const version of ["", "next", "1.0", "1.0.0-beta"])
      assert.throws(() => changedFiles(withEntry, version, "2031-12-31"), /^Error: Usage/);
  });
});
