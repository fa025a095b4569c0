/** The first screen, the short help, how much there is to know, and the views of `status`. */
import assert from "node:assert/strict";
import { fixtureOfEach } from "@defender-mssp/testkit/fixture";
import { describedExitCodes, listedCommands } from "@defender-mssp/terminal/help";
import { processSession } from "@defender-mssp/terminal/processSession";
import { programFor, subcommandNames } from "../../cli/program";
import { views } from "../../cli/views";
import { commandsBelow, helpOf } from "../../dev/docs/reference/commands";
import { RulesProject } from "./detections/rulesProject";
import { inSession } from "./testSession";

/** The helps of all commands by name, as `--help` shows them. */
function shortHelps(): ReadonlyMap<string, string> {
  const program = programFor([...subcommandNames, "--help"], processSession());
  return new Map(commandsBelow(program, []).map(({ names, command }) => [names.join(" "), helpOf(command)]));
}

describe("the first screen", () => {
  it("lists the twelve commands of a day, and how to see the others", async () => {
    const { stdout } = await inSession(["--help"]);
    assert.equal(stdout.match(/^ {2}[a-z]+ {2,}[A-Z]/gm)?.length, 12);
    assert.match(stdout, /npx mssp help all lists all \d+ commands/);
    const { stdout: whole } = await inSession(["help", "all"]);
    assert.match(whole, /^ {2}siem-config /m);
  });

  it("shows with help and two words the help of that command", async () => {
    const [help, own] = await Promise.all([inSession(["help", "fleet", "up"]), inSession(["fleet", "up", "--help"])]);
    assert.match(help.stdout, /^Usage: npx mssp fleet up /);
    assert.equal(help.stdout, own.stdout);
    assert.equal((await inSession(["help"])).stdout, (await inSession(["--help"])).stdout);
  });

  it("shows each command on 40 lines of 80 columns, and everything with --all", () => {
    assert.ok(shortHelps().size > 50);
    for (const [name, help] of shortHelps()) {
      const lines = help.split("\n");
      assert.ok(lines.length <= 40, `${name}: ${lines.length} lines`);
      assert.ok(Math.max(...lines.map((line) => line.length)) <= 80, name);
    }
    const alerts = (line: readonly string[]) =>
      helpOf(programFor(["alerts", ...line], processSession()).commands.find((one) => one.name() === "alerts")!);
    assert.match(alerts(["--help"]), /--follow [^]*--help --all shows \d+ more options/);
    assert.match(alerts(["--help", "--all"]), /--coverage [^]*Exit codes:/);
  });
});

describe("what there is to know", () => {
  const listed = commandsBelow(programFor(subcommandNames, processSession()), [], listedCommands)
    .filter(({ command }) => describedExitCodes(command) !== undefined)
    .map(({ names }) => names.join(" "));

  it("is at most 52 commands besides the steps of pipelines, and 140 names of options, hidden ones counted", () => {
    const runs = commandsBelow(programFor(subcommandNames, processSession()), []).filter(
      ({ command }) => (command as { _actionHandler?: unknown })._actionHandler != null,
    );
    const names = runs.map(({ names: words }) => words.join(" "));
    const steps = names.filter((name) => name.startsWith("ci ") && name !== "ci setup");
    const options = new Set(runs.flatMap(({ command }) => command.options.map(({ long }) => long)));
    assert.equal(steps.length, 8);
    assert.deepEqual(names.filter((name) => !listed.includes(name)).sort(), steps.sort(), "nothing else runs unlisted");
    assert.ok(listed.length > 40 && listed.length <= 52, `${listed.length} commands:\n${listed.join("\n")}`);
    assert.ok(options.size > 100 && options.size <= 140, `${options.size} options`);
  });

  it("leaves out the steps of pipelines until --help --all, and each has its own --help", async () => {
    const short = await inSession(["ci", "--help"]);
    assert.doesNotMatch(short.stdout, /^ {2}check-state /m);
    assert.ok(short.stdout.includes("npx mssp ci --help --all"), short.stdout);
    assert.match((await inSession(["ci", "--help", "--all"])).stdout, /^ {2}check-state /m);
    assert.match((await inSession(["ci", "check-state", "--help"])).stdout, /^Usage: npx mssp ci check-state /);
  });

  it("an option of another value of the argument is an error", async () => {
    for (const [line, error] of [
      ["governance status --stack x --yes", "error: option '--yes' is for request, invite, accept, terminate, not for"],
      ["governance accept --stack x --as mssp", "error: option '--as <side>' is for terminate, status, not for accept"],
    ] as const) {
      const { stderr, exitCode } = await inSession(line.split(" "));
      assert.ok(stderr.startsWith(error), stderr);
      assert.equal(exitCode, 2);
    }
  });
});

describe("mssp status --show", () => {
  const project = fixtureOfEach(() => RulesProject.create());
  beforeEach(() => project.customer("contoso", { sets: ["base"] }));

  it("shows each view, and as JSON the document of the view", async () => {
    const place = { folder: project.folder, now: () => new Date("2027-03-01T12:00:00Z") };
    for (const [view, text, document] of [
      ["runs", /^stack +last up +last run/, "msspFleetStatus"],
      ["customers", /^stack +customer +tenant/, "msspFleetList"],
      ["analysts", /ana/i, "msspAnalystList"],
      ["changes", /Unified RBAC.*MC1457836.*read on 2026-12-02/s, "msspChanges"],
      ["retirements", /2024-12-31/, "msspRetirements"],
    ] as const) {
      const { stdout, stderr } = await inSession(["status", "--show", view], place);
      assert.match(stdout, text, view);
      assert.equal(stderr, "");
      const json = await inSession(["status", `--show=${view}`, "--json"], place);
      assert.equal((JSON.parse(json.stdout) as Record<string, unknown>)[document], 1, view);
    }
  });

  it("refuses the options and paths of another view, and of none", async () => {
    for (const [line, error] of [
      ["--show runs --days 14", "option '--days <days>' can't be used with --show runs"],
      ["--show secrets --tag tier=gold", "option '--tag <tag...>' can't be used with --show secrets"],
      ["--show customers --certificate x.pem", "option '--certificate <file>' can't be used with --show customers"],
      ["--certificate x.pem", "option '--certificate <file>' can't be used without --show"],
      ["--show customers contoso", "too many arguments with --show customers: contoso"],
      ["contoso", "too many arguments without --show: contoso"],
    ] as const) {
      const { stderr, exitCode } = await inSession(["status", ...line.split(" ")], { folder: project.folder });
      assert.ok(stderr.startsWith(`error: ${error}`), stderr);
      assert.equal(exitCode, 2);
    }
  });

  it("refuses an unknown view with the known ones", async () => {
    const { stderr, exitCode } = await inSession(["status", "--show", "all"], { folder: project.folder });
    assert.equal(exitCode, 2);
    assert.match(stderr, new RegExp(Object.keys(views).join(", ")));
  });
});

describe("what people type for another command", () => {
  const project = fixtureOfEach(() => RulesProject.create());
  beforeEach(() => project.customer("woodgrove", { sets: ["base"] }));

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
