/** The options of the commands that need the sandbox. */
import assert from "node:assert/strict";
import { Command } from "commander";
import { sandboxOptions, type SandboxStartOptions } from "../../../../cli/sandbox/sandbox/options";

describe("mssp sandbox: options", () => {
  function parsed(...args: string[]): SandboxStartOptions {
    const command = sandboxOptions(new Command())
      .exitOverride()
      .configureOutput({ writeErr: () => undefined });
    return command.parse(args, { from: "user" }).opts();
  }

  it("--set replicas: a profile, with a seed and a scale where given", () => {
    assert.equal(parsed().replicas, undefined);
    for (const [text, seed, scale] of [
      ["usual", 1, 1],
      ["usual:7", 7, 1],
      ["usual@0.02", 1, 0.02],
      ["usual:7@.5", 7, 0.5],
    ] as const)
      assert.deepEqual(parsed("--set", `replicas=${text}`).replicas, { profile: "usual", seed, scale });
    assert.equal(parsed("--set", "replicas=november2025").replicas?.profile, "november2025");
  });

  for (const text of ["slow", "usual@0", "usual@2", "usual:x", "usual@", "7"]) {
    it(`--set replicas=${text} is refused`, () =>
      assert.throws(() => parsed("--set", `replicas=${text}`), {
        code: "commander.invalidArgument",
        message: /usual:7@0\.02/,
      }));
  }
});
