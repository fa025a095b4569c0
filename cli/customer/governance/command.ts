/** `mssp governance`: the relationship of the portal access model `governance`, step by step. */
import { Argument, Option, type Command } from "commander";
import { addOptionsFor } from "@defender-mssp/terminal/addOptionsFor";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { uuidArgument } from "../../base/commandArguments";
import { stackArgument } from "../../stack/stackName";
import type { ActionOptions } from "./run";

interface CommandOptions extends ActionOptions {
  readonly json?: boolean;
}

const actions = ["request", "invite", "accept", "terminate"] as const;

/** Adds argument, options and action. */
export function define(governance: Command, session: Session): void {
  governance
    .addArgument(
      new Argument(
        "<step>",
        "request: as the MSSP, prepare the tenant, and send the governance request\n" +
          "invite: as the customer, invite the MSSP's tenant to send a governance request\n" +
          "accept: as the customer, show what the MSSP's request grants, and accept it\n" +
          "terminate: as the customer, end the relationship; as the MSSP, ask the customer to end it\n" +
          "status: show where the relationship stands, and whose move it is",
      ).choices([...actions, "status"]),
    )
    .requiredOption("--stack <stack>", "the customer's stack", stackArgument)
    .option(
      "--client-id <id>",
      "application ID of the public client with which you sign in to your tenant",
      uuidArgument("An application ID"),
    )
    .option("--device-code", "sign in in the browser of another device, with a code");
  addOptionsFor(governance, ["terminate", "status"], (command) =>
    command.addOption(
      new Option("--as <side>", "whose person signs in (default: whose tenant the token is for)").choices([
        ...["mssp", "customer"],
      ]),
    ),
  );
  addOptionsFor(governance, ["request"], (command) =>
    command.addOption(
      new Option(
        "--without <part...>",
        "invitation: send the request without one, as between tenants with shared billing",
      ).choices(["invitation"]),
    ),
  );
  addOptionsFor(governance, actions, (command) => command.option("--yes", "change without asking"));
  governance
    .option("--json", "print the result as JSON")
    .action(async (step: (typeof actions)[number] | "status", options: CommandOptions) => {
      const { act, readGovernance } = await import("./run.js");
      const { resultText, stateText } = await import("./text.js");
      if (step === "status") {
        const state = await readGovernance(options, session);
        if (options.json === true) writeJson(session.out, "governance status", state);
        else session.out.write(stateText(state));
        if (state.actor !== undefined) session.exitCode = exitCodes.somebodyNeeded;
        return;
      }
      const result = await act(step, options, session);
      if (options.json === true) writeJson(session.out, `governance ${step}`, result);
      else session.out.write(resultText(result));
      if (result.waitsFor !== undefined) session.exitCode = exitCodes.somebodyNeeded;
    });
  describeCommand(governance, {
    notes: [
      "To establish it: request (MSSP), invite (customer), request again (MSSP), accept (customer). To end it: terminate.",
      "This command was built from Microsoft's documents and never tried on a tenant.",
      "A person signs in: with --client-id in a browser of this machine, at the address that the command shows, or on another device with " +
        "--device-code. An access token for Microsoft Graph in MSSP_GRAPH_TOKEN replaces the sign-in. No token is stored. `npx mssp docs governance` lists the " +
        "permissions and roles.",
      "The command looks first and changes only what is left: run it again to continue.",
      "Without --as, --client-id and a token in MSSP_GRAPH_TOKEN, status reads as the automation in the customer's tenant, which needs " +
        "TenantGovernance-Relationship.Read.All. TenantGovernance-Request.Read.All and TenantGovernance-Invitation.Read.All also show what leads to " +
        "the relationship.",
    ],
    reads:
      "The stack's settings; the relationship, requests and invitations of the two tenants; for request, in the MSSP's tenant the groups of " +
      "portalAccess and the policy template.",
    changes:
      "invite: an invitation in both tenants, valid for 30 days. It grants nothing.\n" +
      "request: in the MSSP's tenant, receiving invitations and a policy template; a governance request in both tenants, valid for 14 days.\n" +
      "accept: the relationship, and with it roles, applications and cross-tenant access settings in the customer's tenant.\n" +
      "terminate: as the customer, the relationship, with the roles and applications in the customer's tenant; as the MSSP, the request to end it, " +
      "and after the end the policy template.\n" +
      "status: nothing.",
    exitCodes: {
      0: "done, or nothing was to be done; status: the relationship grants what the settings say, or there is none and none is wanted",
      1: "it failed, or nobody agreed; nothing more was changed",
      3: "done as far as this side can, and the other side's step is next; status: somebody's step is next",
    },
    examples: [
      "npx mssp governance request --stack contoso --client-id <ID>",
      "npx mssp governance terminate --stack contoso --client-id <ID> --as customer",
      "npx mssp governance status --stack contoso",
      "npx mssp governance status --stack contoso --as mssp --client-id <ID>",
    ],
  });
}
