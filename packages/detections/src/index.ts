/** Custom detection rules as files of a repository. */
export type { DetectionRuleProperties } from "./detectionRuleProperties";
