import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { shellCommands } from "../../../../cli/sandbox/sandbox/shells";

const value = 'it\'s \\ $HOME `x` "q"';

describe("a sandbox's environment as commands of a shell", () => {
  it("sh: a value with quotes and a backslash arrives as it is, and removed variables are gone", () => {
    const commands = shellCommands({ NAME: value }, ["ARM_OLD", "NAME"]);
    const { stdout } = spawnSync("sh", ["-c", `${commands}printf "%s|%s" "$NAME" "\${ARM_OLD-none}"`], {
      encoding: "utf8",
      env: { ARM_OLD: "old" },
    });
    assert.equal(stdout, `${value}|none`);
  });

  it("fish: quotes and backslashes are escaped", () =>
    assert.equal(
      shellCommands({ NAME: "it's \\" }, ["ARM_OLD"], "fish"),
      "set -e ARM_OLD\nset -gx NAME 'it\\'s \\\\'\n",
    ));

  it("powershell: straight and typographic quotation marks are doubled", () =>
    assert.equal(
      shellCommands({ NAME: "it's \u2019" }, ["ARM_OLD"], "powershell"),
      "Remove-Item Env:ARM_OLD -ErrorAction SilentlyContinue\n$Env:NAME = 'it''s \u2019\u2019'\n",
    ));
});
