/** `mssp ci`: what CI does for a repository of customers. The workflows only call this. */
import type { Command } from "commander";
import { markPlumbing } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { registerCheckState } from "./checkState/command";
import { registerComment } from "./comment/command";
import { registerConfirmDestroy } from "./confirmDestroy/command";
import { registerDrift } from "./drift/command";
import { registerMatrix } from "./matrix/command";
import { registerOidcToken } from "./oidcToken/command";
import { registerPreview } from "./preview/command";
import { registerSetup } from "./setup/command";
import { registerSort } from "./sort/command";

export function define(ci: Command, session: Session): void {
  ci.addHelpText("after", "\nPipelines call further steps: npx mssp ci --help --all lists them.");
  registerSetup(ci, session);
  registerMatrix(ci, session);
  registerPreview(ci, session);
  registerComment(ci, session);
  registerSort(ci, session);
  registerDrift(ci, session);
  registerConfirmDestroy(ci, session);
  registerCheckState(ci, session);
  registerOidcToken(ci, session);
  markPlumbing(ci.commands.filter((command) => command.name() !== "setup"));
}
