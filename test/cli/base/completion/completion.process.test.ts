/** `mssp completion` in real shells. A shell that this machine lacks is skipped, and the title says so. */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { processSession } from "@defender-mssp/terminal/processSession";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import type { CompletionShell } from "../../../../cli/base/completion/completionScript";
import { completionShells } from "../../../../cli/base/completion/completionScript";
import { programFor, subcommandNames } from "../../../../cli/program";
import { listedCommands } from "@defender-mssp/terminal/help";
import { commandsBelow } from "../../../../dev/docs/reference/commands";
import { inSession } from "../../testSession";

const run = promisify(execFile);

interface Shell {
  readonly program: string;
  /** Arguments that print the candidates for a command line; its last word is the one to complete. */
  readonly ask: (script: string, words: readonly string[]) => readonly string[];
}

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(" ");

const shellsHere: Readonly<Record<CompletionShell, Shell>> = {
  bash: {
    program: "bash",
    ask: (script, words) => [
      ...["--norc", "-c"],
      `. ${script}; COMP_WORDS=(${quoted(words)}); COMP_CWORD=${words.length - 1}; _mssp; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ],
  },
  zsh: {
    program: "zsh",
    ask: (script, words) => [
      ...["-f", "-c"],
      // The functions of the completion system, which needs a terminal.
      "compdef() { }; _describe() { print -rl -- ${(P)2} }; compadd() { print -rl -- ${(P)2} }; _files() { }; _default() { };" +
        `. ${script}; words=(${quoted(words)}); CURRENT=${words.length}; _mssp`,
    ],
  },
  fish: {
    program: "fish",
    ask: (script, words) => ["--no-config", "-c", `source ${script}; complete -C '${words.join(" ")}'`],
  },
  powershell: {
    program: "pwsh",
    ask: (script, words) => [
      ...["-NoProfile", "-Command"],
      `. ${script}; (TabExpansion2 '${words.join(" ")}' ${words.join(" ").length}).CompletionMatches.CompletionText`,
    ],
  },
};

describe("mssp completion", () => {
  const folder = newFolder();

  before(async () => {
    await mkdir(path.join(folder, "customers"));
    for (const file of ["Pulumi.contoso.yaml", "customers/Pulumi.tailspin.yaml", "Pulumi.yaml"])
      await writeFile(path.join(folder, file), "");
  });

  it("an unknown shell is a usage error that names those there are", async () => {
    const { exitCode, stderr } = await inSession(["completion", "tcsh"]);
    assert.equal(exitCode, 2);
    assert.match(stderr, /Allowed choices are bash, zsh, fish, powershell/);
  });

  it("the table has each command that help lists, each of its options, and no other command", async () => {
    const { stdout } = await inSession(["completion", "bash"]);
    const rows = new Set(stdout.split("\n").map((row) => row.split("|").slice(0, 2).join("|")));
    const all = commandsBelow(programFor(subcommandNames, processSession()), [], listedCommands);
    assert.ok(all.length > 50);
    for (const row of ["mssp|onboard", "mssp fleet|list", "mssp ci|matrix", "mssp detections|check"])
      assert.ok(!rows.has(row), row);
    for (const { names, command } of all) {
      const above = ["mssp", ...names.slice(0, -1)].join(" ");
      assert.ok(rows.has(`${above}|${command.name()}`), names.join(" "));
      for (const { long, hidden } of command.options.filter((option) => !option.hidden))
        assert.ok(hidden || rows.has(`mssp ${names.join(" ")}|${long ?? ""}`), `${names.join(" ")} ${long ?? ""}`);
    }
  });

  for (const shell of completionShells) {
    const { program, ask } = shellsHere[shell];
    const isHere = spawnSync(program, ["-c", "exit"]).error === undefined;
    describe(`${shell}${isHere ? "" : ` (skipped: no ${program} here)`}`, function () {
      let script: string;

      before(async function () {
        if (!isHere) return this.skip();
        script = path.join(folder, `completion.${shell === "powershell" ? "ps1" : shell}`);
        await writeFile(script, `${(await inSession(["completion", shell])).stdout}\n`);
      });

      async function candidates(...words: readonly string[]): Promise<readonly string[]> {
        const { stdout, stderr } = await run(program, ask(script, words), { cwd: folder });
        assert.equal(stderr, "");
        return stdout
          .split("\n")
          .map((line) => line.split(/\t|(?<!\\):/)[0] ?? "")
          .filter((line) => line !== "")
          .sort();
      }

      it("completes commands, also those of a group, after mssp and after npx mssp", async () => {
        const top = await candidates("mssp", "");
        assertNone(subcommandNames, (name) => !top.includes(name));
        assert.ok(!top.includes("--help"));
        const fleet = ["destroy", "preview", "refresh", "up"];
        assert.deepEqual(await candidates("mssp", "fleet", ""), fleet);
        assert.deepEqual(await candidates("npx", "mssp", "governance", ""), [
          ...["accept", "invite", "request", "status", "terminate"],
        ]);
      });

      it("completes the options of the command, and none of another", async () => {
        const options = await candidates("npx", "mssp", "doctor", "--");
        assert.ok(options.includes("--before-destroy") && options.includes("--help"), options.join(" "));
        assert.ok(!options.includes("--canary"));
        const after = await candidates("mssp", "fleet", "up", "--yes", "--tag", "gold", "--");
        assert.ok(after.includes("--canary"), after.join(" "));
      });

      it("completes choices, arguments with fixed values, and the folder's stacks", async () => {
        assert.deepEqual(await candidates("mssp", "init", "--ci", ""), ["azure", "github", "gitlab", "none"]);
        assert.ok((await candidates("mssp", "siem-config", "")).includes("splunk"));
        assert.deepEqual(await candidates("npx", "mssp", "report", "--stack", ""), ["contoso", "tailspin"]);
        assert.deepEqual(await candidates("mssp", "permissions", "--stack", "contoso", ""), ["contoso", "tailspin"]);
      });

      it("leaves other programs of npx, and what follows --, to the shell", async () => {
        for (const words of [
          ["npx", "prettier", "fle"],
          ["npx", "mssp", "sandbox", "run", "--", "fle"],
        ])
          assert.deepEqual(await candidates(...words), [], words.join(" "));
      });
    });
  }
});
