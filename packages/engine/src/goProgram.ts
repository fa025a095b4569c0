/** Builds a program from Go modules that a go.mod and a go.sum pin. */
import path from "node:path";
import { timeText } from "@defender-mssp/errors/time";
import type { Go } from "./go";
import { timeLeft, type ProgressLine } from "./progress";
import { runTool } from "./runTool";

export interface GoProgram {
  /** For messages, e.g. `Pulumi engine`. */
  readonly name: string;
  /** The path of its main package. */
  readonly mainPackage: string;
  /** The folder of go.mod and go.sum. */
  readonly moduleFolder: string;
  /** For the linker, besides those that leave out symbols. */
  readonly linkerFlags?: string;
  /** The number of modules, roughly. */
  readonly modules: number;
  /** How long the build takes without Go's cache, on two cores; undefined where nobody has measured it. */
  readonly duration?: string;
}

/**
 * Builds `program` into the file `executable`. Throws Go's error, also for a module that go.sum
 * does not match.
 */
export async function buildGoProgram(
  go: Go,
  program: GoProgram,
  executable: string,
  environment: NodeJS.ProcessEnv,
  progress: ProgressLine,
): Promise<void> {
  const settings = goEnvironment(go, environment);
  const flags = ["-s -w", program.linkerFlags ?? ""].join(" ").trim();
  const args = ["-ldflags", flags, "-o", path.resolve(executable), program.mainPackage];
  const packages = await countPackages(go, program, args, settings, progress);
  await compile(go, program, args, packages, settings, progress);
}

/**
 * The number of packages that are not in Go's cache and must be compiled. Downloads their modules
 * first, about a minute in the first run.
 */
async function countPackages(
  go: Go,
  { name, moduleFolder, modules: total }: GoProgram,
  args: string[],
  environment: NodeJS.ProcessEnv,
  progress: ProgressLine,
): Promise<number> {
  const start = Date.now();
  let modules = 0;
  let packages = 0;
  progress.show(`Looking for the ${name}'s Go modules…`);
  // A dry run: names the compiler's calls that it would make.
  await runTool(go.executable, ["build", "-n", ...args], {
    environment,
    folder: moduleFolder,
    onErrorLine: (line) => {
      if (/\/compile(?:\.exe)?"? -o /.test(line)) packages++;
      if (!line.startsWith("go: downloading")) return;
      modules++;
      progress.show(
        `Downloading the ${name}'s Go modules: ${modules} of about ${total}, ${timeText(Date.now() - start)}`,
      );
    },
  });
  return packages;
}

async function compile(
  go: Go,
  program: GoProgram,
  args: string[],
  packages: number,
  environment: NodeJS.ProcessEnv,
  progress: ProgressLine,
): Promise<void> {
  const { name, moduleFolder } = program;
  const start = Date.now();
  let done = 0;
  const show = (): void => {
    const elapsed = Date.now() - start;
    const whole =
      packages > 1000 && program.duration !== undefined ? `, takes about ${program.duration} on two cores` : "";
    progress.show(
      done < packages
        ? `Building the ${name}: ${done} of ${packages} packages, ${timeText(elapsed)}${timeLeft(done, packages, elapsed) || whole}`
        : `Linking the ${name}, ${timeText(elapsed)}, less than a minute left`,
    );
  };
  show();
  const ticking = setInterval(show, 1_000);
  try {
    await runTool(go.executable, ["build", "-v", ...args], {
      environment,
      folder: moduleFolder,
      onErrorLine: () => {
        done++;
        show();
      },
    });
  } finally {
    clearInterval(ticking);
  }
}

/**
 * Ignores settings of the user that change the build or its verification; those on proxies and
 * caches stay.
 */
export function goEnvironment(go: Go, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...environment,
    PATH: `${path.dirname(go.executable)}${path.delimiter}${environment["PATH"] ?? ""}`,
    GOFLAGS: "-mod=readonly",
    GOWORK: "off",
    GOTOOLCHAIN: "local",
    GO111MODULE: "on",
    // As in the official release; needs no C compiler.
    CGO_ENABLED: "0",
    GOOS: undefined,
    GOARCH: undefined,
    GOROOT: undefined,
    GOBIN: undefined,
  };
}
