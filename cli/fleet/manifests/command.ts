/** `mssp fleet manifests`: manifests with which other systems run the fleet. */
import { Argument, type Command } from "commander";
import { addOptionsFor } from "@defender-mssp/terminal/addOptionsFor";
import type { Session } from "@defender-mssp/terminal/session";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { wholeNumber } from "@defender-mssp/terminal/wholeNumber";
import { selectionOptions, type SelectionOptions } from "../../selection/selectionOptions";
import { defaultJournals } from "../../stack/outcome";
import type { KubernetesOptions } from "./kubernetes";
import { pipelineSystems } from "./systems";

const platforms = ["kubernetes", ...pipelineSystems] as const;

type Options = KubernetesOptions & SelectionOptions & { readonly perJob: number; readonly json?: boolean };

/** Adds the subcommand to `fleet`. */
export function registerManifests(fleet: Command, session: Session): void {
  const manifests = fleet
    .command("manifests")
    .description("Print what another system runs the fleet with: the Pulumi Kubernetes Operator, or a CI pipeline.")
    .addArgument(
      new Argument(
        "<platform>",
        "kubernetes: two Stack objects for each customer, for the Pulumi Kubernetes Operator 2.9: up, and drift\n" +
          `${pipelineSystems.join(", ")}: a pipeline that runs the fleet in parts: preview, up, drift`,
      ).choices(platforms),
    );
  addOptionsFor(manifests.optionsGroup("With github, gitlab and azure:"), pipelineSystems, (command) =>
    command.option("--per-job <number>", "customers per job", wholeNumber(), 50),
  );
  addOptionsFor(manifests.optionsGroup("With kubernetes:"), ["kubernetes"], (command) =>
    command
      .requiredOption("--image <image>", "image of the workspaces: templates/kubernetes/Dockerfile (required)")
      .requiredOption("--repository <url>", "HTTPS address of the repository of customers (required)")
      .requiredOption(
        "--backend <url>",
        "address of the state backend, such as azblob://state?storage_account=msspstate (required)",
      )
      .requiredOption("--client-id <id>", "client ID of the MSSP's automation application (required)")
      .option("--tenant-id <id>", "the MSSP's tenant, for the backend and the key")
      .option("--secrets-provider <provider>", "secrets provider of the stacks (default: a passphrase)")
      .option("--branch <branch>", "branch of the repository", "main")
      .option("--namespace <name>", "namespace of all objects", "mssp-customers")
      .option("--service-account <name>", "service account of the workspaces", "mssp-automation")
      .option("--git-secret <name>", "Secret that holds the repository's access token in the key `token`", "repository")
      .option("--passphrase-secret <name>", "Secret with a passphrase for each stack, by object name", "passphrases"),
  );
  selectionOptions(manifests)
    .option("--json", "print the stacks and the names of their objects, or the number of parts, instead")
    .action(async (platform: (typeof platforms)[number], options: Options) => {
      const [{ kubernetesManifests, objectName }, { pipelineText }, { partLimits }, stacks] = await Promise.all([
        import("./kubernetes.js"),
        import("./pipelines.js"),
        import("./systems.js"),
        selectedStacks(options, session),
      ]);
      if (platform === "kubernetes") {
        const names = stacks.map(({ stack }) => ({ stack, name: objectName(stack) }));
        if (options.json === true) writeJson(session.out, "fleet manifests kubernetes", { stacks: names });
        else session.out.write(kubernetesManifests(stacks, options));
        return;
      }
      const parts = Math.max(1, Math.ceil(stacks.length / options.perJob));
      const most = partLimits[platform];
      if (parts > most) {
        const least = Math.ceil(stacks.length / most);
        manifests.error(`error: a matrix holds at most ${most} jobs, not ${parts}: use --per-job ${least} or more`, {
          exitCode: 2,
        });
      }
      const count = { stacks: stacks.length, parts };
      if (options.json === true) writeJson(session.out, `fleet manifests ${platform}`, count);
      else session.out.write(pipelineText(platform, { parts }));
    });
  describeCommand(manifests, {
    notes: [
      "kubernetes: Secrets are referenced, never printed: create the Secrets yourself. The operator runs no policy packs and can't destroy dynamic resources: preview in CI, and destroy with `npx mssp fleet destroy`. After three failures it marks a Stack as stalled and stops; `npx mssp status --show runs --kubeconfig` shows that.",
      "Pipelines: identities, variables and environments: `npx mssp docs ci`. One approval covers all customers of a run.",
    ],
    reads: "The stacks' settings files.",
    examples: [
      "npx mssp fleet manifests kubernetes --image registry.example/mssp-pulumi:1 \\",
      "  --repository https://git.example/customers.git \\",
      "  --backend 'azblob://state?storage_account=msspstate' --client-id <id>",
      "npx mssp fleet manifests github --per-job 100",
    ],
  });
}

async function selectedStacks(options: SelectionOptions, session: Session) {
  const [{ readInventory, refuseRehearsals }, { selectStacks }, { readProject, stackFile }, { usesPassphrase }, path] =
    await Promise.all([
      import("../../stack/inventory.js"),
      import("../../selection/selectStacks.js"),
      import("../../../settings/project.js"),
      import("../../stack/passphrases.js"),
      import("node:path"),
    ]);
  const project = await readProject(session.folder);
  const journals = path.resolve(project.folder, defaultJournals);
  const { environment, now } = session;
  const place = { folder: project.folder, environment, journals, now: now() };
  const chosen = await selectStacks(await readInventory(project, session.environment), options, place);
  refuseRehearsals(chosen);
  return Promise.all(
    chosen.map(async ({ stack }) => ({ stack, usesPassphrase: await usesPassphrase(stackFile(project, stack)) })),
  );
}
