import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { checkout } from "../../mssp";
import { questions } from "../../../docs/questions";
import { inSession as mssp } from "../../testSession";

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: checkout,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => /^(cli|components|domain|policy|program|settings|templates|packages\/[^/]+\/src)\//.test(file))
  .filter((file) => existsSync(path.join(checkout, file)));

/** Lines that a person may see. */
const lines = files.flatMap((file) =>
  readFileSync(path.join(checkout, file), "utf8")
    .split("\n")
    .filter((line) => !file.endsWith(".ts") || !/^\s*(\*|\/\*|\/\/)/.test(line))
    .map((line) => ({ file, line })),
);

interface ListedPage {
  readonly topic: string;
  readonly file: string;
}

describe("mssp docs", () => {
  let pages: readonly ListedPage[];
  before(async () => {
    ({ pages } = JSON.parse((await mssp(["docs", "--json"])).stdout) as { pages: readonly ListedPage[] });
  });

  it("lists every page, each under a name of its own", async () => {
    assert.ok(pages.length > 30, `${pages.length} pages`);
    assert.equal(new Set(pages.map(({ topic }) => topic)).size, pages.length);
    const { stdout } = await mssp(["docs"]);
    for (const { topic } of pages) assert.match(stdout, new RegExp(`^ {2}${topic} `, "m"));
  });

  it("prints where a page is, by its name or its path, and its text", async () => {
    const place = path.join(checkout, "docs/guides/platform-engineer.md");
    for (const topic of [
      "platform-engineer",
      "docs/guides/platform-engineer.md",
      "guides/platform-engineer.md#create-the-stack",
    ])
      assert.deepEqual(await mssp(["docs", topic]), { exitCode: 0, stdout: place, stderr: "" });
  });

  it("prints the whole page of commands where `npm run docs` has written it, and the list elsewhere", async () => {
    const whole = path.join(checkout, "dist/docs/reference/commands.md");
    const place = existsSync(whole) ? whole : path.join(checkout, "docs/reference/commands.md");
    assert.equal((await mssp(["docs", "commands"])).stdout, place);
  });

  for (const [question, answer] of Object.entries(questions))
    it(`answers "${question}" with the right section first`, async () => {
      const { stdout, exitCode } = await mssp(["docs", ...question.split(" ")]);
      assert.deepEqual([exitCode ?? 0, stdout.split("\n")[0]], [0, `npx mssp docs ${answer}`]);
    });

  it("finds by the text what no heading names, the shortest section first", async () => {
    const { stdout } = await mssp(["docs", "GDAP"]);
    assert.match(stdout, /customer-administrator: What this program never creates/);
    assert.match((await mssp(["docs", "backup"])).stdout, /^npx mssp docs state: /);
  });

  it("finds nothing by words that mean nothing, and says so", async () => {
    for (const words of [["is", "it"], ["zzz"]]) {
      const { stderr, exitCode } = await mssp(["docs", ...words]);
      assert.equal(exitCode, 1);
      assert.match(stderr, /^mssp: There is no page "[a-z ]+"\. `npx mssp docs` lists all pages\.$/);
    }
  });

  it("names the nearest page of an unknown one", async () => {
    const { exitCode, stderr } = await mssp(["docs", "conector"]);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^mssp: There is no page "conector"; did you mean connector\? `npx mssp docs` lists all pages\.$/,
    );
  });

  it("has each page that a text of the product names", () => {
    const named = lines.flatMap(({ file, line }) =>
      [...line.matchAll(/npx mssp docs ([a-z][a-z-]*)/g)].map(([, topic = ""]) => ({ file, topic })),
    );
    assert.ok(named.length > 15, `${named.length} texts`);
    const topics = pages.map(({ topic }) => topic);
    assertNone(named, ({ topic }) => !topics.includes(topic));
  });

  it("is what texts name: a customers' repository has no folder docs", () => {
    // The package of the SIEM's machine has its pages.
    const others = lines.filter(({ file }) => !/^(packages|templates)\/siem\//.test(file));
    const paths = others.filter(({ line }) => /\bdocs\/[\w/-]+\.md\b(?! of defender-mssp)/.test(line));
    assert.deepEqual(paths, []);
  });
});
