/** `mssp new`: writes the settings of a customer. */
import { Option, type Command } from "commander";
import { clouds } from "@defender-mssp/microsoft/clouds";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { stackArgument } from "../../stack/stackName";
import type { GivenSettings } from "../../newCustomer/givenSettings";

interface NewOptions extends GivenSettings {
  readonly check: boolean;
  readonly json?: boolean;
}

/** Adds arguments, options and action. */
export function define(command: Command, session: Session): void {
  command
    .argument("<stack>", "name of the customer's stack", stackArgument)
    .option("--customer-name <name>", "the customer's name")
    .option("--customer-domain <domain>", "a domain of the customer")
    .option("--tenant-id <id>", "the customer's tenant (default: the domain's tenant)")
    .option("--mssp-name <name>", "your company's name (default: that of another customer's file)")
    .option("--mssp-tenant-id <id>", "your company's own tenant (default: that of another customer's file)")
    .addOption(new Option("--cloud <cloud>", "the customer's cloud").choices(Object.keys(clouds)))
    .addOption(
      new Option(
        "--portal-access <model>",
        "how analysts access the portal; others require more settings (npx mssp docs portal-access)",
      ).choices(["rbac", "basic"]),
    )
    .option("--analyst <analyst...>", 'analysts: "Ana Silva <ana@mssp.example>", or an address alone')
    .option("--mssp-contact <contact>", 'whom the customer\'s administrator asks: "Fabrikam SOC <soc@mssp.example>"')
    .option(
      "--client-id <id>",
      "application ID of your automation (default: that of another customer's file, or ARM_CLIENT_ID)",
    )
    .option("--no-check", "do not ask Entra which tenant the domain belongs to")
    .option("--json", "print the file, its settings and the check as one JSON object; asks no questions")
    .action(async (stack: string, { json, check, ...given }: NewOptions) => {
      const [{ complete }, { writeCustomer, nextSteps }] = await Promise.all([
        import("../../newCustomer/questions.js"),
        import("./customer.js"),
      ]);
      const interactive = json !== true && session.ask.isPossible;
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
      "In a terminal, the command asks for missing options, checks each answer at once, and shows all before it writes them. It compares the tenant ID with the OpenID configuration of the domain, which requires no sign-in.",
    ],
    reads: "Pulumi.yaml and the other customers' settings; Entra's public OpenID configuration of the domain.",
    changes: "Writes Pulumi.<stack>.yaml. It creates no stack and changes no tenant.",
    exitCodes: { 0: "the file is written", 1: "a setting is wrong or missing, or the file exists" },
    examples: [
      "npx mssp new contoso",
      "npx mssp new contoso --customer-name Contoso --customer-domain contoso.com \\",
      "  --analyst 'Ana Silva <ana@mssp.example>'",
    ],
  });
}
