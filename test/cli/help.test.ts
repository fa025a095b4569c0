import assert from "node:assert/strict";
import type { Command } from "commander";
import { processSession } from "@defender-mssp/terminal/processSession";
import { programFor, subcommandNames } from "../../cli/program";
import { helpOf } from "../../dev/docs/reference/commands";

/** Every command that does something: groups only list their commands. */
function commandsOf(parent: Command): readonly Command[] {
  return parent.commands.flatMap((command) => (command.commands.length === 0 ? [command] : commandsOf(command)));
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

describe("--help of every command", () => {
  const helps = commandsOf(programFor(subcommandNames, processSession())).map((command) => ({
    name: nameOf(command),
    text: helpOf(command),
  }));

  it("fits into 80 columns", () => {
    const wide = helps.flatMap(({ name, text }) =>
      text.split("\n").flatMap((row) => (Array.from(row).length > 80 ? [`${name}: ${row}`] : [])),
    );
    assert.deepEqual(wide, []);
  });

  it("lists exit codes and at least one example that begins with npx mssp or a variable", () => {
    assert.ok(helps.length > 15, `only ${helps.length} commands were found`);
    for (const { name, text } of helps) {
      assert.match(text, /\nExit codes:\n/, name);
      if (name === "npx mssp sandbox reset") continue;
      const [, examples = ""] = text.split("\nExamples:\n");
      // A command that another one does as well has that one's examples.
      const word = `(${name.split(" ").at(-1)}|status --show|--permissions)`;
      assert.match(examples, new RegExp(`^ +([A-Z_]+=\\S+ )?npx mssp .*${word}`, "m"), name);
    }
  });

  it("names the command as npx mssp, as it is typed", () => {
    const bare = new RegExp(`(?<!npx |defender-)\\bmssp (${subcommandNames.join("|")}) `);
    assert.match("mssp report --stack contoso", bare);
    for (const { name, text } of helps) assert.doesNotMatch(text, bare, name);
  });
});
