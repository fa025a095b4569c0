import assert from "node:assert/strict";
import { Command } from "commander";
import { registerAdopt } from "../../../cli/adopt/command";
import { permissionsToAdopt } from "../../../settings/prerequisites";

/** The text of `npx mssp adopt --help`, on one line. */
function helpText(): string {
  let text = "";
  const program = new Command().configureOutput({ writeOut: (part) => (text += part) });
  registerAdopt(program);
  program.commands[0]?.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text.replace(/\s+/g, " ");
}

describe("mssp adopt --help", () => {
  it("names the permissions that the reference names, and none that writes", () => {
    const text = helpText();
    for (const permission of permissionsToAdopt) assert.ok(text.includes(permission), permission);
    assert.doesNotMatch(text, /ReadWrite/);
  });
});
