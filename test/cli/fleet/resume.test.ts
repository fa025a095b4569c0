/** `mssp fleet … --resume`: which options it takes, and the age of the run. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { hourMs as hour } from "@defender-mssp/errors/time";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { stringify } from "yaml";
import { Journal } from "../../../cli/stack/journal";
import { requiredSettings } from "../../settings/required";
import { inSession, type TestSessionOptions } from "../testSession";

const began = new Date("2026-06-01T12:00:00Z");

describe("mssp fleet --resume", () => {
  const folder = newFolder();

  before(async () => {
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: acme\nruntime: nodejs\n");
    const entries = Object.entries({ ...requiredSettings, analysts: [] }).map(([key, value]) => [`acme:${key}`, value]);
    const text = stringify({ config: Object.fromEntries(entries) as object });
    await writeFile(path.join(folder, "Pulumi.contoso.yaml"), text);
    const plan = {
      command: "up",
      stacks: ["contoso"],
      refresh: true,
      drift: false,
      policyPacks: ["/packs/ours"],
    } as const;
    Journal.begin(path.join(folder, ".mssp", "fleet"), plan, began).finish();
  });

  /** Answers with no at the end, so that no stack runs. */
  const resume = (hours: number, args: readonly string[], answers?: TestSessionOptions["answers"]) =>
    inSession(["fleet", "up", "--resume", ...args], {
      folder,
      now: () => new Date(began.getTime() + hours * hour),
      ...(answers === undefined ? {} : { answers }),
    });

  const others: Readonly<Record<string, readonly (readonly string[])[]>> = {
    preview: [["--policy-pack", "policy"], ["--refresh"], ["--drift"]],
    up: [["--policy-pack", "policy"], ["--refresh"], ["--init"], ["--secrets-provider", "passphrase"]],
    refresh: [],
    destroy: [["--refresh"], ["--all"]],
  };
  const selectors = [
    ["--stack", "contoso"],
    ["--tag", "tier"],
    ["--changed-since", "main"],
    ["--status", "failed"],
    ["--part", "1/2"],
  ];
  for (const [command, options] of Object.entries(others)) {
    for (const option of [...selectors, ...options]) {
      it(`${command}: is a usage error with ${option.join(" ")}`, async () => {
        const { exitCode, stderr } = await inSession(["fleet", command, "--resume", ...option], { folder });
        assert.equal(exitCode, 2, stderr);
        assert.match(stderr, new RegExp(`option '--resume' cannot be used with option '${option[0] ?? ""}`));
      });
    }
  }

  it("says the age, the policy packs and the options of the run", async () => {
    const { exitCode, stderr } = await resume(3, ["--skip-preview"], [false]);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^mssp fleet: resuming \S+: it began 3 hours ago, with policy packs \/packs\/ours and --refresh\.\nup of 1 stack \(contoso\)\?\n/,
    );
  });

  it("asks before it resumes a run of more than a day", async () => {
    const { exitCode, stderr } = await resume(25, ["--skip-preview"], [false]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^Resume this up of 25 hours ago\?\nmssp: Nothing was run\.$/m);
    const yes = await resume(25, ["--skip-preview"], [true, false]);
    assert.match(
      yes.stderr,
      /^Resume this up of 25 hours ago\?\nup of 1 stack \(contoso\)\?\nmssp: Nothing was run\.$/m,
    );
  });

  it("asks no question within the days of --set", async () => {
    const { stderr } = await resume(71, ["--skip-preview", "--set", "resumeWithin=3"], [false]);
    assert.doesNotMatch(stderr, /Resume this/);
    assert.match(stderr, /it began 2 days ago/);
  });

  it("without a terminal, and with --yes, refuses an old run and names the option", async () => {
    for (const answers of [undefined, [true, true]]) {
      const { exitCode, stderr } = await resume(71, ["--yes"], answers);
      assert.equal(exitCode, 1);
      assert.match(stderr, /Nothing was run\. Start a new run, or pass --set resumeWithin=3 to resume this one\.$/);
    }
  });
});
