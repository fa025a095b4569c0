/** `mssp ci confirm-destroy`: compares the typed text with the name of the stack. */
import type { Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { placeOf, type Place } from "../../base/place";
import { say } from "../log";

interface DestroyOptions {
  readonly stack: string;
  readonly json?: boolean;
}

/** Adds the subcommand to `ci`. */
export function registerConfirmDestroy(ci: Command, session: Session): void {
  const command = ci
    .command("confirm-destroy")
    .description("Succeed only if the typed text is exactly the stack's name, and the stack's settings exist.")
    .argument("<typed>", "the text that the person typed; behind --")
    .requiredOption("--stack <stack>", "the stack to destroy")
    .option("--json", "print the result as one JSON object")
    .action(async (typed: string, options: DestroyOptions) => {
      const { confirmDestroy } = await import("../../stack/confirmDestroy.js");
      const confirmed = await confirmDestroy({ ...options, typed, folder: session.folder });
      if (options.json === true) writeJson(session.out, "ci confirm-destroy", { confirmed: true, ...confirmed });
      else say(session, `The destroy of ${confirmed.stack} is confirmed.`);
      if (confirmed.settingsFrom !== undefined)
        say(session, `Its settings are those of commit ${confirmed.settingsFrom}.`);
      for (const step of await stepsBeforeDestroy(confirmed.stack, placeOf(session))) say(session, step);
    });
  describeCommand(command, {
    notes: ["This command destroys nothing. It restores a deleted settings file from the last commit that had it."],
    reads: "The stack's file, and where it is deleted the commits of the repository in this folder.",
    changes: "Nothing, or Pulumi.<stack>.yaml, where it is deleted.",
    exitCodes: { 0: "confirmed", 1: "not confirmed, or the stack has no settings" },
    examples: ["npx mssp ci confirm-destroy --stack contoso -- contoso"],
  });
}

/**
 * Manual steps before the destroy. Invalid settings give none: `destroy` does not read settings.
 */
async function stepsBeforeDestroy(stack: string, place: Place): Promise<string[]> {
  const { readStackSettings } = await import("../../../settings/fromFile.js");
  const { beforeDestroy } = await import("../../../domain/beforeDestroy.js");
  return readStackSettings(stack, place).then(beforeDestroy, () => []);
}
