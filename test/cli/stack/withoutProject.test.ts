import assert from "node:assert/strict";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { inSession } from "../testSession";

/** There, no Pulumi.yaml names the host of dynamic resources: the engine would run a state's code. */
describe("outside of the project's folder", () => {
  const folder = newFolder();

  const stack = "organization/defender-mssp/contoso";
  for (const args of [
    ["offboard", "--stack", stack, "--yes"],
    ["fleet", "destroy", "--stack", "contoso", "--yes"],
    ["fleet", "preview", "--refresh"],
    ["ci", "check-state", "--stack", stack],
    ["ci", "preview", "--stack", stack, "--drift"],
  ]) {
    it(`\`mssp ${args.join(" ")}\` starts no engine`, async () => {
      const { exitCode, stderr } = await inSession(args, { folder });
      assert.equal(exitCode, 1);
      assert.match(stderr, /has no Pulumi\.yaml: run this in the project's folder/);
    });
  }
});
