/** A stack's detection rules in the customer's tenant, for `mssp status`: which are off, and how they do by their alerts. */
import { describedProblem } from "@defender-mssp/tenant";
import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { ruleIdPrefix } from "@defender-mssp/detections";
import { VisibleError, withoutUndefined } from "@defender-mssp/errors";
import { dayMs } from "@defender-mssp/errors/time";
import { readOffNote, turnedOffReason, type DetectionRuleState, type GraphCall } from "@defender-mssp/microsoft";
import { detectionRule } from "../../../domain/kinds/defenderSettings";
import type { Settings } from "../../../settings";
import type { Deployment } from "../../stack/deployment";
import { deployedOf } from "../../tenant/deployed";
import { deployedRules, type OwnDetectionRule } from "../../tenant/additions/detectionRuleChanges";
import { readProject, shownStackFile, stackFile } from "../../../settings/project";
import type { Place } from "../../base/place";
import { alertsSince, ruleHealth, noisyAbove } from "../../detections/health/detectionHealth";
import { usualHealth } from "../../detections/health/usualHealth";
import { exceptionsIn, isDisabling } from "../../stack/editExceptions";
import type { RulesInTenant, TurnedOffRule } from "../facts";
import { signInToTenant } from "../../tenant/signInToTenant";

interface RulesRun extends Place {
  readonly now: Date;
}

/** Alerts of one customer that are read at most, in pages of 1,000. */
const mostAlerts = 10_000;

/** Asks the tenant of a stack that has rules; a refusal is not checked, and no failure. */
export async function readDetectionRules(
  { stack, settings, deployment }: { stack: string; settings: Settings; deployment: Deployment },
  run: RulesRun,
): Promise<RulesInTenant> {
  const deployed = deployedOf(deployment);
  const none = { turnedOff: [], health: [], alertsPerDay: noisyAbove(settings.detections) };
  if (deployed.all("detectionRule").length === 0) return none;
  const unread = { rules: "", alerts: "" };
  const read = async <T>(what: keyof typeof unread, permission: string, look: () => Promise<T>) =>
    look().catch((error: unknown) => {
      unread[what] = describedProblem(error, permission).replaceAll(/\s*\n\s*/g, " ");
      return undefined;
    });
  const inTenant = await read("rules", detectionRule.read.join(", "), async () => {
    const { call } = await signInToTenant(settings, run.environment);
    const rules = await deployedRules(deployed, call, settings.detections?.apiVersion);
    const health = await read("alerts", "SecurityAlert.Read.All", () =>
      healthByAlerts(rules, call, { now: run.now, noisy: none.alertsPerDay }),
    );
    return { turnedOff: await turnedOffRules(rules, { stack, settings }, run), health: health ?? [] };
  });
  return {
    ...none,
    ...inTenant,
    ...(unread.rules === "" ? {} : { unread: unread.rules }),
    ...(unread.alerts === "" ? {} : { unreadAlerts: unread.alerts }),
  };
}

async function healthByAlerts(
  rules: readonly OwnDetectionRule[],
  call: GraphCall,
  { now, noisy }: { readonly now: Date; readonly noisy: number },
): Promise<RulesInTenant["health"]> {
  let read = 0;
  const bounded: GraphCall = (...request) => {
    if (read >= mostAlerts)
      throw new VisibleError(`more than ${mostAlerts} alerts in ${usualHealth.since} days: see mssp detections health`);
    read += 1000;
    return call(...request);
  };
  const alerts = await alertsSince(bounded, new Date(now.getTime() - usualHealth.since * dayMs));
  return rules.map(({ object, live }) => {
    const { ruleId: id, displayName: name, detectionAction } = object.outputs as unknown as DetectionRuleState;
    return ruleHealth({ name, id, title: detectionAction.alertTemplate.title, live }, alerts, {
      ...usualHealth,
      now,
      noisy,
    });
  });
}

async function turnedOffRules(
  all: readonly OwnDetectionRule[],
  { stack, settings }: { stack: string; settings: Settings },
  { folder }: RulesRun,
): Promise<readonly TurnedOffRule[]> {
  const rules = all.flatMap(({ live }) => {
    if (live === undefined) return [];
    const [reason, note] = [turnedOffReason(live), readOffNote(live)];
    const { id, displayName } = live;
    return reason === undefined && note === undefined ? [] : [withoutUndefined({ id, displayName, reason, note })];
  });
  if (rules.every(({ note }) => note === undefined)) return rules;
  const merged = await mergedExceptions(stack, folder);
  const isMerged = (id: string) =>
    merged.some((each) => isDisabling(each, id.slice(ruleIdPrefix(settings.msspName).length + 1)));
  return rules.map((rule) => ({ ...rule, isMerged: isMerged(rule.id) }));
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
