/**
 * `npm run check:dependencies`: is what the lockfile names allowed to be here, and is a vulnerability known of it? `--require-audit` makes it an error
 * that npm's advisories couldn't be asked; without it that is only said.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { auditFindings, lockfileFindings } from "./findings";

async function main(): Promise<void> {
  const root = path.resolve(__dirname, "..", "..", "..");
  const findings = lockfileFindings(JSON.parse(await readFile(path.join(root, "package-lock.json"), "utf8")));
  process.stderr.write("Asking npm for known vulnerabilities…\n");
  const { stdout } = await execa("npm", ["audit", "--json"], {
    cwd: root,
    reject: false,
    stdin: "ignore",
    timeout: 120_000,
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

void main();
