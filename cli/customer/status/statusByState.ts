/** A customer's status by one read of the stack's state, and by the customer's tenant. */
import { withoutUndefined } from "@defender-mssp/errors";
import { dateOf } from "@defender-mssp/microsoft";
import { offboardedTag } from "../../../domain/offboarded";
import { dayIn, monthBefore } from "../../base/spanOfDay";
import { deploymentReader } from "../../stack/deployment";
import { StackNotFoundError } from "../../stack/pulumi";
import { NothingDeployed } from "../../stack/stackOutputs";
import { readTokenRecord } from "../../stack/stackRefreshToken";
import { onboardingInTenant } from "../../access/waiting/onboarding";
import type { OnboardingProgress } from "../../access/waiting/progress";
import { reportOf } from "../../access/report/build";
import type { AccessReport } from "../../access/report/model";
import { leakedSecrets } from "../../stack/leakedSecrets";
import { joinersIn, leaversIn } from "../../stack/leavers";
import { sentMonthTag, stackTag } from "../../stack/stackTag";
import { reportState, type ReportState } from "../../access/state/readState";
import { readDetectionRules } from "./readDetectionRules";
import { sortedNeeds, type CustomerState } from "./customerStatus";
import {
  driftNeeds,
  endNeeds,
  failedRunNeeds,
  interruptedNeeds,
  joinerNeeds,
  leakNeeds,
  leaverNeeds,
  onboardingNeeds,
  retirementNeeds,
  ruleHealthNeeds,
  turnedOffNeeds,
  uncheckedSteps,
  unsentMonthNeed,
} from "./needs";
import { nextEnd, type CustomerFiles, type ReadPart, type StatusRun } from "./customerFiles";

/** @throws VisibleError where the state can't be read. */
export async function statusByState(
  { customer, settings, drift, last }: CustomerFiles,
  run: StatusRun,
): Promise<ReadPart> {
  const { stack } = customer;
  const deployment = deploymentReader(stack, run);
  const state = await stateOrNone(async () => reportState(await deployment()));
  const { now } = run;
  const refreshToken = await readTokenRecord(stack, run);
  const report =
    state &&
    deployedReport(() => reportOf(withoutUndefined({ stack, settings, state, source: "state", refreshToken, now })));
  if (report === undefined && state !== undefined) {
    // A settings file may have lost its mark.
    const on = (await stackTag(offboardedTag, "get", stack, run)) ?? "";
    if (on !== "") return { state: "offboarded", offboarded: { on }, needs: [] };
  }
  const [progress, rules] = await Promise.all([
    onboardingInTenant({ stack, ...run, now: () => now }, { settings, deployment }),
    report && readDetectionRules({ stack, settings, deployment: await deployment() }, run),
  ]);
  const [ends, writtenAt] = [report?.ends ?? [], report?.stateWrittenAt];
  const retirements = report?.retirements ?? [];
  const resources = state === undefined ? [] : (await deployment()).resources;
  return {
    retirements,
    state: customerState(report, progress),
    ...nextEnd(ends, writtenAt, now),
    needs: sortedNeeds([
      ...interruptedNeeds(stack, state?.interrupted ?? 0),
      ...failedRunNeeds(last, state?.writtenAt),
      ...leakNeeds(stack, await leakedSecrets(stack, resources, settings.connector.credential, run)),
      ...leaverNeeds(stack, leaversIn(state?.guests ?? [], settings)),
      ...joinerNeeds(stack, report === undefined ? [] : joinersIn(state?.guests ?? [], settings)),
      ...turnedOffNeeds(stack, rules?.turnedOff ?? [], dateOf(now)),
      ...(rules ? ruleHealthNeeds(rules) : []),
      ...driftNeeds(stack, drift),
      ...endNeeds(ends, { ...run, writtenAt }),
      ...retirementNeeds(retirements),
      ...onboardingNeeds(progress, report !== undefined),
      ...(report === undefined ? [] : await unsentMonthNeeds(report, settings.reportTimeZone, run)),
    ]),
    notChecked: [...uncheckedSteps(progress), ...(rules?.notChecked ?? [])],
  };
}

function customerState(report: AccessReport | undefined, { steps }: OnboardingProgress): CustomerState {
  if (report === undefined) return "notDeployed";
  if (steps.some(({ unchecked }) => unchecked === "failed")) return "deployed";
  return steps.some(({ state, unchecked }) => state === "waiting" && unchecked === undefined) ? "onboarding" : "live";
}

async function stateOrNone(read: () => Promise<ReportState>): Promise<ReportState | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof StackNotFoundError) return undefined;
    throw error;
  }
}

function deployedReport(build: () => AccessReport): AccessReport | undefined {
  try {
    return build();
  } catch (error) {
    if (error instanceof NothingDeployed) return undefined;
    throw error;
  }
}

/** Of the last month that is over, where the customer gets a page each month. */
async function unsentMonthNeeds({ stack, objects }: AccessReport, timeZone: string | undefined, run: StatusRun) {
  if (timeZone === undefined) return [];
  const [first = ""] = objects.flatMap(({ since }) => since ?? []).sort();
  const month = monthBefore(dayIn(run.now, timeZone).slice(0, 7));
  if (first === "" || dayIn(first, timeZone).slice(0, 7) > month) return [];
  const sent = (await stackTag(sentMonthTag, "get", stack, run)) ?? "";
  return sent >= month ? [] : [unsentMonthNeed(stack, month)];
}
