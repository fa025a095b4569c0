import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import * as fc from "fast-check";
import { outputsText } from "../../../../cli/sandbox/start/outputsText";
import { inSession } from "../../testSession";

const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join("");

describe("outputs for people", () => {
  it("outputs: one line each, with aligned values", () =>
    assert.equal(
      outputsText({ tenantId: "c057", clientSecret: "[secret]" }),
      lines("  tenantId      c057", "  clientSecret  [secret]"),
    ));

  it("outputs: each entry of a map or list on its own line, with unbroken strings", () => {
    const sentence = `Give the group "Analysts" a role in the Defender portal: ${"and so on ".repeat(30)}to the end.`;
    assert.equal(
      outputsText({
        guests: { "ana@mssp.example": "0a", "benjamin@mssp.example": "0b" },
        id: "7",
        nextSteps: [sentence, "Then rest."],
        anotherLongName: ["x"],
      }),
      lines(
        "  guests",
        "    ana@mssp.example       0a",
        "    benjamin@mssp.example  0b",
        "  id  7",
        "  nextSteps",
        `    - ${sentence}`,
        "    - Then rest.",
        "  anotherLongName",
        "    - x",
      ),
    );
  });

  it("outputs: empty values, numbers, booleans and maps in lists are shown", () => {
    assert.equal(
      outputsText({ guests: {}, nextSteps: [], nothing: null, count: 3, on: false, list: [{ a: "1" }, ["2"], []] }),
      lines(
        "  guests     (none)",
        "  nextSteps  (none)",
        "  nothing    (none)",
        "  count      3",
        "  on         false",
        "  list",
        "    -",
        "      a  1",
        "    -",
        "      - 2",
        "    - (none)",
      ),
    );
    assert.equal(outputsText({}), "");
  });

  it("outputs: sentences wrap at the terminal's width, addresses do not", () => {
    const address = `https://security.example/${"x".repeat(40)}`;
    assert.equal(
      outputsText({ nextSteps: [`Sign in to the portal: ${address}`], tenantId: "c057" }, 40),
      `  nextSteps\n    - Sign in to the portal:\n      ${address}\n  tenantId  c057\n`,
    );
  });

  it("outputs: the lines of a string are aligned", () =>
    assert.equal(
      outputsText({ id: "1", steps: ["first\nsecond"], text: "a\nb" }),
      lines("  id    1", "  steps", "    - first", "      second", "  text  a", "        b"),
    ));

  it("property: outputs contain each name and value", () => {
    // A command of a CI system is shown with a space in it.
    const word = fc.stringMatching(/^[!-~]{1,20}$/).filter((text) => !text.includes("##"));
    const value = fc.oneof(word, fc.array(word), fc.dictionary(word, word));
    assertProperty(100, fc.dictionary(word, value), (outputs) => {
      const shown = outputsText(outputs).split(/\s+/);
      const leaves = Object.entries(outputs).flatMap(([name, one]) => [name, ...leavesOf(one)]);
      for (const leaf of leaves) assert.ok(shown.includes(leaf), leaf);
    });
  });
});

function leavesOf(value: string | string[] | Record<string, string>): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value : Object.entries(value).flat();
}

describe("mssp start", function () {
  it("--help names what the command changes and what it does not change", async () => {
    const { exitCode, stdout } = await inSession(["start", "--help", "--all"]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /`pulumi up` of\s+a\s+stack\s+on\s+the\s+sandbox/);
    assert.match(stdout, /A second run changes nothing\./);
    assert.match(stdout, /--home <folder>/);
    assert.match(stdout, /default:\s+"dev"/);
  });
});

describe("mssp start --stack", function () {
  it("refuses a stack without settings, suggests the nearest name and creates nothing", async () => {
    const folder = newFolder();
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: defender-mssp\nruntime: nodejs\n");
    await writeFile(path.join(folder, "Pulumi.dev.yaml"), "config: {}\n");
    const before = await readdir(folder);
    const close = await inSession(["start", "--stack", "devv"], { folder });
    assert.deepEqual([close.exitCode, close.stdout], [1, ""]);
    assert.match(close.stderr, /^mssp: There is no Pulumi\.devv\.yaml in .*; nothing was created\. Did you mean dev\?/);
    const far = await inSession(["start", "--stack", "contoso"], { folder });
    assert.match(far.stderr, /nothing was created\. Stacks with settings here: dev\.$/m);
    assert.deepEqual(await readdir(folder), before);
  });
});
