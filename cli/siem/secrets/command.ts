/** `mssp secrets`: when the credentials of every customer expire. */
import { wholeNumber } from "@defender-mssp/terminal/wholeNumber";
import { InvalidArgumentError, type Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { placeOf } from "../../base/place";
import type { ExpiringSecretsOptions } from "../../selection/expiringSecrets";
import { stackArguments } from "../../stack/stackName";
import { allCustomers } from "../../stack/stackNames";
import { registerRotate } from "./registerRotate";

interface SecretsOptions extends Pick<ExpiringSecretsOptions, "stack" | "days"> {
  readonly at?: Date;
  readonly json?: boolean;
}

/** Adds arguments, options, action and the subcommand. */
export function define(command: Command, session: Session): void {
  // `--stack` behind `rotate` is of `rotate`.
  command.enablePositionalOptions();
  registerRotate(command, session);
  command
    .option("--stack <stack...>", `only these stacks (default: ${allCustomers})`, stackArguments)
    .option(
      "--days <days>",
      "fail credentials that expire within this number of days",
      wholeNumber({ least: 0, most: 9999, unit: "days" }),
      30,
    )
    .option("--at <date>", "as of this day, such as 2027-03-31 (default: now)", date)
    .option("--json", "print the list as JSON")
    .action(async (options: SecretsOptions) => {
      const { secretsOfStacks, stacksWithoutSettingsNote } = await import("../../selection/expiringSecrets.js");
      const place = placeOf(session);
      const [list, note] = await Promise.all([
        secretsOfStacks({ ...options, at: options.at ?? session.now(), ...place }),
        options.stack === undefined ? stacksWithoutSettingsNote(place) : undefined,
      ]);
      if (note !== undefined) session.err.note(note);
      if (options.json === true) writeJson(session.out, "secrets", { stacks: list });
      else {
        const { secretsText } = await import("./secretsText.js");
        session.out.write(secretsText(list));
      }
      if (list.some(({ state }) => state === "failed")) session.exitCode = 1;
    });
  describeCommand(command, {
    notes: [
      "After a rotation both client secrets are listed: the SIEM needs the new one before the previous one " +
        "expires. A federated credential does not expire. A credential of the MSSP's own application is in the " +
        "MSSP's tenant, which this command does not read.",
      "A note on standard error names the stacks of the backend that have no settings file and are therefore not listed.",
    ],
    reads:
      "The settings files' names, the backend's list of stacks, and the outputs and the configuration of the stacks. It reads and prints no secret.",
    exitCodes: {
      0: "nothing expires within --days",
      1: "something has expired or expires within --days, or a stack could not be read",
    },
    examples: [
      "npx mssp status --show secrets",
      "npx mssp status --show secrets --stack contoso fabrikam --days 14",
      "npx mssp status --show secrets --json",
    ],
  });
}

function date(text: string): Date {
  const moment = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(moment.getTime())) {
    throw new InvalidArgumentError("A date is written as 2027-03-31.");
  }
  return moment;
}
