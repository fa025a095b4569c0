/** `mssp retirements`: the command of `@defender-mssp/siem`. */
import type { Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { define as defineForFiles } from "@defender-mssp/siem/retirements/command";

/** Adds arguments, options and action. */
export function define(command: Command, session: Session): void {
  defineForFiles(command, session, "npx mssp");
}
