/** What people get wrong at the `mssp` command: one clear error, and nothing lost. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { checkout } from "./mssp";
import { inSession as mssp } from "./testSession";

describe("mssp", function () {
  it("its name alone shows the first screen", async () => {
    const { exitCode, stdout } = await mssp([]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^Usage: npx mssp \[options\] \[command\]$/m);
  });

  describe("usage errors", () => {
    for (const [args, ...says] of [
      [["sandbox"], /^Usage: npx mssp sandbox \[options\] \[command\]$/m],
      [
        ["sandbox", "run"],
        /^error: a command is required: npx mssp sandbox run -- <command\.\.\.>$/m,
        /^\(npx mssp sandbox run --help shows the usage\)$/m,
      ],
      [
        ["sandboxes"],
        /^error: unknown command 'sandboxes'$/m,
        /^\(Did you mean sandbox\?\)$/m,
        /^\(npx mssp --help shows the usage\)$/m,
      ],
      [
        ["sandbox", "rum"],
        /^error: unknown command 'rum'$/m,
        /^\(Did you mean run\?\)$/m,
        /^\(npx mssp sandbox --help shows the usage\)$/m,
      ],
      [
        ["doctor", "--stak", "dev"],
        /^error: unknown option '--stak'\n\(Did you mean --stack\?\)\n\(npx mssp doctor --help/,
      ],
      [["siem-config", "splunk", "--stack", "dev"], /^error: required option '--out <folder>' not specified$/m],
      [["status", "--show", "secrets", "--days", "many"], /^error: option '--days <days>' argument 'many' is invalid/],
      [["ci", "matrix"], /^error: either --changed-since <revision> or --all is required$/m],
      [["engine", "now"], /^error: too many arguments for 'engine'/],
    ] as const) {
      it(`usage error with exit code 2: ${["mssp", ...args].join(" ")}`, async () => {
        const { exitCode, stdout, stderr } = await mssp(args);
        assert.equal(exitCode, 2);
        assert.equal(stdout, "", "stdout is for results");
        for (const pattern of says) assert.match(stderr, pattern);
        assert.doesNotMatch(stderr, /^\s+at /m);
      });
    }

    for (const command of ["doctor", "verify", "token", "alerts", "siem-config", "ci preview", "ci confirm-destroy"]) {
      it(`usage error without --stack: mssp ${command}`, async () => {
        const { exitCode, stderr } = await mssp([
          ...command.split(" "),
          ...(command === "siem-config" ? ["splunk"] : command === "ci confirm-destroy" ? ["contoso"] : []),
        ]);
        assert.equal(exitCode, 2);
        assert.match(
          stderr,
          /^error: (required option '--stack <stack>' not specified|use exactly one of --stack <(?:stack|pattern)>, .*)$/m,
        );
        assert.match(stderr, /^Stacks: .*\bdev\b.*\. Such as: --stack \S+$/m);
      });
    }
  });

  it("--version prints the version of the package", async () => {
    const { version } = JSON.parse(await readFile(path.join(checkout, "package.json"), "utf8")) as { version: string };
    const { exitCode, stdout } = await mssp(["--version"]);
    assert.deepEqual([exitCode, stdout], [0, version]);
  });

  describe("with an invalid stack name", () => {
    const commands = [
      ["doctor"],
      ["verify"],
      ["token"],
      ["alerts"],
      ["siem-config", "splunk", "--out", "out"],
      ["permissions"],
      ["start"],
    ];
    const names = ["../../x", '"; touch out #', "-v", "$(touch out)", "a\u001b[2Jb", "a/b/c/d"];
    commands.forEach((command, index) => {
      it(`${command[0]} refuses it before anything is read, run or written`, async () => {
        const folder = newFolder();
        for (const name of [names[index % names.length] ?? "", ".."]) {
          const { exitCode, stdout, stderr } = await mssp([...command, `--stack=${name}`], { folder });
          assert.equal(exitCode, 2);
          assert.equal(stdout, "");
          assert.match(stderr, /A stack's name has at most 100 letters/);
          assert.deepEqual(await readdir(folder), []);
        }
      });
    });
  });
});
