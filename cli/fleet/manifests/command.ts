/** `mssp fleet manifests`: manifests with which other systems run the fleet. */
import type { Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { wholeNumber } from "@defender-mssp/terminal/wholeNumber";
import { selectionOptions, type SelectionOptions } from "../../stack/selectionOptions";
import { defaultJournals } from "../../stack/outcome";
import type { KubernetesOptions } from "./kubernetes";
import { pipelineSystems, type PipelineSystem } from "./systems";

/** Adds the subcommands to `fleet`. */
export function registerManifests(fleet: Command, session: Session): void {
  const manifests = fleet
    .command("manifests")
    .description(
      "Print manifests with which other systems run the fleet: the Pulumi Kubernetes Operator, CI pipelines.",
    );
  registerKubernetes(manifests, session);
  for (const system of pipelineSystems) registerPipeline(manifests, session, system);
}

type KubernetesCommandOptions = KubernetesOptions & SelectionOptions & { readonly json?: boolean };

function registerKubernetes(manifests: Command, session: Session): void {
  const command = selectionOptions(manifests.command("kubernetes"))
    .description("Print two Stack objects for each customer, for the Pulumi Kubernetes Operator 2.9: up, and drift.")
    .requiredOption("--image <image>", "image of the workspaces: templates/kubernetes/Dockerfile")
    .requiredOption("--repository <url>", "HTTPS address of the repository of customers")
    .requiredOption("--backend <url>", "address of the state backend, such as azblob://state?storage_account=msspstate")
    .requiredOption("--client-id <id>", "client ID of the MSSP's automation application")
    .option("--tenant-id <id>", "the MSSP's tenant, for the backend and the key")
    .option("--secrets-provider <provider>", "secrets provider of the stacks (default: a passphrase)")
    .option("--branch <branch>", "branch of the repository", "main")
    .option("--namespace <name>", "namespace of all objects", "mssp-customers")
    .option("--service-account <name>", "service account of the workspaces", "mssp-automation")
    .option("--git-secret <name>", "Secret that holds the repository's access token in the key `token`", "repository")
    .option("--passphrase-secret <name>", "Secret with a passphrase for each stack, by object name", "passphrases")
    .option("--json", "print the stacks and the names of their objects instead")
    .action(async (options: KubernetesCommandOptions) => {
      const [{ kubernetesManifests, objectName }, stacks] = await Promise.all([
        import("./kubernetes.js"),
        selectedStacks(options, session),
      ]);
      const names = stacks.map(({ stack }) => ({ stack, name: objectName(stack) }));
      if (options.json === true) writeJson(session.out, "fleet manifests kubernetes", { stacks: names });
      else session.out.write(kubernetesManifests(stacks, options));
    });
  describeCommand(command, {
    notes: [
      "Secrets are referenced, never printed: create the Secrets yourself. The operator runs no policy packs and can't destroy dynamic resources: preview in CI, and destroy with `npx mssp fleet destroy`. After three failures it marks a Stack as stalled and stops; `npx mssp fleet status --kubeconfig` shows that.",
    ],
    reads: "The stacks' settings files.",
    examples: [
      "npx mssp fleet manifests kubernetes --image registry.example/mssp-pulumi:1 \\",
      "  --repository https://git.example/customers.git \\",
      "  --backend 'azblob://state?storage_account=msspstate' --client-id <id>",
    ],
  });
}

interface PipelineCommandOptions extends SelectionOptions {
  readonly perJob: number;
  readonly json?: boolean;
}

function registerPipeline(manifests: Command, session: Session, system: PipelineSystem): void {
  const names = { github: "GitHub workflow", gitlab: "GitLab pipeline", azure: "Azure pipeline" };
  const command = selectionOptions(manifests.command(system))
    .description(`Print a ${names[system]} that runs the fleet in parts: preview, up, drift.`)
    .option("--per-job <number>", "customers per job", wholeNumber(), 50)
    .option("--json", "print the number of parts instead")
    .action(async (options: PipelineCommandOptions) => {
      const [{ pipelineText }, { partLimits }, stacks] = await Promise.all([
        import("./pipelines.js"),
        import("./systems.js"),
        selectedStacks(options, session),
      ]);
      const parts = Math.max(1, Math.ceil(stacks.length / options.perJob));
      if (parts > partLimits[system]) {
        const least = Math.ceil(stacks.length / partLimits[system]);
        command.error(
          `error: a matrix holds at most ${partLimits[system]} jobs, not ${parts}: use --per-job ${least} or more`,
          { exitCode: 2 },
        );
      }
      if (options.json === true) writeJson(session.out, `fleet manifests ${system}`, { stacks: stacks.length, parts });
      else session.out.write(pipelineText(system, { parts }));
    });
  describeCommand(command, {
    notes: ["Identities, variables and environments: `npx mssp docs ci`. One approval covers all customers of a run."],
    reads: "The stacks' settings files, to count them.",
    examples: [`npx mssp fleet manifests ${system} --per-job 100`],
  });
}

async function selectedStacks(options: SelectionOptions, session: Session) {
  const [{ readInventory, refuseRehearsals }, { selectStacks }, { readProject, stackFile }, { usesPassphrase }, path] =
    await Promise.all([
      import("../../stack/inventory.js"),
      import("../../stack/selection.js"),
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
