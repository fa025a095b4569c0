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
    .action(async ({ stack }: { readonly stack: string }) => {
      const [{ refuseForeignState }, { readDeployment }, { checkedStackName }, { readProject }, unknowns] =
        await Promise.all([
          import("../../stack/stateCode.js"),
          import("../../stack/deployment.js"),
          import("../../stack/stackNames.js"),
          import("../../../settings/project.js"),
          import("../../stack/unknownResources.js"),
        ]);
      // Outside the project, the engine's next command would run what its Pulumi.yaml keeps away.
      await readProject(session.folder);
      const deployment = await readDeployment(checkedStackName(stack), placeOf(session));
      refuseForeignState(deployment, session.environment);
      const unknown = unknowns.unknownResourcesNote(unknowns.unknownResources(deployment));
      if (unknown !== undefined) say(session, `${stack}: ${unknown}`);
      say(session, `${stack}: the state is as this program writes it.`);
    });
  describeCommand(command, {
    notes: [
      "A state holds the code of dynamic resources and the inputs of provider plugins; the engine uses both. Run " +
        "this before `pulumi up --refresh`, `refresh` or `destroy`. It runs nothing that is in the state.",
      "MSSP_ALLOWED_STATE_CODE lists SHA-256 hashes of code that your own extensions write.",
    ],
    reads: "Pulumi.yaml and the stack's state.",
    exitCodes: { 0: "the state is as this program writes it", 1: "it is not, or it can't be read" },
    examples: [
      "npx mssp ci check-state --stack contoso",
      "npx mssp sandbox run -- npx mssp ci check-state --stack dev",
    ],
  });
}
