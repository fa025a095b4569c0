/** `mssp ci setup`: the GitHub environments, reviewers and variables that the workflows need. */
import { InvalidArgumentError, type Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { repositoryArgument } from "../../base/commandArguments";
import { placeOf } from "../../base/place";
import { stackArguments } from "../../stack/stackName";
import { allCustomers } from "../../stack/stackNames";
import { say } from "../log";

interface SetupCommandOptions {
  readonly stack?: readonly string[];
  readonly repository?: string;
  readonly reviewer?: string[];
  readonly clientId?: string;
  readonly previewClientId?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Adds the subcommand to `ci`. */
export function registerSetup(ci: Command, session: Session): void {
  const command = ci
    .command("setup")
    .description("Print the GitHub environments, reviewers and variables that the workflows need; --yes creates them.")
    .option("--stack <stack...>", `only these stacks (default: ${allCustomers})`, stackArguments)
    .option("--repository <owner/name>", "the repository (default: this folder's, according to gh)", repositoryArgument)
    .option("--reviewer <reviewer>", "a user, or organization/team; repeatable, at most six", reviewerName)
    .option("--client-id <id>", "application ID of the automation, for the variable MSSP_CLIENT_ID")
    .option("--preview-client-id <id>", "application ID of the preview application")
    .option("--yes", "create them with gh")
    .option("--json", "print the plan as one JSON object")
    .action(async ({ yes, json, ...options }: SetupCommandOptions) => {
      const [{ applyPlan, ownRepository, planText, setupPlan }, { customersOf }] = await Promise.all([
        import("./setup.js"),
        import("../../stack/customers.js"),
      ]);
      const place = placeOf(session);
      const customers = await customersOf(session.folder, options.stack);
      const [tenant] = customers.map(({ settings }) => settings.msspTenantId);
      const plan = setupPlan({
        repository: options.repository ?? (await ownRepository(place)),
        stacks: customers.map(({ stack }) => stack),
        reviewers: options.reviewer ?? [],
        branch: "main",
        variables: Object.fromEntries(
          Object.entries({
            MSSP_TENANT_ID: tenant,
            MSSP_CLIENT_ID: options.clientId,
            MSSP_PREVIEW_CLIENT_ID: options.previewClientId,
            PULUMI_BACKEND_URL: session.environment["PULUMI_BACKEND_URL"],
          }).filter((entry): entry is [string, string] => entry[1] !== undefined),
        ),
      });
      if (plan.environments.some(({ name, reviewers }) => name.startsWith("customer-") && reviewers.length === 0))
        say(session, "without --reviewer nobody has to approve `up`.");
      if (yes === true) await applyPlan(plan, place, (line) => say(session, `${line} is set.`));
      if (json === true) writeJson(session.out, "ci setup", plan);
      else if (yes !== true) session.out.write(planText(plan));
    });
  describeCommand(command, {
    notes: [
      "PULUMI_BACKEND_URL of this machine becomes the repository's variable. Stacks come up from the branch main.",
      "Run it before the first workflow of a customer: GitHub creates a missing environment without protection. `npx mssp docs ci` has the steps for GitLab and Azure Pipelines.",
    ],
    reads: "Pulumi.yaml, the stacks' settings files, and with --yes the repository's environments.",
    changes: "Nothing; with --yes, environments and variables of the repository.",
    exitCodes: { 1: "a stack has no settings, or gh failed; changes made before stay" },
    examples: [
      "npx mssp ci setup --stack contoso --reviewer acme/soc-leads",
      "npx mssp ci setup --reviewer acme/soc-leads --client-id <ID> --yes",
    ],
  });
}

function reviewerName(text: string, before: string[] = []): string[] {
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,38}(\/[A-Za-z0-9_.-]{1,100})?$/.test(text))
    throw new InvalidArgumentError("A reviewer is a login, or <organization>/<team>.");
  if (before.length >= 6) throw new InvalidArgumentError("GitHub takes at most six reviewers.");
  return [...before, text];
}
