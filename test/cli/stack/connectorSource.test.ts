import assert from "node:assert/strict";
import { Command } from "commander";
import { stacksAndConnectionFiles } from "../../../cli/stack/connectorSource";

describe("the options --stack and --connection", () => {
  function run(...args: string[]): string {
    const command = stacksAndConnectionFiles
      .addOptions(new Command("pull"), "many")
      .exitOverride()
      .configureOutput({ writeErr: () => undefined });
    let done = "";
    command.action((options: object) => {
      done = JSON.stringify(options);
    });
    try {
      command.parse(args, { from: "user" });
      return done;
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
  }

  it("are given exactly once, also beside --all", () => {
    const refused = "error: use exactly one of --stack <pattern>, --all, --connection <file>, --connections <folder>";
    assert.equal(run("--stack", "contoso"), '{"stack":["contoso"]}');
    assert.equal(run("--connection", "contoso.json"), '{"connection":["contoso.json"]}');
    assert.equal(run("--all"), '{"all":true}');
    assert.equal(run(), refused);
    assert.equal(run("--stack", "contoso", "--connection", "contoso.json"), refused);
    assert.equal(run("--stack", "contoso", "--all"), refused);
  });
});
