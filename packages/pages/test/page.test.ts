/** The file that a page is: its policy, what it escapes, and its example. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import vm from "node:vm";
import * as pages from "@defender-mssp/pages";

const { badge, code, day, details, facts, figures, heatMap, link, list, notice, paragraph, picture } = pages;
const { preformatted, renderPage, section, strong, subsection, table, timeLine } = pages;

const now = new Date("2026-11-26T09:00:00Z");
const hostile = `</script><script>alert(1)</script><img src=x onerror="alert(1)" style='x'>&amp;`;

const invisible = "\u001b]0;pwned\u0007 \u202egnp.exe\u2028";

/** Every block and every text of it, with the same content. */
function everything(text: string): string {
  const cell = { content: text, sort: text, title: text, state: "failed" as const };
  return renderPage({
    title: text,
    above: text,
    subtitle: [text, link(text, "https://example.com/"), code(text), strong(text), badge("passed", text), day(now)],
    footer: text,
    contents: true,
    blocks: [
      section(
        { id: "a", title: text, intro: text },
        subsection(text, paragraph(text), list([text], { ordered: true }), preformatted(text, { label: text })),
        details({ summary: text, id: "d" }, notice("warning", text), facts([{ name: text, value: text }])),
        figures([{ label: text, value: text, href: "#a" }]),
        table({
          caption: text,
          columns: [{ title: text, choices: true }],
          rows: [{ id: "r", cells: [cell] }],
          filterable: true,
        }),
        heatMap({ caption: text, columns: [{ title: text }, { title: text }], rows: [{ cells: [text, cell] }] }),
        picture({
          title: text,
          description: text,
          columns: [text, text],
          nodes: [
            { id: "1", label: text, detail: text, kind: "person", column: 0, href: "#r" },
            { id: "2", label: text, kind: "role", column: 1 },
          ],
          edges: [{ from: "1", to: "2", label: text }],
        }),
        timeLine({
          title: text,
          now,
          items: [{ label: text, note: text, until: now, marks: [{ on: now, label: text }] }],
        }),
      ),
    ],
  });
}

describe("a page", () => {
  it("escapes every text: hostile markup adds no element and no attribute", () => {
    const shape = (html: string) => [...html.matchAll(/<\/?[a-z][^\s>]*/g)].map(([tag]) => tag);
    const page = everything(hostile);
    assert.deepEqual(shape(page), shape(everything("harmless text that is as long as the other, more or less")));
    assert.doesNotMatch(page, /<img|<script>alert/);
  });

  it("shows invisible characters of every text as escapes: none reorders or hides what is around it", () => {
    const page = everything(invisible);
    assert.doesNotMatch(page, /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u);
    assert.match(page, /<h1>\\u\{1b\}\]0;pwned\\u\{7\} \\u\{202e\}gnp\.exe\\u\{2028\}<\/h1>/);
  });

  it("allows its own script and style by hash, and nothing else", () => {
    const page = everything("text");
    const [, policy = ""] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
    const inside = (tag: string) =>
      [...page.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, "g"))].map(([, text]) => text!);
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const [scripts, styles] = [inside("script"), inside("style")];
    assert.deepEqual([scripts.length, styles.length], [1, 1]);
    assert.equal(
      policy.replaceAll("&#39;", "'"),
      `default-src 'none'; script-src ${hash(scripts[0]!)}; style-src ${hash(styles[0]!)}; base-uri 'none'; form-action 'none'`,
    );
    assert.equal(policy.replaceAll("&#39;", "'"), pages.contentSecurityPolicy());
  });

  it("has no attribute that the policy refuses, and names no other file", () => {
    const page = everything("text").replace(/<(script|style)>[\s\S]*?<\/\1>/g, "");
    assert.doesNotMatch(page, /\s(style|on[a-z]+|src|srcset|action)=/);
    assert.doesNotMatch(page, /<(link|iframe|img|object|embed|form)\b/);
  });

  it("shows a link as text if its target could run something", () => {
    const shown = (href: string) =>
      /<p>(.*?)<\/p>/.exec(renderPage({ title: "t", blocks: [paragraph(link("text", href))] }))?.[1];
    for (const href of [
      "javascript:alert(1)",
      " javascript:alert(1)",
      "java\nscript:alert(1)",
      "data:text/html,x",
      "//example.com",
    ]) {
      assert.equal(shown(href), "<span>text</span>", href);
    }
    for (const href of [
      "https://security.microsoft.com/?tid=1",
      "mailto:ana@example.com",
      "#row",
      "customers/contoso.html",
    ]) {
      assert.equal(shown(href), `<a href="${href}">text</a>`, href);
    }
  });

  it("lists its sections, with their anchors", () => {
    const page = renderPage({
      title: "t",
      contents: true,
      blocks: [section({ id: "one", title: "First" }), section({ id: "two", title: "Second" })],
    });
    assert.match(page, /<nav.*<a href="#one">First<\/a>.*<a href="#two">Second<\/a>.*<\/nav>/);
    assert.match(page, /<section id="two" aria-labelledby="two-title"><h2 id="two-title">Second<\/h2>/);
  });

  it("names its language and uses the words that it is given", () => {
    const words: pages.Words = { ...pages.english, none: "Keine", filter: "Zeilen filtern" };
    const page = renderPage({
      title: "t",
      language: "de",
      words,
      blocks: [
        table({ caption: "Personen", columns: [{ title: "Name" }], rows: [] }),
        table({ caption: "Gruppen", columns: [{ title: "Name" }], rows: [{ cells: ["a"] }], filterable: true }),
      ],
    });
    assert.match(page, /<html lang="de">/);
    assert.match(page, /Personen: Keine/);
    assert.match(page, /<span>Zeilen filtern<\/span>/);
  });

  it("README example: renders a page with each of its parts", () => {
    const [, example = ""] =
      /```js\n([\s\S]+?)```/.exec(readFileSync(path.join(__dirname, "..", "README.md"), "utf8")) ?? [];
    const html = vm.runInNewContext(`${example}\nhtml`, { require: () => pages, Date }) as string;
    for (const part of [/What needs attention/, /<svg[^>]*role="group"/, /class="time-line"/, /<table role="table"/]) {
      assert.match(html, part);
    }
  });
});

describe("a table", () => {
  const rendered = (data: pages.Table) => renderPage({ title: "t", blocks: [table(data)] });

  it("keeps what rows sort by beside the text, only where it differs", () => {
    const html = rendered({
      caption: "c",
      columns: [{ title: "Name" }, { title: "Ends" }],
      rows: [
        { cells: ["Ana", { content: "in 3 days", sort: "2026-11-29" }] },
        { cells: ["Ben", { content: "x", sort: "x" }] },
      ],
    });
    assert.match(html, /<td role="cell" data-sort="2026-11-29" data-title="Ends"><div>in 3 days<\/div><\/td>/);
    assert.equal(html.match(/<td [^>]*data-sort=/g)?.length, 1);
  });

  it("leaves out a column without a text, and keeps the mark of the sorted one", () => {
    const html = rendered({
      caption: "c",
      columns: [{ title: "Name" }, { title: "Nothing" }, { title: "Ends" }],
      rows: [{ cells: ["Ana", "", { content: "1" }] }, { cells: ["Ben", [""], ""] }],
      sortedBy: { column: 2, order: "ascending" },
    });
    assert.doesNotMatch(html, />Nothing</);
    assert.match(html, /<th[^>]*aria-sort="ascending">Ends<\/th>/);
  });

  it("has a filter from 20 rows on", () => {
    const rows = (count: number) => Array.from({ length: count }, (_, at) => ({ cells: [String(at)] }));
    const data = { caption: "c", columns: [{ title: "A" }] };
    assert.doesNotMatch(rendered({ ...data, rows: rows(19) }), /class="tools"/);
    assert.match(rendered({ ...data, rows: rows(20) }), /class="tools"/);
  });

  it("shows its caption only where no heading says the same", () => {
    const one = (caption: string) => table({ caption, columns: [{ title: "A" }], rows: [{ cells: ["1"] }] });
    const below = (...tables: readonly pages.Block[]) =>
      renderPage({ title: "t", blocks: [pages.section({ id: "s", title: "Stacks" }, ...tables)] });
    assert.match(below(one("Stacks")), /<caption class="unseen">Stacks</);
    assert.match(below(one("What there is")), /<caption class="unseen">/);
    assert.match(below(one("Stacks"), one("Others")), /<caption class="unseen">Stacks<.*<caption>Others</s);
    assert.match(renderPage({ title: "t", blocks: [one("Stacks")] }), /<caption>Stacks</);
  });

  it("says which column it is sorted by", () => {
    const sorted = { caption: "c", columns: [{ title: "A" }, { title: "B" }], rows: [{ cells: ["1", "2"] }] };
    const html = rendered({ ...sorted, sortedBy: { column: 1, order: "descending" } });
    assert.match(html, /<th[^>]*class="text" aria-sort="descending">B<\/th>/);
    assert.doesNotMatch(rendered(sorted), /<th[^>]*aria-sort/);
  });
});

describe("a time line", () => {
  it("gives each item its end in words, and puts its bar between beginning and end", () => {
    const html = renderPage({
      title: "t",
      blocks: [
        timeLine({
          title: "Ends",
          now,
          items: [
            { label: "Secret", from: new Date("2026-11-26T09:00:00Z"), until: new Date("2027-11-26T09:00:00Z") },
            { label: "Group" },
          ],
        }),
      ],
    });
    assert.match(html, /Secret<\/span><span class="time-end">2027-11-26<\/span>/);
    assert.match(html, /Group<\/span><span class="time-end">no end<\/span>/);
    const bars = [...html.matchAll(/class="span" x="([\d.]+)%" y="4" width="([\d.]+)%"/g)].map(([, x, width]) => [
      Number(x),
      Number(width),
    ]);
    const [[left, length], whole] = [bars[0]!, bars[1]!];
    // Three percent of room on both sides of what is drawn.
    assert.ok(Math.abs(left! - 2.83) < 0.05 && Math.abs(length! - 94.34) < 0.05, `${left} ${length}`);
    assert.deepEqual(whole, [0, 100]);
  });
});
