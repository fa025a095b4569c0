import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { nodesOf, parsePage, readPage } from "../dev/docs/markdown";
import { readmeSize } from "../dev/docs/checks/size";
import { parseSettings } from "../settings";

const root = path.dirname(__dirname);
const readme = readPage(root, "README.md");

function blocks(language: string): readonly string[] {
  return nodesOf(readme.tree).flatMap((node) => (node.type === "code" && node.lang === language ? [node.value] : []));
}

describe("README", () => {
  it("has at most 120 lines and 6400 bytes", () => {
    assert.deepEqual(readmeSize(readme), []);
    const long = parsePage("README.md", "word\n".repeat(1281));
    assert.equal(readmeSize(long).length, 2);
  });

  it("gives the two commands, each alone in a block", () => {
    const commands = blocks("sh").map((block) => block.trim());
    assert.ok(commands.includes("npm ci && npm start"), commands.join("\n"));
    assert.ok(commands.includes("npm ci && npm test"), commands.join("\n"));
  });

  it("shows settings that the program accepts", () => {
    const [yaml = ""] = blocks("yaml");
    const { config } = parse(yaml) as { config: Record<string, unknown> };
    const values = Object.entries(config).map(([key, value]) => [
      key.replace("defender-mssp:", ""),
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const settings = parseSettings(Object.fromEntries(values) as Record<string, string>, [], {});
    assert.equal(settings.customerName, "Contoso");
    assert.equal(settings.analysts.length, 1);
  });

  it("writes the command as npx mssp", () => {
    assert.doesNotMatch(readme.text, /npm run -s mssp|node cli\/mssp\.js/);
    assert.doesNotMatch(readme.text, /`mssp [a-z]/);
  });

  it("states the version that package.json has", () => {
    const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
    assert.ok(readme.text.includes(`Version ${version}.`));
  });
});
