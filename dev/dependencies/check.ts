/**
 * `npm run check:dependencies`: is what the lockfile names allowed to be here, is its content
 * known, and is a vulnerability known of it? Writes the SBOM to dist/sbom.cdx.json.
 * `--require-audit` makes it an error that npm's advisories couldn't be asked; without it that is
 * only said.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { engineVersion, goModuleFolder, pinnedArchives, yamlHostModuleFolder } from "@defender-mssp/engine";
import { npmEnvironment } from "@defender-mssp/errors/npmEnvironment";
import { execa } from "execa";
import { auditFindings, lockfileFindings } from "./findings";
import { completeSbom } from "./sbom";

const npmOptions = {
  env: npmEnvironment(process.env),
  extendEnv: false,
  stdin: "ignore",
  timeout: 120_000,
} as const;

async function main(): Promise<void> {
  const root = path.resolve(__dirname, "..", "..", "..");
  const findings = lockfileFindings(JSON.parse(await readFile(path.join(root, "package-lock.json"), "utf8")));
  findings.push(...(await writeSbom(root, path.join(root, "dist", "sbom.cdx.json"))));
  process.stderr.write("Asking npm for known vulnerabilities…\n");
  const { stdout } = await execa("npm", ["audit", "--json"], {
    ...npmOptions,
    cwd: root,
    reject: false,
  });
  const audit = auditFindings(stdout);
  if (audit === undefined) {
    const said = "npm's advisories can't be asked from here: vulnerabilities are not checked";
    if (process.argv.includes("--require-audit")) findings.push(said);
    else process.stderr.write(`${said}.\n`);
  }
  findings.push(...(audit ?? []));
  for (const finding of findings) process.stderr.write(`${finding}\n`);
  process.stdout.write(`${findings.length === 0 ? "The dependencies are in order" : `${findings.length} findings`}.\n`);
  if (findings.length > 0) process.exitCode = 1;
}

/** @returns a line for each component of whose content nothing is known. */
async function writeSbom(root: string, file: string): Promise<string[]> {
  const args = ["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "application", "--package-lock-only"];
  const { stdout } = await execa("npm", args, { ...npmOptions, cwd: root });
  const read = async (name: string) => {
    const files = [goModuleFolder(), yamlHostModuleFolder()].map((folder) => path.join(folder, name));
    return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
  };
  const [goMod, goSum] = await Promise.all([read("go.mod"), read("go.sum")]);
  const engine = { version: engineVersion(), archives: pinnedArchives, goMod, goSum };
  const { sbom, findings } = completeSbom(JSON.parse(stdout), "defender-mssp", engine);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(sbom, undefined, 2)}\n`);
  process.stderr.write(`The SBOM has ${sbom.components.length} components: ${path.relative(root, file)}\n`);
  return findings;
}

void main();
