/** `application`: the script that registers the customer's own application. */
import type { Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";

export function define(command: Command, session: Session): void {
  command.action(async () => {
    const { applicationScript } = await import("../application/applicationScript.js");
    session.out.write(applicationScript());
  });
  describeCommand(command, {
    notes: [
      "Read the script, then run it where `az login` is signed in as a Global Administrator or Privileged Role Administrator of your tenant.",
    ],
    reads: "Nothing.",
    changes: "Nothing: it prints. The script registers one application with permissions that only read.",
    examples: ["node mssp-watch.mjs application > application.sh"],
  });
}
