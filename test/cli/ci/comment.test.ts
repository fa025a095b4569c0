import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { commentMarker, commentText } from "../../../cli/ci/comment/comment";
import { driftReport, driftReports } from "../../../cli/ci/drift/drift";
import { code } from "../../../cli/base/markdown";
import { gitHubTextLimit } from "../../../cli/stack/previewText";
import type { StackPreview } from "../../../cli/stack/stackPreview";
import { previewOf, sample } from "./samples";

/**
 * The text of golden/<name>, byte for byte. UPDATE_GOLDEN=1 writes it anew: look at the difference
 * before committing it.
 */
function assertGolden(name: string, text: string): void {
  const file = path.join(__dirname, "golden", name);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
  assert.equal(text, readFileSync(file, "utf8"));
}

/** What is left of Markdown when each piece of inline code of ours is taken away: nothing in it comes from a value. */
function withoutCode(markdown: string): string {
  return markdown.replace(/<code>[^<>\n`|@]*<\/code>/g, "CODE");
}

const hostile = [
  "@octocat",
  "<img src=x onerror=alert(1)>",
  "</code></td></table><script>",
  "`code` | cell\n\n# heading\n@org/team",
  "[click](https://evil.example) ![x](https://evil.example/x.png)",
  "www.evil.example https://evil.example octocat#1 org/repo#2 GH-3 &#64;octocat &lt;b&gt;",
  "<!-- mssp ci comment -->",
  "\u202egnp.exe\u2066 \u0000 \u0007 \u001b[31m \r\n/close\n::error::x\n##vso[task.setvariable]",
  "$x^2$ *a* **b** __c__ ~~d~~ :smile: \\",
];

describe("the comment on a pull request", () => {
  it("lists deletes, replacements, updates and creates of each stack with the changed properties", () => {
    const violations = [
      { policy: "advice", pack: "p", level: "advisory", message: "d\nadvice\n", resource: "customer" },
      { policy: "no-groups", pack: "p", level: "mandatory", message: "d\n@octocat <b>no</b>\n", resource: "group" },
    ];
    const previews = [
      ...["create", "change", "failed", "unchanged"].map((name) => sample(name)),
      sample("policy", { failed: true, policyViolations: violations }),
    ];
    const text = commentText(previews, {
      deleted: ["woodgrove"],
      expected: [...previews.map(({ stack }) => stack), "lost"],
    });
    assertGolden("comment.md", text);
  });

  it("always begins with the marker", () => {
    for (const text of [commentText([]), commentText([sample("failed")]), commentText([], { limit: 100 })])
      assert.ok(text.startsWith(`${commentMarker}\n`));
  });

  it("lists a stack without a preview as failed", () => {
    const text = commentText([sample("unchanged")], { expected: ["unchanged", "contoso"] });
    assert.match(text, /\*\*1 failed\*\*/);
    assert.match(text, /Without a preview \(1\): <code>contoso<\/code>/);
  });

  it("shows the added and removed items of a long list", () => {
    const members = Array.from({ length: 500 }, (_, index) => `member ${index}`);
    const text = commentText([
      previewOf([{ properties: [{ name: "members", before: members, after: [...members.slice(1), "new one"] }] }]),
    ]);
    assert.match(text, /members<\/code>: − <code>"member 0"<\/code> \+ <code>"new one"<\/code> \|/);
  });

  it("shows hostile text as plain text in each place", () => {
    for (const text of hostile) {
      const markdown = commentText([
        previewOf([{ name: text, type: text, properties: [{ name: text, before: [text], after: { [text]: text } }] }], {
          failed: true,
          messages: [text],
          policyViolations: [{ policy: text, pack: text, level: text, message: text, resource: text }],
        }),
      ]);
      assertHarmless(markdown);
    }
  });

  it("stays within GitHub's limit and names every stack", () => {
    const change = {
      name: "x".repeat(300),
      properties: [{ name: "p", before: "a".repeat(500), after: "b".repeat(500) }],
    };
    const previews = Array.from({ length: 100 }, (_, index) =>
      previewOf(Array(50).fill(change) as (typeof change)[], { stack: `customer-${index}` }),
    );
    const text = commentText(previews);
    assert.ok(text.length <= gitHubTextLimit && text.length > 0.9 * gitHubTextLimit, `${text.length}`);
    for (const { stack } of previews) assert.ok(text.includes(`### ${code(stack)}`), stack);
    assert.match(text, /^… 50 more, in the job's log$/m);
    assertHarmless(text);
  });

  it("gives the number of stacks that do not fit", () => {
    const previews = Array.from({ length: 3000 }, (_, index) => previewOf([{}], { stack: `customer-${index}` }));
    const text = commentText(previews);
    assert.ok(text.length <= gitHubTextLimit);
    const shown = [...text.matchAll(/^### /gm)].length;
    assert.match(text, new RegExp(`^… and ${3000 - shown} more stacks, in the jobs' logs$`, "m"));
  });

  it("property: no value becomes Markdown, HTML or a mention, and the limit holds", () => {
    const anyText = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.string({ unit: "grapheme", maxLength: 60 }),
      fc
        .array(fc.constantFrom(...hostile, "\n", "@", "<", "`", "|", "&", "-"), { maxLength: 6 })
        .map((parts) => parts.join("")),
    );
    const value = fc.oneof(
      anyText,
      fc.array(anyText, { maxLength: 5 }),
      fc.dictionary(anyText, anyText, { maxKeys: 4 }),
      fc.double(),
    );
    const change = fc.record({
      operation: fc.constantFrom("create", "update", "replace", "delete", "import"),
      type: anyText,
      name: anyText,
      properties: fc.array(fc.record({ name: anyText, before: value, after: value }, { requiredKeys: ["name"] }), {
        maxLength: 4,
      }),
    });
    const preview = fc.record({
      msspPreview: fc.constant(1),
      stack: anyText,
      failed: fc.boolean(),
      changes: fc.array(change, { maxLength: 8 }),
      unchanged: fc.nat(),
      messages: fc.array(anyText, { maxLength: 3 }),
      policyViolations: fc.array(
        fc.record({ policy: anyText, pack: anyText, level: anyText, message: anyText, resource: anyText }),
        { maxLength: 3 },
      ),
      additions: fc.array(
        fc.record({
          name: anyText,
          state: fc.constantFrom("passed", "failed", "notChecked"),
          reason: anyText,
          additions: fc.array(
            fc.record({
              ...{ kind: anyText, to: anyText, what: anyText, id: anyText, step: anyText },
              done: fc.record({ by: anyText, on: anyText }),
            }),
            { maxLength: 3 },
          ),
        }),
        { maxLength: 3 },
      ),
    }) as fc.Arbitrary<StackPreview>;
    assertProperty(300, fc.array(preview, { maxLength: 5 }), fc.integer({ min: 100, max: 5000 }), (previews, limit) => {
      const text = commentText(previews, { limit, deleted: previews.map(({ stack }) => stack) });
      assert.ok(text.length <= limit, `${text.length} > ${limit}`);
      assertHarmless(text);
      for (const one of previews) assertHarmless(driftReport(one, limit).body);
    });
  });
});

describe("the issue about drift", () => {
  it("lists the differences between tenant and settings", () => {
    const { state, title, body } = driftReport(sample("drift"));
    assert.equal(state, "drifted");
    assert.equal(title, "Drift in stack drift");
    assertGolden("drift.md", body);
  });

  it("has the same title for every finding of a stack", () => {
    const reports = [previewOf([{}]), previewOf([], { failed: true, messages: ["error: no"] }), previewOf([])].map(
      (preview) => driftReport(preview),
    );
    assert.deepEqual(
      reports.map(({ state, title }) => [state, title]),
      ["drifted", "failed", "clean"].map((state) => [state, "Drift in stack contoso"]),
    );
  });

  it("additions that the engine cannot see are drift; unchecked parts are named", () => {
    const addition = {
      kind: "owner",
      to: 'group "Tier 1 Analyst"',
      what: "owner Eve (eve@contoso.com)",
      id: "1",
      done: { by: "eve@contoso.com", on: "2026-11-26T09:00:00Z" },
      step: "az rest --method DELETE --url 'https://graph.microsoft.com/v1.0/x'",
    };
    const unchecked = { name: "added guests", reason: "not permitted: requires User.Read.All" } as const;
    const { state, body } = driftReport(
      previewOf([], {
        additions: [
          { name: "added to the groups", state: "failed", reason: "", additions: [addition] },
          { ...unchecked, state: "notChecked", additions: [] },
        ],
      }),
    );
    assert.equal(state, "drifted");
    assert.match(body, /^### Added by somebody: 1$/m);
    assert.match(
      body,
      /added by <code>eve[^ ]*contoso[^ ]*<\/code> on <code>2026[^ ]*<\/code>\. To remove it: <code>az rest/,
    );
    assert.match(
      body,
      /^- <code>added guests<\/code>: <code>not permitted&#58; requires User&#46;Read&#46;All<\/code>$/m,
    );
    assertHarmless(body);
    const quiet = driftReport(previewOf([], { additions: [{ ...unchecked, state: "notChecked", additions: [] }] }));
    assert.equal(quiet.state, "clean");
    assert.match(quiet.body, /^### Not checked$/m);
  });

  it("reports an unchecked stack as failed", () => {
    const reports = driftReports([previewOf([])], ["contoso", "tailwind"]);
    assertEach(reports, ({ stack, state }) => [stack, state], [
      ["contoso", "clean"],
      ["tailwind", "failed"],
    ]);
    assert.match(reports[1]!.body, /The job produced no preview/);
  });
});

/** Fails where anything of Markdown or HTML is in the text that the comment's own frame hasn't. */
function assertHarmless(markdown: string): void {
  const frame = withoutCode(markdown)
    .replace(commentMarker, "")
    .replaceAll("<br>", "")
    .replace(/^\| \| resource \| property: .* \|$/gm, "")
    .replaceAll("`pulumi up --refresh`", "")
    .replaceAll("`up`", "");
  assert.doesNotMatch(frame, /[<>`@&[\]\\$]|!\(|https?:|www\./, frame);
  // What no renderer shows, and what turns text around, is spelled out.
  assert.doesNotMatch(markdown.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u);
  for (const [reference, number] of markdown.matchAll(/&#(\d+);/g)) {
    if (reference !== "&#8288;")
      assert.doesNotMatch(String.fromCodePoint(Number(number)), /[\p{C}\p{Zl}\p{Zp}]/u, reference);
  }
  for (const line of frame.split("\n")) {
    assert.match(
      line,
      /^(|#{2,3} .*|- .*|\| .*|\*\*\d+ failed.*|\d+ with changes.*|[A-Z][a-z].*|… .*)$/u,
      JSON.stringify(line),
    );
    // A row has three cells: no value can add one.
    if (line.startsWith("| ")) assert.equal(line.split("|").length, 5, line);
  }
}
