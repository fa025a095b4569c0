import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { publishedApplications } from "@defender-mssp/microsoft";
import { parse } from "yaml";
import { settingKeys } from "../settings";
import { onboardingPermissions } from "../tools/sandbox/cloud/seed";

const root = path.dirname(__dirname);

/** What the README lists, held against what it is about: a table that has fallen behind is worse than none. */
describe("README", () => {
  it("lists exactly the settings that there are, and which are required", () => {
    const { config } = parse(text("Pulumi.yaml")) as { config: Record<string, { description: string }> };
    const listed = rowsUnder("Settings").map(([key, required]) => [code(key), required]);
    const described = Object.entries(config).map(([key, { description }]) => [
      key,
      /\bRequired\b/.test(description) ? "yes" : "no",
    ]);
    assert.deepEqual(listed, described);
    assert.deepEqual(
      listed.map(([key]) => key),
      settingKeys,
    );
  });

  it("lists exactly the outputs of the program", () => {
    const exported = [...text("index.ts").matchAll(/^ {4}(\w+): onboarding\.\w+,$/gm)].map(([, name]) => name);
    assert.ok(exported.length > 0, "index.ts has its outputs in another form");
    assert.deepEqual(
      rowsUnder("Outputs").map(([name]) => code(name)),
      exported,
    );
  });

  it("lists exactly the permissions that the sandbox calls the least", () => {
    const needed = Object.entries(onboardingPermissions).flatMap(([appId, names]) => {
      const api = publishedApplications.find((application) => application.appId === appId)?.displayName;
      return names.map((name) => [name, api]);
    });
    assert.deepEqual(
      rowsUnder("Permissions that `up` needs").map(([name, api]) => [code(name), api]),
      needed,
    );
  });

  it("leads to files and headings that there are", () => {
    const readme = text("README.md");
    const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchor(heading));
    for (const [, target = ""] of readme.matchAll(/\]\(([^)]+)\)/g)) {
      if (target.startsWith("#")) assert.ok(headings.includes(target.slice(1)), target);
      else assert.doesNotThrow(() => text(target), target);
    }
  });
});

function text(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}

/** Cells of the table under a heading of the README, without the table's head. */
function rowsUnder(heading: string): string[][] {
  const [, section = ""] = text("README.md").split(`\n## ${heading}\n`);
  const lines = (section.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function code(cell = ""): string {
  return cell.replaceAll("`", "");
}

/** As GitHub makes it of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, "")
    .replaceAll(" ", "-");
}
