/**
 * `npm run sdks`: writes the SDKs of the plugin into `.sdks` (or `--out <folder>`), each as a
 * folder and as an archive for a release.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { VisibleError } from "@defender-mssp/errors";
import { archiveSdks } from "./archiveSdks";
import { generateSdks, sdkLanguages } from "./generateSdks";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { out: { type: "string", default: ".sdks" } } });
  const checkout = path.resolve(__dirname, "..", "..", "..");
  const out = path.resolve(values.out);
  await generateSdks(checkout, out, sdkLanguages);
  for (const file of await archiveSdks(checkout, out)) console.log(path.relative(process.cwd(), file));
}

main().catch((error: unknown) => {
  console.error(error instanceof VisibleError ? error.message : error);
  process.exitCode = 1;
});
