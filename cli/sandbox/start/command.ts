/**
 * `mssp start` (`npm start`): onboards the sandbox customer from nothing, and shows what to type
 * next.
 */
import type { Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { describeCommand } from "@defender-mssp/terminal/help";
import { sandboxOptions, sandboxSettingsNote, type SandboxStartOptions } from "../sandbox/options";
import { stackArgument } from "../../stack/stackName";

/** The sandbox customer, whose settings are in the repository. */
const defaultStack = "dev";

export function define(start: Command, session: Session): void {
  sandboxOptions(start)
    .option(
      "--stack <stack>",
      "the stack, created if it does not exist; its settings are in Pulumi.<stack>.yaml",
      stackArgument,
      defaultStack,
    )
    .action(async (options: SandboxStartOptions & { readonly stack: string }) => {
      const { onboard } = await import("./onboarding.js");
      await onboard(options, session);
    });
  describeCommand(start, {
    notes: ["A second run changes nothing. No real tenant and no Pulumi login of yours is used.", sandboxSettingsNote],
    reads: "The stack's settings in Pulumi.<stack>.yaml.",
    changes:
      "The sandbox in .sandbox (or --home): its emulated tenants, and the state of its stacks. The first run also " +
      "installs the Pulumi engine in Pulumi's home folder.",
    exitCodes: { 0: "the customer is onboarded", 1: "the settings, the engine or `pulumi up` failed" },
    examples: ["npx mssp start", "npx mssp start --stack sandbox-basic"],
  });
}
