/** A run of the customer's own look. */
import { lazyProgram, withoutHelpWord, type Subcommand } from "@defender-mssp/terminal/lazyProgram";
import { runProgram } from "@defender-mssp/terminal/runProgram";
import type { Session } from "@defender-mssp/terminal/session";
import { ownVersion } from "./ownVersion";

const subcommands = {
  look: {
    description: "Show what an MSSP can do in your tenant now, and who else of other tenants has a way in.",
    load: () => require("./commands/look") as typeof import("./commands/look"),
  },
  since: {
    description: "Show what an MSSP did since a day, each entry explained or named.",
    load: () => require("./commands/since") as typeof import("./commands/since"),
  },
  gone: {
    description: "Prove after an off-boarding that no way is left and nobody came.",
    load: () => require("./commands/gone") as typeof import("./commands/gone"),
  },
  application: {
    description: "Print the script that registers an application of your own for this program, which only reads.",
    load: () => require("./commands/application") as typeof import("./commands/application"),
  },
} satisfies Readonly<Record<string, Subcommand>>;

/** Runs a command line to its end, and sets the session's exit code. Never rejects. */
export async function run(typed: readonly string[], session: Session): Promise<void> {
  const commandLine = withoutHelpWord(typed);
  const program = lazyProgram(
    {
      name: "node mssp-watch.mjs",
      description:
        "Your own look at an MSSP in your Microsoft tenant. It reads with your sign-in, changes nothing, and sends nothing " +
        "to anybody but Microsoft. Get this file by its hash from a release of the project, or build it from the source: never from the MSSP.",
      subcommands,
    },
    commandLine,
    session,
  );
  program.version(ownVersion(), "--version", "print the version");
  await runProgram(program, commandLine, session);
}
