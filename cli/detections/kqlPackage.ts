import type * as kql from "@defender-mssp/kql";
import { installedJudge, judgePackage, type JudgeRulesOptions } from "@defender-mssp/detections";
import { VisibleError } from "@defender-mssp/errors";

export interface KqlPackage extends JudgeRulesOptions {
  readonly kql: typeof kql;
}

/**
 * Loads `@defender-mssp/kql`, which only repositories with detection rules install.
 * @param folder that of `Pulumi.yaml`.
 * @throws VisibleError with the command that installs it.
 */
export function kqlPackage(folder: string): KqlPackage {
  const installed = installedJudge(folder);
  if ("judge" in installed) return installed.judge as KqlPackage;
  throw new VisibleError(`This command needs ${judgePackage}, which ${installed.missing}. ${installed.remedy}`);
}
