/** Previews of recorded states. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import { type SandboxProject, fixture } from "@defender-mssp/testkit";
import { createProject } from "../e2e/support";
import { recordedVersions } from "./recorded";

interface State {
  readonly deployment: { readonly manifest: { readonly time: string } };
}

const foldersIn = (folder: string) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

/** Declares a test for each recorded stack of a name that is wanted, of each version. */
export function previewStates(isWanted: (stack: string) => boolean): void {
  for (const version of recordedVersions) {
    describe(`states of ${path.basename(version)}`, function () {
      const sandboxFolder = path.join(version, "sandbox");
      const project = fixture(() => createProject({ sandboxFolder }));

      const ofStacks = (name: string) => existsSync(path.join(version, name, "state.json"));
      for (const stack of foldersIn(version).filter((name) => ofStacks(name) && isWanted(name)))
        it(`preview without changes: ${stack}`, () => previewState(project, path.join(version, stack), stack));
    });
  }
}

async function previewState(project: SandboxProject, folder: string, stack: string): Promise<void> {
  const file = path.join(folder, "state.json");
  const { deployment } = JSON.parse(await readFile(file, "utf8")) as State;
  await project.writeSettings(stack, {});
  await project.addStack(stack);
  await cp(path.join(folder, "stack.yaml"), path.join(project.folder, `Pulumi.${stack}.yaml`));
  const files = path.join(folder, "project");
  if (existsSync(files)) await cp(files, project.folder, { recursive: true });
  await project.succeed(["stack", "import", "--stack", stack, "--file", file]);
  // Secrets are renewed by the clock.
  const environment = { MSSP_CLOCK: deployment.manifest.time.replace(/\.\d+/, "") };
  // A refresh reads 0 for the token version of an application made by hand, which azuread refuses then.
  const refresh = stack === "adopted" ? [] : ["--refresh"];
  const flags = [...refresh, "--expect-no-changes", "--diff"];
  const { exitCode, stdout, stderr } = await project.run(["preview", "--stack", stack, ...flags], environment);
  assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
}
