/** The suites: which test file belongs to which, and what `npm test` runs. */
import { readdirSync } from "node:fs";
import path from "node:path";

export interface Suite {
  readonly name: string;
  readonly files: RegExp;
}

/** In the order in which a file is looked up: the first suite that matches has it. */
export const suites: readonly Suite[] = [
  { name: "dev", files: /^test\/dev\/(?!dependencies\/)/ },
  { name: "lives", files: /^test\/lives\// },
  { name: "e2e", files: /^test\/(e2e|compat|official)\/|^test\/.*\.engine\.test\.ts$/ },
  { name: "processes", files: /^test\/.*\.process\.test\.ts$/ },
  { name: "access", files: /^test\// },
  ...readdirSync("packages")
    .sort()
    .map((name) => ({ name, files: new RegExp(`^packages/${name}/test/`) })),
];

export function suiteName(file: string): string {
  return suites.find(({ files }) => files.test(file))?.name ?? "none";
}

/** Access and what it stands on. */
const quickSuites: ReadonlySet<string> = new Set([
  "access",
  "lives",
  "errors",
  "terminal",
  "microsoft",
  "pages",
  "tenant",
]);

/** Whether `npm test` runs the file. */
export function isQuick(file: string): boolean {
  const suite = suiteName(file);
  return suite === "lives" || (quickSuites.has(suite) && !/\.(process|engine)\.test\.ts$/.test(file));
}

/** Every test file of the checkout. */
export function testFiles(): string[] {
  const packages = readdirSync("packages").map((name) => `packages/${name}/test`);
  return ["test", ...packages].flatMap(filesIn).filter((file) => file.endsWith(".test.ts"));
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((file) => path.posix.join(folder, file.replaceAll(path.sep, "/")))
      .sort();
  } catch {
    // A package without tests.
    return [];
  }
}
