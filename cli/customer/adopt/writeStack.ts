/**
 * Creates the stack with its state, and then its settings file, which is the last step: without the
 * file the program refuses to run, so an interrupted run leaves nothing that `up` could act on.
 */
import { lastSegment } from "@defender-mssp/microsoft";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { VisibleError } from "@defender-mssp/errors";
import type { Place } from "../../base/place";
import { parseAsEngine } from "../../../settings/engineYaml";
import { shownStackFile, stackFile, type Project } from "../../../settings/project";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { exists } from "../../base/exists";
import { askPulumi, runPulumi, stackNames } from "../../stack/pulumi";
import { exportState, parseWholeState } from "../../stack/deployment";

export interface NewStack {
  /** Its name, also with organization and project in front. */
  readonly stack: string;
  readonly project: Project;
  /** As `pulumi stack export --show-secrets` writes it. */
  readonly deployment: string;
  /** Text of the settings file, without the keys of the secrets provider. */
  readonly settings: string;
  readonly secretsProvider: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

/** @throws VisibleError if the backend has the stack */
export async function refuseExistingStack(stack: string, place: Place): Promise<void> {
  const name = lastSegment(stack);
  const names = await stackNames(place);
  if (!names.some((one) => lastSegment(one) === name)) return;
  throw new VisibleError(
    `The stack ${stack} exists already; nothing was changed. Name another stack. If an interrupted \`mssp adopt\` left it, ` +
      `it has no settings file: remove it with \`npx pulumi stack rm ${stack} --force\`.`,
  );
}

/**
 * `stack init` writes into the settings file of its project. It runs in a project of the same name in
 * a temporary folder, against the same backend.
 * @returns the file, from the project's folder.
 */
export async function writeStack(created: NewStack): Promise<string> {
  const { stack, project, deployment, settings, secretsProvider } = created;
  const file = stackFile(project, stack);
  const temporary = await mkdtemp(path.join(tmpdir(), "mssp-adopt-"));
  try {
    await writeFile(path.join(temporary, "Pulumi.yaml"), stringify({ name: project.name, runtime: "nodejs" }));
    const options = { folder: temporary, environment: await withBackend(created) };
    const provider = secretsProvider === undefined ? [] : ["--secrets-provider", secretsProvider];
    await runPulumi(["stack", "init", stack, "--no-select", ...provider], options);
    try {
      const empty = await exportState((args) => runPulumi([...args, "--stack", stack], options));
      const input = withSecretsProviderOf(stack, empty, deployment);
      await runPulumi(["stack", "import", "--stack", stack], { ...options, input });
      const keys = await readFile(path.join(temporary, path.basename(file)), "utf8").catch(() => "");
      await mkdir(path.dirname(file), { recursive: true });
      if (await exists(file)) throw new VisibleError(`${shownStackFile(project, stack)} exists already.`);
      await writeWholeFile(file, `${keys}${settings}`);
    } catch (error) {
      await askPulumi(["stack", "rm", stack, "--yes", "--force"], options);
      throw error;
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return shownStackFile(project, stack);
}

/** `stack import` encrypts with the provider that the deployment names, which is the temporary one. */
function withSecretsProviderOf(stack: string, empty: string, deployment: string): string {
  const { secrets_providers } = parseWholeState(stack, empty).deployment;
  const content = parseWholeState(stack, deployment);
  if (secrets_providers === undefined) {
    throw new VisibleError(
      "The backend does not say how the new stack's secrets are encrypted; nothing was written. Name it with --secrets-provider.",
    );
  }
  return JSON.stringify({ ...content, deployment: { ...content.deployment, secrets_providers } });
}

/** The backend that the project's file names, as the engine would use it there. */
async function withBackend({ project, environment }: NewStack): Promise<NodeJS.ProcessEnv> {
  const content = parseAsEngine(await readFile(path.join(project.folder, "Pulumi.yaml"), "utf8")) as {
    readonly backend?: { readonly url?: unknown };
  };
  const url = content.backend?.url;
  if (environment["PULUMI_BACKEND_URL"] || typeof url !== "string") return environment;
  const local = /^file:\/\/(\.\.?(?:\/.*)?)$/.exec(url)?.[1];
  const resolved = local === undefined ? url : `file://${path.resolve(project.folder, local)}`;
  return { ...environment, PULUMI_BACKEND_URL: resolved };
}
