/**
 * `npm run package`: packs the packages into `.packages` (or `--out <folder>`), each as a
 * folder and as a tarball.
 */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { packPackages } from "./pack";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { out: { type: "string", default: ".packages" } } });
  const checkout = path.resolve(__dirname, "..", "..", "..");
  const out = path.resolve(values.out);
  await mkdir(out, { recursive: true });
  for (const { file, bytes, files } of await packPackages(checkout, out)) {
    console.log(`${path.relative(process.cwd(), file)}  ${(bytes / 1e6).toFixed(2)} MB, ${files} files`);
  }
}

void main();
