/** Builds the engine from the Go modules that go.mod and go.sum in this folder name. */
import { executableIn, engineVersionOf } from "./engineFolder";
import { findGo, goModuleFolder } from "./go";
import { buildGoProgram } from "./goProgram";
import type { ProgressLine } from "./progress";

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
  const program = {
    name: "Pulumi engine",
    mainPackage: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    moduleFolder: goModuleFolder(),
    linkerFlags: `-X ${versionVariable}=v${version}`,
    modules: 250,
    duration: "4 min",
  };
  await buildGoProgram(go, program, executableIn(folder), environment, progress);
  const found = await engineVersionOf(executableIn(folder));
  if (found !== version) throw new Error(`what was built gives ${found ?? "no"} version instead of ${version}`);
  const verified = [`its Go modules (go.sum)`];
  const named = `Go ${go.version}`;
  return go.verifiedBy === undefined
    ? { verified, notVerified: [`the ${named} in PATH`] }
    : { verified: [...verified, `${named} (${go.verifiedBy})`], notVerified: [] };
}
