import type { DetectionRuleObject } from "./listDetectionRules";

/** Why Defender has turned a rule off, where the service says so; undefined for a rule that it has not turned off. */
export function turnedOffReason({ status, lastRunDetails }: DetectionRuleObject): string | undefined {
  if (status !== "autoDisabled") return undefined;
  const { failureReason, errorCode } = lastRunDetails ?? {};
  const reason = [failureReason, errorCode].find((text) => typeof text === "string" && text !== "");
  return reason ?? "its query keeps failing";
}
