/** The site's pages as they are made of the Markdown. `npm run test:site` tests the built site. */
import assert from "node:assert/strict";
import { root } from "../../dev/docs/files";
import { parsePage, readPage, shellBlocksOf } from "../../dev/docs/markdown";
import { filesBelow } from "../../dev/docs/site/readers";
import { homeFile, sitePath, siteText, type SiteSource } from "../../dev/docs/site/siteText";
import { siteFiles, siteSidebar } from "../../dev/docs/site/stageSite";

describe("the site of the documentation", () => {
  const source: SiteSource = {
    pages: new Set(["docs/siem.md", "README.md"]),
    files: new Set(["schemas/alerts.schema.json"]),
    repositoryFiles: undefined,
  };
  const textOf = (markdown: string, given: SiteSource = source) =>
    siteText(parsePage("docs/alerts.md", markdown), given);

  it("has every page in the sidebar of a reader, and no other", () => {
    const listed = new Set(filesBelow(siteSidebar()));
    assert.deepEqual(
      [...listed].sort(),
      siteFiles().filter((file) => file !== homeFile),
    );
  });

  it("gives every page a place of its own", () => {
    const places = siteFiles().map(sitePath);
    assert.equal(new Set(places).size, places.length);
  });

  it("leads links to pages to the site's pages, with their anchors", () => {
    assert.equal(textOf("[`a` b](siem.md#x) [c](../README.md)"), "[`a` b](./siem.md#x) [c](./readme.md)");
    assert.equal(
      textOf("[here](#x) [there](https://example.com/x.md)"),
      "[here](#x) [there](https://example.com/x.md)",
    );
  });

  it("leads links to other files to the repository, or makes them text", () => {
    const repositoryFiles = "https://example.com/r/blob/v1";
    const link = "see [the **rule**](../policy/rules/owners.ts).";
    assert.equal(textOf(link), "see the **rule**.");
    assert.equal(
      textOf(link, { ...source, repositoryFiles }),
      "see [the **rule**](https://example.com/r/blob/v1/policy/rules/owners.ts).",
    );
  });

  it("leads links to files that the site has as they are to these files", () => {
    const link = "its [JSON Schema](../schemas/alerts.schema.json)";
    assert.equal(textOf(link), "its [JSON Schema](./schemas/alerts.schema.json)");
    assert.equal(textOf(link, { ...source, files: new Set() }), "its JSON Schema");
  });

  it("shows a placeholder in angle brackets as text", () =>
    assert.equal(textOf("run it for <stack> now"), "run it for &lt;stack> now"));

  it("makes an image for each scheme of a picture", () => {
    const picture =
      '<picture>\n  <source media="(prefers-color-scheme: dark)" srcset="images/a-dark.svg">\n' +
      '  <img alt="A" src="images/a-light.svg">\n</picture>';
    assert.equal(
      textOf(picture),
      '<img class="light-only" alt="A" src="./images/a-light.svg"><img class="dark-only" alt="A" src="./images/a-dark.svg">',
    );
  });

  it("names on its first page only commands of the README, which are run by tests", () => {
    const lines = (file: string) => shellBlocksOf(readPage(root, file)).flatMap(({ code }) => code.split("\n"));
    const readme = readPage(root, "README.md").text;
    assert.ok(lines(homeFile).length >= 4);
    for (const line of lines(homeFile)) assert.ok(readme.includes(line), line);
  });
});
