/** Detection rules of a stack that Defender has turned off, for `mssp status`. */
import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { ruleIdPrefix } from "@defender-mssp/detections";
import { isCallError, VisibleError } from "@defender-mssp/errors";
import { detectionRule } from "../../../domain/kinds/defenderSettings";
import type { Settings } from "../../../settings";
import type { Deployment } from "../../stack/deployment";
import { deployedOf } from "../../tenant/additions/deployed";
import { turnedOffRules, type TurnedOffRule } from "../../tenant/additions/detectionRuleChanges";
import { readProject, shownStackFile, stackFile } from "../../../settings/project";
import type { Place } from "../../base/place";
import { exceptionsIn, isDisabling } from "../../stack/editExceptions";
import { signInToTenant } from "../../tenant/signInToTenant";
import { unreadReason } from "../../tenant/unreadReason";
import { detectionRulesPart, type NotChecked } from "./customerStatus";

export interface TurnedOffInTenant {
  readonly rules: readonly (TurnedOffRule & { readonly isMerged?: boolean })[];
  readonly notChecked: readonly NotChecked[];
}

/** Asks the tenant of a stack that has rules; a refusal is not checked, and no failure. */
export async function readTurnedOffRules(
  { stack, settings, deployment }: { stack: string; settings: Settings; deployment: Deployment },
  { environment, folder }: Place,
): Promise<TurnedOffInTenant> {
  const deployed = deployedOf(deployment);
  if (deployed.all("detectionRule").length === 0) return { rules: [], notChecked: [] };
  try {
    const { call } = await signInToTenant(settings, environment);
    const rules = await turnedOffRules(deployed, call, settings.detections?.apiVersion);
    if (rules.every(({ note }) => note === undefined)) return { rules, notChecked: [] };
    const merged = await mergedExceptions(stack, folder);
    const isMerged = (id: string) =>
      merged.some((each) => isDisabling(each, id.slice(ruleIdPrefix(settings.msspName).length + 1)));
    return { rules: rules.map((rule) => ({ ...rule, isMerged: isMerged(rule.id) })), notChecked: [] };
  } catch (error) {
    if (isCallError(error)) return unread(unreadReason(error, detectionRule.read.join(", ")));
    if (error instanceof VisibleError) return unread(`not checked: ${error.message.replaceAll(/\s*\n\s*/g, " ")}`);
    throw error;
  }
}

/** Those of the remote's main branch as of the last fetch, else of the last commit, else of the work tree. */
async function mergedExceptions(stack: string, folder: string): Promise<readonly unknown[]> {
  const project = await readProject(folder);
  const show = (revision: string) =>
    execa("git", ["show", `${revision}:./${shownStackFile(project, stack)}`], { cwd: project.folder });
  const text = await show("origin/HEAD")
    .catch(() => show("HEAD"))
    .then(({ stdout }) => stdout)
    .catch(() => readFile(stackFile(project, stack), "utf8"));
  return exceptionsIn(text, project.name);
}

function unread(reason: string): TurnedOffInTenant {
  return { rules: [], notChecked: [{ what: detectionRulesPart, reason, isFailure: false }] };
}
