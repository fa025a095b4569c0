import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import type { Heading } from "mdast";
import { brokenLinks } from "../../dev/docs/checks/links";
import { schemaPlaces } from "../../dev/docs/reference/commands";
import { missingPaths } from "../../dev/docs/checks/paths";
import { unknownSettings } from "../../dev/docs/checks/settingNames";
import { longCells } from "../../dev/docs/checks/size";
import { howToRun } from "../../dev/docs/commandBlocks";
import { markdownFiles, root } from "../../dev/docs/files";
import { nodesOf, parsePage, plainText, readPage, shellBlocksOf, type MarkdownPage } from "../../dev/docs/markdown";
import { madeWhole, wholePages } from "../../dev/docs/pages";
import { commandNames } from "../../dev/docs/reference/commands";

describe("documentation", () => {
  const pages = markdownFiles().map((file) => readPage(root, file));
  let whole: readonly MarkdownPage[];
  before(async () => (whole = await madeWhole()));

  it("has no link to a file or heading that is missing", () =>
    assert.deepEqual(brokenLinks(root, [...pages, ...whole], new Set(schemaPlaces())), []));

  for (const { file } of wholePages) {
    it(`${file} is whole in the site and the package: each entry of the checkout's list has a section`, () => {
      const list = readFileSync(path.join(root, file), "utf8");
      const entries = [...list.matchAll(/^- `?(?:defender-mssp:)?([^`:\n]+)/gm)].map(([, name = ""]) => name);
      const { text } = whole.find((page) => page.file === file)!;
      assert.ok(entries.length >= 20, `${entries.length} entries`);
      for (const name of entries) assert.match(text, new RegExp(`^###? ${name}$`, "m"));
      assert.ok(text.length > 4 * list.length);
    });
  }

  it("reports a link to a missing file and to a missing heading", () => {
    const page = parsePage(
      "docs/sample.md",
      "# Title\n\n[a](missing.md) [b](#other) [c](#title) <https://example.com/x>\n",
    );
    assert.deepEqual(brokenLinks(root, [page]), [
      "docs/sample.md:3: missing.md: no such file",
      "docs/sample.md:3: #other: no such heading",
    ]);
  });

  it("accepts a link to a file that the package and the site get", () => {
    const page = parsePage("docs/sample.md", "[a](../schemas/a.schema.json) [b](../schemas/b.schema.json)\n");
    assert.deepEqual(brokenLinks(root, [page], new Set(["schemas/a.schema.json"])), [
      "docs/sample.md:1: ../schemas/b.schema.json: no such file",
    ]);
  });

  it("names only paths in backticks that the repository has", () => assert.deepEqual(missingPaths(root, pages), []));

  it("reports a path in backticks that is missing, and accepts one beside the page", () => {
    const page = parsePage(
      "docs/sample.md",
      "`components/moved.ts` `tools/` `cli/main.ts` `adr/README.md` `npm run x/`\n",
    );
    assert.deepEqual(missingPaths(root, [page]), [
      "docs/sample.md:1: `components/moved.ts`: no such file",
      "docs/sample.md:1: `tools/`: no such file",
    ]);
  });

  it("names only settings in backticks that the schema has", () => {
    assert.deepEqual(unknownSettings(root, pages), []);
    const page = parsePage(
      "docs/sample.md",
      "`connector.kind` `connector.renewMadeBefore` `analysts.email` `detections.yml`\n",
    );
    assert.deepEqual(unknownSettings(root, [page]), ["docs/sample.md:1: `connector.renewMadeBefore`: no such setting"]);
  });

  it("reports a table cell of 81 characters and accepts one of 80", () => {
    const table = (cell: string) => parsePage("docs/sample.md", `| a |\n|---|\n| ${cell} |\n`);
    assert.equal(longCells([table("x".repeat(81))]).length, 1);
    assert.deepEqual(longCells([table("x".repeat(80))]), []);
  });

  it("reports a comment before a shell block that doesn't say how the block is run", () => {
    const block = (comment: string) => {
      const [found] = shellBlocksOf(parsePage("docs/sample.md", `${comment}\n\n\`\`\`sh\ntrue\n\`\`\`\n`));
      assert.ok(found);
      return howToRun(found);
    };
    assert.deepEqual(block("<!-- Not run: it takes an hour. -->"), { kind: "none", reason: "it takes an hour." });
    assert.throws(() => block("<!-- Not run: -->"), /docs\/sample\.md:3: the comment/);
    assert.throws(() => block("<!-- later -->"), /doesn't say how the block is run/);
  });

  it("names only commands that mssp has", () => {
    const names = [...commandNames(), "help"];
    const used = pages
      .filter(({ file }) => file !== "CHANGELOG.md" && !file.startsWith("docs/adr/"))
      .flatMap(({ file, text }) =>
        [...text.matchAll(/npx mssp ([a-z][a-z-]*)/g)].map(([, name = ""]) => ({ file, name })),
      );
    assert.ok(used.length > 20, `only ${used.length} commands were found`);
    assertNone(used, ({ name }) => !names.includes(name));
  });

  it("quotes error texts in docs/troubleshooting.md that the code has", () => {
    const page = readPage(root, "docs/troubleshooting.md");
    const headings = nodesOf(page.tree).filter((node): node is Heading => node.type === "heading");
    const end = headings.findIndex((heading) => plainText(heading) === "Errors of Pulumi and its providers");
    const ours = headings.slice(0, end).filter(({ depth }) => depth === 3);
    assert.ok(ours.length >= 10, `only ${ours.length} errors are listed`);
    const code = sources();
    for (const heading of ours) {
      for (const part of plainText(heading).split("…")) {
        assert.ok(code.includes(part.trim()), `no source file has the text "${part.trim()}"`);
      }
    }
  });
});

/** All product code as one text. */
function sources(): string {
  const listed = execFileSync("git", ["ls-files", "*.ts", "launcher.js", "program/compile.js"], {
    cwd: root,
    encoding: "utf8",
  });
  const files = listed.split("\n").filter((file) => file !== "" && !/(^|\/)test\//.test(file));
  return files.map((file) => readFileSync(path.join(root, file), "utf8")).join("\n");
}
