/** `mssp token`: the command of `@defender-mssp/siem`, with the stacks of a project. */
import type { Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { define as defineBySource } from "@defender-mssp/siem/tokens/command";
import { stacksAndConnectionFiles } from "../access/connector/connectorSource";
import { addExamples } from "@defender-mssp/terminal/help";

export function define(command: Command, session: Session): void {
  defineBySource(command, session, stacksAndConnectionFiles);
  addExamples(command, ["npx mssp sandbox run -- npx mssp token --stack dev --client-credentials"]);
}
