import assert from "node:assert/strict";
import { Command } from "commander";
import { define } from "../../../../cli/customer/adopt/command";
import { TestSession } from "../../testSession";
import { permissionsToAdopt } from "../../../../domain/prerequisites";

/** The text of `npx mssp adopt --help`, on one line. */
function helpText(): string {
  let text = "";
  const command = new Command("adopt").configureOutput({ writeOut: (part) => (text += part) });
  define(command, new TestSession());
  command.outputHelp();
  return text.replace(/\s+/g, " ");
}

describe("mssp adopt --help", () => {
  it("names the permissions that the reference names, and none that writes", () => {
    const text = helpText();
    for (const permission of permissionsToAdopt) assert.ok(text.includes(permission), permission);
    assert.doesNotMatch(text, /ReadWrite/);
  });
});
