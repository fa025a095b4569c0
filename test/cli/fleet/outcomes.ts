import type { StackPreview } from "../../../cli/stack/stackPreview";
import type { StackOutcome, StackState } from "../../../cli/stack/outcome";
import { countsOf, type RunReport } from "../../../cli/fleet/runReport";

/** How a stack ended on its first try, after one second. */
export function outcome(stack: string, state: StackState, changes: Partial<StackOutcome> = {}): StackOutcome {
  return { stack, state, seconds: 1, tries: 1, messages: [], nextSteps: [], ...changes };
}

export function preview(changes: StackPreview["changes"]): StackPreview {
  return {
    msspPreview: 1,
    stack: "contoso",
    failed: false,
    changes,
    unchanged: 1,
    messages: [],
    policyViolations: [],
    additions: [],
  };
}

export function reportOf(stacks: RunReport["stacks"]): RunReport {
  return {
    msspFleetReport: 1,
    run: "one",
    command: "up",
    beganAt: "2026-11-26T05:00:00.000Z",
    endedAt: "2026-11-26T05:01:00.000Z",
    refresh: false,
    policyPacks: [],
    counts: countsOf(stacks),
    ownRequests: { asked: 0, waited: 0, throttled: 0 },
    stacks,
  };
}

/** A run in which everything happened. */
export function eventfulRun(): RunReport {
  const rename = { name: "displayName", before: "MSSP Contoso", after: "SOC Contoso" };
  const changes: StackPreview["changes"] = [
    { operation: "update", type: "azuread:index/group:Group", name: "group", properties: [rename] },
  ];
  const unchanged = Array.from({ length: 20 }, (_, index) => outcome(`customer-${index}`, "unchanged"));
  return reportOf([
    ...unchanged,
    { ...outcome("contoso", "changed", { preview: preview(changes) }), customerName: "Contoso" },
    outcome("fourth", "drifted", {
      preview: preview(changes),
      nextSteps: ["Authorize the application in the portal."],
    }),
    outcome("woodgrove", "failed", {
      messages: ["customerName is missing: set it in Pulumi.woodgrove.yaml."],
      tries: 3,
    }),
    outcome("tailspin", "leftOut", { messages: ["interrupted"] }),
  ]);
}
