/** `mssp new`: writes the settings of a customer. */
import type { Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { stackArgument } from "../../stack/stackName";
import { givenSettings, settingsOptions, type IdentityOptions } from "../../newCustomer/givenSettings";

interface NewOptions extends IdentityOptions {
  readonly set?: Readonly<Record<string, string>>;
  readonly clientId?: string;
  readonly check: boolean;
  readonly json?: boolean;
}

export function define(command: Command, session: Session): void {
  settingsOptions(command.argument("<stack>", "name of the customer's stack", stackArgument))
    .option(
      "--client-id <id>",
      "application ID of your automation (default: that of another customer's file, or ARM_CLIENT_ID)",
    )
    .option("--json", "print the file, its settings and the check as one JSON object; asks no questions")
    .action(async (stack: string, { json, set, clientId, check, ...options }: NewOptions) => {
      const { complete } = await import("../../newCustomer/questions.js");
      const { writeCustomer, nextSteps } = await import("./customer.js");
      const interactive = json !== true && session.ask.isPossible;
      const given = {
        ...givenSettings(set, options),
        ...(clientId === undefined ? {} : { clientId }),
      };
      const answers = await complete(stack, given, { command: "new", interactive, check }, session);
      if (answers === undefined) {
        session.err.note("Nothing was written.");
        session.exitCode = 1;
        return;
      }
      const written = await writeCustomer(stack, answers, session.folder);
      if (json === true) writeJson(session.out, "new", written);
      else session.out.write(nextSteps(written, answers));
    });
  describeCommand(command, {
    notes: [
      "In a terminal, the command asks for missing settings, checks each answer at once, and shows all before it writes them. It compares the tenant ID with the OpenID configuration of the domain, which requires no sign-in.",
      "msspName, msspTenantId and msspContact default to those of another customer's file, tenantId to the domain's tenant. portalAccess is rbac or basic; others require more settings (npx mssp docs portal-access). msspContact is whom the customer's administrator asks: 'Fabrikam SOC <soc@mssp.example>'.",
    ],
    reads: "Pulumi.yaml and the other customers' settings; Entra's public OpenID configuration of the domain.",
    changes: "Writes Pulumi.<stack>.yaml. It creates no stack and changes no tenant.",
    exitCodes: { 0: "the file is written", 1: "a setting is wrong or missing, or the file exists" },
    examples: [
      "npx mssp new contoso",
      "npx mssp new contoso --set customerName=Contoso customerDomain=contoso.com \\",
      "  analysts='Ana Silva <ana@mssp.example>'",
    ],
  });
}
