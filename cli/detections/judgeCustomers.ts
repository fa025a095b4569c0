import { installedJudge, judgeComposedRules, ruleSets } from "@defender-mssp/detections";
import { VisibleError } from "@defender-mssp/errors";
import type { Project } from "../../settings/project";
import { composedCustomers } from "./composedCustomers";

interface JudgeCustomersOptions {
  readonly stacks: readonly string[];
  readonly now: Date;
  /** Told how many queries have no verdict, before they are judged. */
  readonly onJudging: (queries: number) => void;
}

/**
 * Judges the queries of these customers' rules in one process, so that their previews find the
 * verdicts and start no judge each. Says nothing of what is wrong: each preview does.
 */
export async function judgeCustomers(
  project: Project,
  { stacks, now, onJudging }: JudgeCustomersOptions,
): Promise<void> {
  const { folder } = project;
  if ((await ruleSets(folder)).length === 0) return;
  const installed = installedJudge(folder);
  if (!("judge" in installed)) return;
  try {
    const { composed } = await composedCustomers(project, { stacks, now });
    const rules = composed.flatMap(({ deployed }) => deployed);
    await judgeComposedRules(rules, { ...installed.judge, onJudging });
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
  }
}
