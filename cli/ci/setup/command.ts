/** `mssp ci setup`: the GitHub environments, reviewers and variables that the workflows need. */
import { InvalidArgumentError, type Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { describeCommand } from "@defender-mssp/terminal/help";
import { withoutUndefined } from "@defender-mssp/errors";
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
    .option("--client-id <id>", "application ID of the automation (default: that of the settings)")
    .option("--preview-client-id <id>", "application ID of the preview application (default: that of the settings)")
    .option("--yes", "create them with gh")
    .option("--json", "print the plan as one JSON object")
    .action(async ({ yes, json, ...options }: SetupCommandOptions) => {
      const { applyPlan, ownRepository, planText, setupPlan } = await import("./setup.js");
      const { customersOf } = await import("../../stack/customers.js");
      const place = placeOf(session);
      const customers = await customersOf(session.folder, options.stack);
      const [first] = customers.map(({ settings }) => settings);
      const variables = {
        MSSP_TENANT_ID: first?.msspTenantId,
        MSSP_CLIENT_ID: options.clientId ?? first?.msspApplications?.automation.id,
        MSSP_PREVIEW_CLIENT_ID: options.previewClientId ?? first?.msspApplications?.preview?.id,
        PULUMI_BACKEND_URL: session.environment["PULUMI_BACKEND_URL"],
      };
      const plan = setupPlan({
        repository: options.repository ?? (await ownRepository(place)),
        stacks: customers.map(({ stack }) => stack),
        reviewers: options.reviewer ?? [],
        branch: "main",
        variables: withoutUndefined(variables) as Record<string, string>,
      });
      if (plan.environments.some(({ name, reviewers }) => name.startsWith("customer-") && reviewers.length === 0))
        say(session, "without --reviewer nobody has to approve `up`.");
      const unset = Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [name] : []));
      if (unset.length > 0) say(session, `still to set, and required by the workflows: ${unset.join(", ")}.`);
      if (yes === true) await applyPlan(plan, place, (line) => say(session, `${line} is set.`));
      if (json === true) writeJson(session.out, "ci setup", plan);
      else if (yes !== true) session.out.write(planText(plan));
      if (unset.length > 0) session.exitCode = exitCodes.somebodyNeeded;
    });
  describeCommand(command, {
    notes: [
      "The IDs of the applications are those of `msspApplications`; PULUMI_BACKEND_URL is this machine's. What is not known is named. Stacks come up from the branch main.",
      "Run it before the first workflow of a customer: GitHub creates a missing environment without protection. `npx mssp docs ci` has the steps for GitLab and Azure Pipelines.",
    ],
    reads: "Pulumi.yaml, the stacks' settings files, and with --yes the repository's environments.",
    changes: "Nothing; with --yes, environments and variables of the repository.",
    exitCodes: {
      1: "a stack has no settings, or gh failed; changes made before stay",
      3: "a variable that the workflows require is still to set",
    },
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
