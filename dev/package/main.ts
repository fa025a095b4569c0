/**
 * `npm run package`: packs the packages into `.packages` (or `--out <folder>`), each as a
 * folder and as a tarball.
 */
import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { packPackages } from "./pack";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { out: { type: "string", default: ".packages" } } });
  const checkout = path.resolve(__dirname, "..", "..", "..");
  const out = path.resolve(values.out);
  await mkdir(out, { recursive: true });
  await removeTarballs(out);
  for (const { file, bytes, files } of await packPackages(checkout, out)) {
    console.log(`${path.relative(process.cwd(), file)}  ${(bytes / 1e6).toFixed(2)} MB, ${files} files`);
  }
  const customersFile = (await import(path.join(checkout, "packages", "watch", "bundle.js"))) as {
    readonly bundle: (folder: string) => string;
  };
  console.log(`mssp-watch.mjs  SHA-256 ${customersFile.bundle(out)}`);
  console.log("\nMake a repository of customers with these packages:");
  console.log(`  npx mssp init ../customers --packages ${path.relative(process.cwd(), out) || "."}`);
}

/** Tarballs of an earlier version: `npx mssp init --packages` refuses two of one package. */
async function removeTarballs(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names.filter((file) => /^defender-mssp-.*\.tgz$/.test(file))) await rm(path.join(folder, name));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
