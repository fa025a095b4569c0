import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import type { StackPreview } from "../../../cli/stack/stackPreview";
import { exitCodeOf, isPassing, type StackState } from "../../../cli/stack/outcome";
import { outcome, preview, reportOf } from "./outcomes";
import { canaryCount } from "../../../cli/fleet/fleetRun";
import { runPage } from "../../../cli/fleet/runPage";
import { summaryText } from "../../../cli/fleet/summary";
import { LineView, LiveView } from "../../../cli/fleet/view";
import { TestSession } from "../testSession";

describe("the output of a fleet run", () => {
  it("keeps the live table within the terminal's width and height", () => {
    let drawn = "";
    const draw = Object.assign((text: string) => void (drawn = text), {
      done: () => undefined,
      clear: () => undefined,
    });
    const size = () => ({ columns: 80, rows: 24 });
    const view = new LiveView("up", { draw, err: new TestSession().err, size, now: () => 0 });
    view.begin(200);
    for (let index = 0; index < 64; index++) {
      view.started(`customer-${index}`, 1);
      view.step(`customer-${index}`, `create ${"a-very-long-name".repeat(10)}\u001b[31m`);
    }
    for (let index = 100; index < 120; index++) {
      view.ended(outcome(`customer-${index}`, "failed", { messages: ["tenantId is wrong: ".repeat(20)] }));
    }
    view.interrupted(1);
    view.finish();
    const lines = stripVTControlCharacters(drawn).split("\n");
    assert.ok(lines.length < 24, `${lines.length} lines`);
    for (const line of lines) assert.ok(line.length < 80, line);
    assert.match(lines[0] ?? "", /^up: 20 of 200 done \(20 failed\)/);
    assert.match(lines[1] ?? "", /^64 running, 116 waiting/);
    assert.equal(lines.at(-1), "Interrupted: 64 stacks finish, 116 left out. Ctrl-C again stops the engines.");
  });

  it("says in a log twice a minute how far a stack is", () => {
    const session = new TestSession();
    let seconds = 0;
    const view = new LineView("up", session.err, () => seconds * 1000);
    view.begin(1, 1);
    view.started("contoso", 1);
    for (seconds = 10; seconds <= 70; seconds += 10) view.resources("contoso", seconds / 10, 9);
    assert.match(session.err.text, /started\n.*contoso: 3\/9 resources\n.*contoso: 6\/9 resources$/);
  });

  it("ends with the most serious outcomes first, and the next commands", () => {
    const stacks = [
      outcome("a", "unchanged"),
      outcome("b", "leftOut", { messages: ["interrupted"] }),
      outcome("c", "failed", { messages: ["customerName is missing\nand more"] }),
      outcome("d", "changed", {
        preview: preview([{ operation: "create", type: "t", name: "n", properties: [] }]),
        nextSteps: ["Authorize it"],
      }),
    ];
    const text = stripVTControlCharacters(summaryText(reportOf(stacks), "/runs/one"));
    assert.match(
      text,
      /^c  failed: customerName is missing and more\nb  left out: interrupted\nd  changed: 1 created\n/,
    );
    assert.match(text, /1 failed, 1 left out, 1 changed, 1 unchanged\./);
    assert.match(text, /npx mssp fleet up --resume/);
    assert.match(text, /npx mssp fleet up --status failed --refresh/);
    assert.match(text, /Stacks with manual next steps: 1\./);
  });

  it("does not advise to run a stack again whose state was refused", () => {
    const refusal = "The state of stack \"a\" can't be trusted: the engine would run what this program didn't write.";
    const refused = outcome("a", "failed", { messages: [refusal] });
    const only = summaryText(reportOf([refused]), "/runs/one").replaceAll(/\s+/g, " ");
    assert.match(only, /The state of a was refused, and will be again\. Restore it from a backup/);
    assert.doesNotMatch(only, /--status failed/);
    const both = summaryText(reportOf([refused, outcome("b", "failed", { messages: ["ECONNRESET"] })]), "/runs/one");
    assert.match(both, /--status failed --refresh/);
  });

  it("escapes customers' names and errors in the page", () => {
    const evil = "<img src=x onerror=alert(1)>";
    const html = runPage(reportOf([{ ...outcome("a", "failed", { messages: [evil] }), customerName: evil }]));
    assert.ok(!html.includes("<img"));
    assert.ok(html.includes("&lt;img src=x onerror=alert(1)>"));
  });

  it("unfolds what failed on the page, and links each explained stack to its details", () => {
    const changes: StackPreview["changes"] = [
      {
        operation: "update",
        type: "azuread:index/group:Group",
        name: "g",
        properties: [{ name: "displayName", before: "a", after: "b" }],
      },
    ];
    const html = runPage(
      reportOf([
        outcome("a", "unchanged"),
        outcome("b", "changed", { preview: preview(changes), nextSteps: ["Authorize it"] }),
        outcome("c", "failed", { messages: ["customerName is missing"] }),
      ]),
    );
    assert.match(html, /<details><summary>b: changed<\/summary><div id="stack-b">/);
    assert.match(html, /<details open><summary>c: failed<\/summary><div id="stack-c">.*customerName is missing/);
    assert.match(html, /update azuread:index\/group:Group g\n {4}displayName: &quot;a&quot; → &quot;b&quot;/);
    assert.ok(html.includes("Authorize it"));
    assert.match(html, /<a href="#stack-c">c<\/a>.*<a href="#stack-b">b<\/a>/s);
    assert.ok(!html.includes("#stack-a"));
  });
});

describe("the exit code of a fleet run", () => {
  it("is that of a failure, then of a stack left out, then of drift", () => {
    const code = (...states: readonly StackState[]) => exitCodeOf(states.map((state) => ({ state })));
    assert.equal(code("changed", "unchanged"), 0);
    assert.equal(code("drifted", "failed", "leftOut"), 1);
    assert.equal(code("drifted", "leftOut"), 4);
    assert.equal(code("drifted", "changed"), 3);
  });
  it("is that of a stack left out for a new one that was not previewed", () => {
    assert.equal(exitCodeOf([{ state: "new" }, { state: "drifted" }]), 4);
    assert.equal(exitCodeOf([{ state: "new", preview: preview([]) }]), 0);
  });
});

describe("canaries", () => {
  it("are a number of stacks, or a share of at least one", () => {
    assert.equal(canaryCount(undefined, 200), 0);
    assert.equal(canaryCount({ count: 1 }, 200), 1);
    assert.equal(canaryCount({ count: 5 }, 3), 3);
    assert.equal(canaryCount({ percent: 10 }, 200), 20);
    assert.equal(canaryCount({ percent: 10 }, 3), 1);
  });
});

describe("a transient error", () => {
  const result = { ok: false, seconds: 1, messages: [], nextSteps: [], printed: "" };
  for (const text of [
    "GET https://graph.microsoft.com/v1.0/users: 429 too many requests",
    "read tcp 127.0.0.1:1->127.0.0.1:2: connection reset by peer",
    'Post "https://graph.microsoft.com": EOF: EOF',
    "no answer within 60 seconds",
    "POST https://graph.microsoft.com/v1.0/users answered 503: not available",
    "GET https://graph.microsoft.com/v1.0/users failed: terminated",
    "Could not list users: unexpected status 500 (500 Unknown) with OData error",
    'Status=502 Code="BadGateway"',
    "RESPONSE 504: the gateway got no answer",
  ]) {
    it(`is recognized: "${text}"`, () => assert.ok(isPassing({ ...result, messages: [text] })));
  }
  for (const text of [
    "tenantId is missing",
    "403 not allowed",
    "AADSTS7000215: Invalid client secret",
    "A stack has at most 500 analysts",
    "GET https://graph.microsoft.com/v1.0/users answered 403: item 503 of the batch",
    "Key Vault is not available in this cloud",
    "the relationship with contoso was terminated",
  ]) {
    it(`is not: "${text}"`, () => assert.ok(!isPassing({ ...result, messages: [text] })));
  }
});
