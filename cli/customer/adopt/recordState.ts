/**
 * Makes the state of an adopted customer, in a backend of its own in a temporary folder:
 *
 * 1. `up` runs the program with provider plugins that answer each create with the object that exists
 *    (`answeringProviders.ts`): the engine writes names, parents and dependencies as always. A second
 *    `up` writes the outputs, some of which depend on the state.
 * 2. `refresh` runs the real plugins, which read each object, as an import does.
 * 3. `preview` shows what the program would change.
 *
 * Nothing in the tenant is changed, and neither the project's folder nor the user's backend.
 */
import { VisibleError } from "@defender-mssp/errors";
import {
  createTemporaryStack,
  type TemporaryStack,
  type TemporaryStackOptions,
} from "../../stack/createTemporaryStack";
import { askPulumi, runPulumi } from "../../stack/pulumi";
import { serveAnswers, type Answers, type ExistingObject } from "./answeringProviders";
import type { ObjectsByResource } from "./draft";
import { urnName } from "../../../domain/urn";
import { exportState, parseDeployment, parseWholeState } from "../../stack/deployment";
import { reducePreview, type Change } from "../../stack/stackPreview";
import { stackType } from "../../../domain/resourceTypes";

export interface RecordedCustomer {
  /** Name of the stack without organization and project. */
  readonly stack: string;
  /** Name of the project in `Pulumi.yaml`. */
  readonly project: string;
  /** Folder of the project. */
  readonly folder: string;
  /** Text of the stack's settings file. */
  readonly settings: string;
  readonly objects: ObjectsByResource;
  /** Whether the next `up` creates the resource: it is not in the state. */
  readonly isCreated: (resource: string) => boolean;
  readonly invoke: Answers["invoke"];
  readonly environment: NodeJS.ProcessEnv;
}

export interface AdoptedState {
  /** As `pulumi stack export --show-secrets` writes it. */
  readonly deployment: string;
  /** What the program would change, apart from what it creates by the plan. */
  readonly unplanned: readonly Change[];
}

/** @throws VisibleError where the engine, a plugin or the program fails; nothing was changed then */
export async function recordState(customer: RecordedCustomer): Promise<AdoptedState> {
  const { stack, project, settings } = customer;
  const run: TemporaryStackOptions["run"] = (args, folder, variables) =>
    runPulumi(args, { folder, environment: { ...customer.environment, ...variables } });
  const temporary = await createTemporaryStack({ stack, project, settings, run });
  try {
    const engine = engineOn(temporary, customer);
    await fill(customer, engine);
    const before = resourceNames(customer, await withoutCreated(customer, engine));
    await engine.run(["refresh", "--yes", "--skip-preview", ...engine.configuration]);
    const deployment = await exportState((args) => engine.run(args), { showSecrets: true });
    refuseLost(before, resourceNames(customer, deployment));
    const preview: unknown = JSON.parse(await engine.run(["preview", "--json", ...engine.configuration]));
    const { changes } = reducePreview(stack, preview);
    const unplanned = changes.filter(({ operation, name }) => operation !== "create" || !customer.isCreated(name));
    return { deployment, unplanned };
  } finally {
    await temporary.dispose();
  }
}

interface Engine {
  readonly configuration: readonly string[];
  run(
    args: readonly string[],
    options?: { readonly variables?: Readonly<Record<string, string>>; readonly input?: string },
  ): Promise<string>;
}

function engineOn({ configFile, variables: ofStack }: TemporaryStack, customer: RecordedCustomer): Engine {
  const { stack, folder } = customer;
  const environment = { ...customer.environment, ...ofStack };
  return {
    configuration: ["--config-file", configFile],
    run: async (args, { variables = {}, input } = {}) => {
      const answer = await askPulumi([...args, "--stack", stack], {
        folder,
        environment: { ...environment, ...variables },
        ...(input === undefined ? {} : { input }),
      });
      if (answer.exitCode === 0) return answer.stdout;
      throw new VisibleError(
        `\`pulumi ${args.slice(0, 2).join(" ")}\` failed while the state was made; nothing was changed.\n${reasonOf(answer)}`,
      );
    },
  };
}

function reasonOf({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): string {
  const lines = `${stdout}\n${stderr}`.split("\n").map((line) => line.trim());
  const errors = lines.filter((line) => /^error:|\berror:/i.test(line));
  return (errors.length > 0 ? errors : lines.filter((line) => line !== "").slice(-5)).join("\n");
}

async function fill({ objects, isCreated, invoke }: RecordedCustomer, engine: Engine): Promise<void> {
  const served = await serveAnswers({
    object: ({ name, inputs }): ExistingObject => {
      const found = objects.get(name);
      if (found !== undefined) return found;
      if (isCreated(name)) return { id: name, outputs: { objectId: name, clientId: name, value: "", ...inputs } };
      throw new Error(`the plan has no object for the resource ${name}`);
    },
    invoke,
  });
  try {
    const up = ["up", "--yes", "--skip-preview", ...engine.configuration];
    await engine.run(up, { variables: served.variables });
    // The program plans the rotation by the secrets in the state: the outputs have its dates now.
    await engine.run(up, { variables: served.variables });
  } finally {
    served.end();
  }
}

/** Takes the resources that the next `up` creates out of the state, and returns it. */
async function withoutCreated({ stack, isCreated }: RecordedCustomer, engine: Engine): Promise<string> {
  const exported = await exportState((args) => engine.run(args), { showSecrets: true });
  const state = parseWholeState(stack, exported);
  const all = state.deployment.resources ?? [];
  const kept = all.filter(({ urn, id }) => id === undefined || !isCreated(urnName(urn)));
  if (kept.length === all.length) return exported;
  // The outputs describe what does not exist yet.
  for (const one of kept) if (one.type === stackType) delete one["outputs"];
  state.deployment.resources = kept;
  const deployment = JSON.stringify(state);
  await engine.run(["stack", "import"], { input: deployment });
  return deployment;
}

function resourceNames({ stack }: RecordedCustomer, deployment: string): string[] {
  return parseDeployment(stack, deployment).resources.map(({ urn }) => urnName(urn));
}

/** `refresh` takes out of the state what the tenant does not have. */
function refuseLost(before: readonly string[], after: readonly string[]): void {
  const lost = before.filter((name) => !after.includes(name));
  if (lost.length === 0) return;
  throw new VisibleError(
    `The provider does not find objects that Graph listed: ${lost.join(", ")}. Somebody may have deleted them meanwhile. ` +
      "Nothing was written; run the command again.",
  );
}
