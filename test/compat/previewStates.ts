/** Previews of the states that released versions left. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import type { SandboxProject } from "@defender-mssp/testkit";
import { createProject } from "../e2e/support";

interface State {
  readonly deployment: { readonly manifest: { readonly time: string } };
}

interface Preview {
  readonly steps: readonly {
    readonly op: string;
    readonly urn: string;
    readonly diffReasons?: readonly string[];
    readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
  }[];
}

/**
 * Marks name the stack's ID since version 0.2.0: the next `up` gives the stack an ID and renews its
 * marks in place, and changes nothing else.
 */
const renewsMarks = (version: string) => version === "0.1.0";

/**
 * The properties that hold the marks of Azure's resources: a tag, and the description of a
 * delegation.
 */
function azureMarks(urn: string, detailedDiff: Readonly<Record<string, unknown>> | null = {}): string[] {
  const changed = Object.keys(detailedDiff ?? {});
  if (/\$azure-native:(keyvault:Vault|resources:ResourceGroup)::/.test(urn)) {
    return changed.join() === "tags.managedByStack" ? ["tags"] : [];
  }
  if (/\$azure-native:managedservices:RegistrationDefinition::/.test(urn)) {
    return changed.join() === "properties.description" ? ["properties"] : [];
  }
  return [];
}

function assertRenewedMarks({ steps }: Preview): void {
  const changes = steps.filter(({ op }) => op !== "same" && op !== "read");
  const [created, updated] = [changes.filter(({ op }) => op === "create"), changes.filter(({ op }) => op !== "create")];
  assert.deepEqual(
    created.map(({ urn }) => urn.split("::").at(-1)),
    ["stack-identity"],
  );
  for (const { op, urn, diffReasons = [], detailedDiff } of updated) {
    assert.equal(op, "update", urn);
    const others = diffReasons.filter(
      (name) => !["managedBy", "description", ...azureMarks(urn, detailedDiff)].includes(name),
    );
    assert.deepEqual(others, [], urn);
  }
}

const foldersIn = (folder: string) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

/** Declares a test for each recorded stack of a name that is wanted, of each version. */
export function previewStates(isWanted: (stack: string) => boolean): void {
  for (const version of foldersIn(__dirname)) {
    describe(`states of ${version}`, function () {
      const sandboxFolder = path.join(__dirname, version, "sandbox");
      let project: SandboxProject;

      before(async () => {
        project = await createProject(existsSync(sandboxFolder) ? { sandboxFolder } : {});
      });
      after(() => project.dispose());

      const ofStacks = (name: string) => existsSync(path.join(__dirname, version, name, "state.json"));
      const stacks = foldersIn(path.join(__dirname, version)).filter((name) => ofStacks(name) && isWanted(name));
      for (const stack of stacks)
        it(`preview ${renewsMarks(version) ? "with renewed marks only" : "without changes"}: ${stack}`, () =>
          previewState(project, version, stack));
    });
  }
}

async function previewState(project: SandboxProject, version: string, stack: string): Promise<void> {
  const folder = path.join(__dirname, version, stack);
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
  const flags = renewsMarks(version) ? ["--json"] : [...refresh, "--expect-no-changes", "--diff"];
  const { exitCode, stdout, stderr } = await project.run(["preview", "--stack", stack, ...flags], environment);
  assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
  if (renewsMarks(version)) assertRenewedMarks(JSON.parse(stdout) as Preview);
}
