/** `mssp governance`: the relationship of the portal access model `governance`, step by step. */
import { Option, type Command } from "commander";
import { describeCommand, type HelpSections } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { uuidArgument } from "../../base/commandArguments";
import { stackArgument } from "../../stack/stackName";
import type { Action, ActionOptions } from "./run";

interface CommandOptions extends ActionOptions {
  readonly json?: boolean;
}

const honest =
  "Microsoft's governance relationships are in preview in part. This command was built from documents and never tried on a tenant.";
const person =
  "A person signs in: with --client-id in a browser of this machine, at the address that the command shows, or on another device with " +
  "--device-code. An access token for Microsoft Graph in MSSP_GRAPH_TOKEN replaces the sign-in. No token is stored. `npx mssp docs governance` lists the " +
  "permissions and roles.";
const again = "The command looks first and changes only what is left: run it again to continue.";

/** Adds arguments, options and action. */
export function define(governance: Command, session: Session): void {
  governance.addHelpText(
    "after",
    "\nTo establish it: request (MSSP), invite (customer), request again (MSSP), accept\n(customer). To end it: terminate. `status` says whose move is next.",
  );
  step(governance, session, "invite", "As the customer: invite the MSSP's tenant to send a governance request.", {
    reads: "The stack's settings; the relationship, requests and invitations of the two tenants.",
    changes: "An invitation in both tenants, valid for 30 days. It grants nothing.",
  });
  step(governance, session, "request", "As the MSSP: prepare the tenant, and send the governance request.", {
    reads:
      "The stack's settings; in the MSSP's tenant the groups of portalAccess, the policy template, the customer's invitation.",
    changes:
      "In the MSSP's tenant: receiving invitations, and a policy template. A governance request in both tenants, valid for 14 days.",
  });
  step(governance, session, "accept", "As the customer: show what the MSSP's request grants, and accept it.", {
    reads: "The stack's settings; the relationship and the requests of the two tenants.",
    changes:
      "The relationship, and with it roles, applications and cross-tenant access settings in the customer's tenant.",
  });
  step(
    governance,
    session,
    "terminate",
    "As the customer: end the relationship. As the MSSP: ask the customer to end it.",
    {
      reads: "The stack's settings; the relationship.",
      changes:
        "As the customer: the relationship, with the roles and applications in the customer's tenant. As the MSSP: the request to end it; " +
        "after the end, the policy template.",
    },
  );
  status(governance, session);
}

function step(
  governance: Command,
  session: Session,
  action: Action,
  description: string,
  help: Pick<HelpSections, "reads" | "changes">,
): void {
  const command = withPerson(governance.command(action).description(description));
  if (action === "terminate") command.addOption(asOption());
  if (action === "request") {
    command.option(
      "--without-invitation",
      "send the request without an invitation, as between tenants with shared billing",
    );
  }
  command
    .option("--yes", "change without asking")
    .option("--json", "print the result as JSON")
    .action(async (options: CommandOptions) => {
      const { act } = await import("./run.js");
      const result = await act(action, options, session);
      const text = (await import("./text.js")).resultText(result);
      if (options.json === true) writeJson(session.out, `governance ${action}`, result);
      else session.out.write(text);
      if (result.waitsFor !== undefined) session.exitCode = exitCodes.somebodyNeeded;
    });
  describeCommand(command, {
    notes: [honest, person, again],
    ...help,
    exitCodes: {
      0: "done, or nothing was to be done",
      1: "it failed, or nobody agreed; nothing more was changed",
      3: "done as far as this side can; the other side's step is next",
    },
    examples: [
      `npx mssp governance ${action} --stack contoso --client-id <ID>${action === "terminate" ? " --as customer" : ""}`,
    ],
  });
}

function status(governance: Command, session: Session): void {
  const command = withPerson(
    governance.command("status").description("Show where the governance relationship stands, and whose move it is."),
  )
    .addOption(asOption())
    .option("--json", "print the result as JSON")
    .action(async (options: CommandOptions) => {
      const { readGovernance } = await import("./run.js");
      const state = await readGovernance(options, session);
      const text = (await import("./text.js")).stateText(state);
      if (options.json === true) writeJson(session.out, "governance status", state);
      else session.out.write(text);
      if (state.actor !== undefined) session.exitCode = exitCodes.somebodyNeeded;
    });
  describeCommand(command, {
    notes: [
      honest,
      "Without --as, --client-id and a token in MSSP_GRAPH_TOKEN, it reads as the automation in the customer's tenant, which needs " +
        "TenantGovernance-Relationship.Read.All. TenantGovernance-Request.Read.All and TenantGovernance-Invitation.Read.All also show what leads to " +
        "the relationship.",
    ],
    reads: "The stack's settings; the relationship, requests and invitations of the two tenants.",
    exitCodes: {
      0: "the relationship grants what the settings say, or there is none and none is wanted",
      1: "it could not be read",
      3: "somebody's step is next",
    },
    examples: [
      "npx mssp governance status --stack contoso",
      "npx mssp governance status --stack contoso --as mssp --client-id <ID>",
    ],
  });
}

function withPerson(command: Command): Command {
  return command
    .requiredOption("--stack <stack>", "the customer's stack", stackArgument)
    .option(
      "--client-id <id>",
      "application ID of the public client with which you sign in to your tenant",
      applicationId,
    )
    .option("--device-code", "sign in in the browser of another device, with a code");
}

function asOption(): Option {
  return new Option("--as <side>", "whose person signs in (default: whose tenant the token is for)").choices([
    "mssp",
    "customer",
  ]);
}

const applicationId = uuidArgument("An application ID");
