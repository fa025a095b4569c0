import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { neededPermissions } from "../settings/prerequisites";
import { settingKeys, type PortalAccessSettings } from "../settings";

const root = path.dirname(__dirname);
const tiers = { tier1: { name: "1" }, tier2: { name: "2" }, approvers: { name: "3" } };
const basic: PortalAccessSettings = { model: "basic", role: "Security Reader", assignTo: "group" };
const rbac: PortalAccessSettings = { model: "rbac", tiers };
const entitlement: PortalAccessSettings = {
  model: "entitlement",
  tiers,
  approvers: [],
  expiresAfterDays: 365,
  reviewEvery: "year",
  identitySource: { domain: "mssp.example" },
};

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
    const exported = [...text("index.ts").matchAll(/^ {4}(\w+): (?:onboarding\.|settings\.|\w+ && \{)/gm)].map(
      ([, name]) => name,
    );
    assert.ok(exported.length > 0, "index.ts has its outputs in another form");
    assert.deepEqual(
      rowsUnder("Outputs").map(([name]) => code(name)),
      exported,
    );
  });

  it("lists exactly the permissions that a stack may need, and in which case", () => {
    const rows = rowsUnder("Permissions that `up` needs").map(([name, api]) => [code(name), api]);
    const everything = [basic, rbac, entitlement].flatMap((portalAccess) =>
      neededPermissions({ analysts: [], portalAccess, defenderCalls: { mode: "endpoint" } }),
    );
    const needed = everything.map(({ permission, api }) => [permission, api]);
    const sorted = (list: readonly (readonly (string | undefined)[])[]) => [...new Set(list.map(String))].sort();
    assert.deepEqual(sorted(rows), sorted(needed));
    assert.equal(new Set(rows.map(String)).size, rows.length);
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
