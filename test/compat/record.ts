/**
 * Records the states of a release: `npx ts-node test/compat/record.ts 0.1.0`. It onboards each stack on a sandbox of
 * its own and keeps the state, the stack file, the time, and the tenants as the sandbox stores them.
 */
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { recordedStacks, startProject } from "./stacks";

async function record(version: string): Promise<void> {
  const connectors = await startProject();
  const { project } = connectors;
  try {
    for (const stack of recordedStacks) {
      const { name } = stack;
      const folder = path.join(__dirname, version, name);
      await mkdir(folder, { recursive: true });
      for (const [file, text] of Object.entries(stack.files ?? {})) {
        for (const root of [project.folder, path.join(folder, "project")]) {
          await mkdir(path.dirname(path.join(root, file)), { recursive: true });
          await writeFile(path.join(root, file), text);
        }
      }
      if (stack.create !== undefined) {
        await stack.create(connectors);
      } else {
        await project.writeSettings(name, await stack.settings(connectors));
        await project.succeed(["stack", "init", name]);
      }
      await project.succeed(["up", "--stack", name, "--yes", "--skip-preview"]);
      const state = JSON.parse(await project.succeed(["stack", "export", "--stack", name]), withoutPlaces) as unknown;
      await writeFile(path.join(folder, "state.json"), `${JSON.stringify(state, undefined, 2)}\n`);
      await writeFile(
        path.join(folder, "stack.yaml"),
        await readFile(path.join(project.folder, `Pulumi.${name}.yaml`), "utf8"),
      );
      console.log(`${version}/${name}`);
    }
    await project.sandbox.stop();
    const sandbox = path.join(project.folder, ".sandbox");
    for (const name of ["sandbox.json", "cloud"]) {
      await cp(path.join(sandbox, name), path.join(__dirname, version, "sandbox", name), { recursive: true });
    }
  } finally {
    await connectors.dispose();
  }
}

/** Leaves out where in the program a resource was declared: paths of this machine. */
function withoutPlaces(key: string, value: unknown): unknown {
  return key === "sourcePosition" || key === "stackTrace" ? undefined : value;
}

const [version] = process.argv.slice(2);
if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version)) {
  console.error("Usage: npx ts-node test/compat/record.ts <version, such as 0.1.0>");
  process.exitCode = 2;
} else {
  void record(version);
}
