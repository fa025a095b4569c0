/** `mssp ci check-state`: refuses a state that holds foreign code or provider plugins. */
import type { Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { describeCommand } from "@defender-mssp/terminal/help";
import { placeOf } from "../../base/place";
import { say } from "../log";

/** Adds the subcommand to `ci`. */
export function registerCheckState(ci: Command, session: Session): void {
  const command = ci
    .command("check-state")
    .description("Refuse a stack's state that holds code or provider plugins of another origin.")
    .requiredOption("--stack <stack>", "name of the stack")
    .option("--install-plugins", "then install the plugins that the state and the program use")
    .action(async ({ stack, installPlugins }: { readonly stack: string; readonly installPlugins?: boolean }) => {
      const { requireOwnState } = await import("../../stack/stateCode.js");
      const { checkedStackName } = await import("../../stack/stackNames.js");
      const { readProject } = await import("../../../settings/project.js");
      const unknowns = await import("../../stack/unknownResources.js");
      // Outside the project, the engine's next command would run what its Pulumi.yaml keeps away.
      await readProject(session.folder);
      const deployment = await requireOwnState(checkedStackName(stack), placeOf(session));
      const unknown = unknowns.unknownResourcesNote(unknowns.unknownResources(deployment));
      if (unknown !== undefined) say(session, `${stack}: ${unknown}`);
      say(session, `${stack}: the state is as this program writes it.`);
      if (installPlugins === true) {
        const plugins = await import("./installPlugins.js");
        await plugins.installPlugins(deployment, placeOf(session));
      }
    });
  describeCommand(command, {
    notes: [
      "A state holds the code of dynamic resources and the inputs of provider plugins; the engine uses both. Run " +
        "this before `pulumi up --refresh`, `refresh` or `destroy`. It runs nothing that is in the state.",
      "With --install-plugins the engine's next command needs no download: run that one with " +
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true. Plugins on the PATH count as installed.",
      "The setting allowedPackages names the packages of resources that your own extensions declare.",
      "MSSP_ALLOWED_STATE_CODE lists SHA-256 hashes of code that your own extensions write.",
    ],
    changes: "With --install-plugins the Pulumi home.",
    reads: "Pulumi.yaml, allowedPackages in the stack's settings, and the stack's state.",
    exitCodes: { 0: "the state is as this program writes it", 1: "it is not, or it can't be read" },
    examples: [
      "npx mssp ci check-state --stack contoso",
      "npx mssp sandbox run -- npx mssp ci check-state --stack dev",
    ],
  });
}
