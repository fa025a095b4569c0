/**
 * `npm run release:version -- <version>`: the version of the next release, in every file that names
 * it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { messageOf } from "@defender-mssp/errors";
import { npmEnvironment } from "@defender-mssp/errors/npmEnvironment";
import { execa } from "execa";
import { changedFiles } from "./version";

async function main(): Promise<void> {
  const root = path.resolve(__dirname, "..", "..", "..");
  const date = new Date().toISOString().slice(0, 10);
  const read = (file: string) => readFileSync(path.join(root, file), "utf8");
  for (const [file, text] of changedFiles(read, process.argv[2] ?? "", date)) {
    writeFileSync(path.join(root, file), text);
    console.log(file);
  }
  const options = { cwd: root, env: npmEnvironment(process.env), extendEnv: false };
  await execa("npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"], options);
  console.log("package-lock.json\nNext: npm run docs");
}

void main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
