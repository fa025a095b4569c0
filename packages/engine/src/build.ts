/** Builds the engine from the Go modules that go.mod and go.sum in this folder name. */
import path from "node:path";
import { executableIn, engineVersionOf } from "./engineFolder";
import { findGo, goModuleFolder, type Go } from "./go";
import { timeLeft, type ProgressLine } from "./progress";
import { runTool } from "./runTool";

const engine = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** What a build was made of, for people. */
export interface BuiltFrom {
  readonly verified: readonly string[];
  readonly notVerified: readonly string[];
}

/** Builds `<folder>/bin/pulumi`. Throws what Go says where it fails (a module that isn't what go.sum says included), or why there is no Go. */
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
 * How many packages are still to be compiled: those that are not in Go's cache. Downloads their modules first, which
 * takes the first run a minute.
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

/** Settings of the user's that would change what is built, or what it is compared with, are put aside; those on proxies and caches stay. */
export function goEnvironment(go: Go, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...environment,
    PATH: `${path.dirname(go.executable)}${path.delimiter}${environment["PATH"] ?? ""}`,
    GOFLAGS: "-mod=readonly",
    GOWORK: "off",
    GOTOOLCHAIN: "local",
    GO111MODULE: "on",
    // As in the official release; and it spares a C compiler.
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
