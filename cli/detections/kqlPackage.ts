import path from "node:path";
import type * as kql from "@defender-mssp/kql";
import { optionalPackage } from "../base/installation";

export interface KqlPackage {
  readonly kql: typeof kql;
  /** Path of the program that judges queries in a process of its own. */
  readonly judgeProgram: string;
  /** File of kept verdicts, below the project's folder. */
  readonly cacheFile: string;
}

/**
 * Loads `@defender-mssp/kql`, which only repositories with detection rules install.
 * @param folder that of `Pulumi.yaml`.
 * @throws VisibleError with the command that installs it.
 */
export function kqlPackage(folder: string): KqlPackage {
  const name = "@defender-mssp/kql";
  return {
    kql: optionalPackage(name) as typeof kql,
    judgeProgram: require.resolve(`${name}/judge`, { paths: [__dirname, folder] }),
    cacheFile: path.join(folder, ".mssp", "detections", "verdicts.json"),
  };
}
