/** Builds the engine from the Go modules that go.mod and go.sum in this folder name. */
import path from "node:path";
import { executableIn, engineVersionOf } from "./engineFolder";
import { findGo, goModuleFolder, type Go } from "./go";
import { timeLeft, type ProgressLine } from "./progress";
import { runTool } from "./runTool";

const engine = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** Description of the build's sources, for messages. */
export interface BuiltFrom {
  readonly verified: readonly string[];
  readonly notVerified: readonly string[];
}

/**
 * Builds `<folder>/bin/pulumi`. Throws Go's error (also for a module that go.sum does not match),
 * or the reason why there is no Go.
 */
export async function buildEngine(
  version: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
  progress: ProgressLine,
): Promise<BuiltFrom> {
  if (process.platform === "win32") throw new Error("only on Linux and macOS");
  const go = await findGo(environment, progress);
  progress.say(`Building the Pulumi engine ${version} with Go ${go.version}.`);
  const settings = goEnvironment(go, environment);
  const args = buildArguments(version, folder);
  const packages = await countPackages(go, args, settings, progress);
  await compile(go, args, packages, settings, progress);
  const found = await engineVersionOf(executableIn(folder));
  if (found !== version) throw new Error(`what was built gives ${found ?? "no"} version instead of ${version}`);
  const verified = [`its Go modules (go.sum)`];
  const named = `Go ${go.version}`;
  return go.verifiedBy === undefined
    ? { verified, notVerified: [`the ${named} in PATH`] }
    : { verified: [...verified, `${named} (${go.verifiedBy})`], notVerified: [] };
}

/**
 * The number of packages that are not in Go's cache and must be compiled. Downloads their modules
 * first, about a minute in the first run.
 */
async function countPackages(
  go: Go,
  args: string[],
  environment: NodeJS.ProcessEnv,
  progress: ProgressLine,
): Promise<number> {
  const start = Date.now();
  let modules = 0;
  let packages = 0;
  progress.show("Looking for the engine's Go modules…");
  // A dry run: names the compiler's calls that it would make.
  await runTool(go.executable, ["build", "-n", ...args], {
    environment,
    folder: goModuleFolder(),
    onErrorLine: (line) => {
      if (/\/compile(?:\.exe)?"? -o /.test(line)) packages++;
      if (!line.startsWith("go: downloading")) return;
      modules++;
      progress.show(`Downloading the engine's Go modules: ${modules} of about 250, ${duration(Date.now() - start)}`);
    },
  });
  return packages;
}

async function compile(
  go: Go,
  args: string[],
  packages: number,
  environment: NodeJS.ProcessEnv,
  progress: ProgressLine,
): Promise<void> {
  const start = Date.now();
  let done = 0;
  const show = (): void => {
    const elapsed = Date.now() - start;
    const left = timeLeft(done, packages, elapsed) || (packages > 1000 ? ", takes about 4 min on two cores" : "");
    progress.show(
      done < packages
        ? `Building the Pulumi engine: ${done} of ${packages} packages, ${duration(elapsed)}${left}`
        : `Linking the Pulumi engine, ${duration(elapsed)}, less than a minute left`,
    );
  };
  show();
  const ticking = setInterval(show, 1_000);
  try {
    await runTool(go.executable, ["build", "-v", ...args], {
      environment,
      folder: goModuleFolder(),
      onErrorLine: () => {
        done++;
        show();
      },
    });
  } finally {
    clearInterval(ticking);
  }
}

function buildArguments(version: string, folder: string): string[] {
  return [
    "-ldflags",
    `-s -w -X ${versionVariable}=v${version}`,
    "-o",
    path.join(path.resolve(folder), "bin", "pulumi"),
    engine,
  ];
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

function duration(milliseconds: number): string {
  const total = Math.round(milliseconds / 1000);
  return total < 60 ? `${total} s` : `${Math.floor(total / 60)} min ${total % 60} s`;
}
