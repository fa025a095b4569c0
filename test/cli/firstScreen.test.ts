/** The first screen, the short help, and the views of `status` whose commands have other names until 0.4. */
import assert from "node:assert/strict";
import type { Command } from "commander";
import { processSession } from "@defender-mssp/terminal/processSession";
import { programFor, subcommandNames } from "../../cli/program";
import { replacedNote, views, withoutView } from "../../cli/views";
import { helpOf } from "../../dev/docs/reference/commands";
import { RulesProject } from "./detections/rulesProject";
import { inSession } from "./testSession";

function all(parent: Command): readonly Command[] {
  return parent.commands.flatMap((command) => [command, ...all(command)]);
}

describe("the first screen", () => {
  it("lists the twelve commands of a day, and how to see the others", async () => {
    const { stdout } = await inSession(["--help"]);
    assert.equal(stdout.match(/^ {2}[a-z]+ {2,}[A-Z]/gm)?.length, 12);
    assert.match(stdout, /npx mssp help all lists all \d+ commands/);
    const { stdout: whole } = await inSession(["help", "all"]);
    assert.match(whole, /^ {2}siem-config /m);
    assert.doesNotMatch(whole, /^ {2}(onboard|retirements) /m);
  });

  it("shows with help and two words the help of that command", async () => {
    const [help, own] = await Promise.all([inSession(["help", "fleet", "up"]), inSession(["fleet", "up", "--help"])]);
    assert.match(help.stdout, /^Usage: npx mssp fleet up /);
    assert.equal(help.stdout, own.stdout);
    assert.equal((await inSession(["help"])).stdout, (await inSession(["--help"])).stdout);
  });

  it("shows each command on 40 lines of 80 columns, and everything with --all", () => {
    const shortProgram = programFor([...subcommandNames, "--help"], processSession());
    assert.ok(all(shortProgram).length > 60);
    for (const command of all(shortProgram)) {
      const lines = helpOf(command).split("\n");
      assert.ok(lines.length <= 40, `${command.name()}: ${lines.length} lines`);
      assert.ok(Math.max(...lines.map((line) => line.length)) <= 80, command.name());
    }
    const alerts = (line: readonly string[]) =>
      helpOf(programFor(["alerts", ...line], processSession()).commands.find((one) => one.name() === "alerts")!);
    assert.match(alerts(["--help"]), /--follow [^]*--help --all shows \d+ more options/);
    assert.match(alerts(["--help", "--all"]), /--coverage [^]*Exit codes:/);
  });
});

describe("mssp status --show", () => {
  let project: RulesProject;
  beforeEach(async () => {
    project = await RulesProject.create();
    await project.customer("contoso", { sets: ["base"] });
  });

  for (const [view, words] of Object.entries(views))
    if (view !== "onboarding" && view !== "secrets")
      it(`${view}: the old name has the same output and exit code, and says the new one on standard error`, async () => {
        for (const more of [[], ["--json"]]) {
          const place = { folder: project.folder, now: () => new Date("2027-03-01T12:00:00Z") };
          const old = await inSession([...words, ...more], place);
          const now = await inSession(["status", "--show", view, ...more], place);
          assert.deepEqual([now.stdout, now.exitCode], [old.stdout, old.exitCode]);
          assert.equal(now.stderr, "");
          assert.match(old.stderr, new RegExp(`\`mssp ${words.join(" ")}\` is now \`mssp status --show ${view}\`\\.`));
        }
      });

  it("passes the view's own options on, in any order", () => {
    assert.deepEqual(withoutView(["status", "--days", "14", "--show", "secrets"]), ["secrets", "--days", "14"]);
    assert.deepEqual(withoutView(["status", "--show=runs", "--json"]), ["fleet", "status", "--json"]);
    assert.deepEqual(withoutView(["status", "--show", "all"]), ["status", "--show", "all"]);
    assert.deepEqual(withoutView(["sandbox", "run", "--", "x", "--show", "runs"]).length, 6);
  });

  it("leaves secrets rotate, fleet up and status without a note", () => {
    for (const line of [["secrets", "rotate"], ["fleet", "up"], ["status"], ["retirement"]])
      assert.equal(replacedNote(line), undefined);
    assert.match(replacedNote(["fleet", "outputs"]) ?? "", /pulumi stack output/);
    assert.match(replacedNote(["secrets", "--json"]) ?? "", /--show secrets/);
  });

  it("refuses an unknown view with the known ones", async () => {
    const { stderr, exitCode } = await inSession(["status", "--show", "all"], { folder: project.folder });
    assert.equal(exitCode, 2);
    assert.match(stderr, new RegExp(Object.keys(views).join(", ")));
  });
});

describe("what people type for another command", () => {
  let project: RulesProject;
  beforeEach(async () => {
    project = await RulesProject.create();
    await project.customer("woodgrove", { sets: ["base"] });
  });

  const lines = {
    up: /^Type: npx pulumi up --stack <stack>/m,
    preview: /^Type: npx pulumi preview/m,
    "add-customer": /^Type: npx mssp new <stack>/m,
    "doctor woodgrove": /^A stack is named by an option: --stack woodgrove/m,
    "fleet up --stack nothere": /No stack matches "nothere"\. Stacks: woodgrove\./,
  };
  for (const [line, answer] of Object.entries(lines))
    it(`mssp ${line}`, async () => {
      const { stderr, exitCode } = await inSession(line.split(" "), { folder: project.folder });
      assert.match(stderr, answer);
      assert.ok(exitCode !== 0);
    });

  it("says nothing more of a command that nobody means, and of a word that is no stack", async () => {
    const { stderr } = await inSession(["doctor", "nothere"], { folder: project.folder });
    assert.doesNotMatch(stderr, /--stack/);
    assert.doesNotMatch((await inSession(["constructor"], { folder: project.folder })).stderr, /Type:/);
  });
});
