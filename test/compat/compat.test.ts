import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import type { SandboxProject } from "@defender-mssp/sandbox";
import { createProject } from "../e2e/support";

interface State {
  readonly deployment: { readonly manifest: { readonly time: string } };
}

const foldersIn = (folder: string) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

for (const version of foldersIn(__dirname)) {
  describe(`states of ${version}`, function () {
    let project: SandboxProject;

    before(async () => {
      project = await createProject();
    });
    after(() => project.dispose());

    for (const stack of foldersIn(path.join(__dirname, version))) {
      it(`preview without changes: ${stack}`, async () => {
        const folder = path.join(__dirname, version, stack);
        const file = path.join(folder, "state.json");
        const { deployment } = JSON.parse(await readFile(file, "utf8")) as State;
        await project.writeSettings(stack, {});
        await project.succeed(["stack", "init", stack]);
        await cp(path.join(folder, "stack.yaml"), path.join(project.folder, `Pulumi.${stack}.yaml`));
        await project.succeed(["stack", "import", "--stack", stack, "--file", file]);
        const { exitCode, stdout, stderr } = await project.pulumi(
          ["preview", "--stack", stack, "--expect-no-changes", "--diff"],
          // Secrets are renewed by the clock.
          { MSSP_CLOCK: deployment.manifest.time.replace(/\.\d+/, "") },
        );
        assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
      });
    }
  });
}
