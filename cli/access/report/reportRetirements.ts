/** What Microsoft ends, and a customer's access rests on. */
import { dateOf, endingSentence, endingStates, type Ending } from "@defender-mssp/microsoft";
import { lighthouseAloneText } from "../../../domain/sentinelSteps";
import { stackEndings } from "../../../domain/stackEndings";
import { stateRestsOn } from "../../../domain/resourcesRestOn";
import type { Settings } from "../../../settings";
import type { ReportState } from "../state/readState";
import type { Attention } from "./model";

/** What ends, by the settings and the state. @param declared the settings as `up` takes them. */
export function reportRetirements(declared: Settings, { resources }: ReportState, now: Date): readonly Ending[] {
  return stackEndings(declared, dateOf(now), stateRestsOn(resources));
}

/** What has ended needs somebody now, what ends soon or may have ended soon. */
export function retirementAttention(retirements: readonly Ending[], settings: Settings, now: Date): Attention[] {
  return retirements.flatMap((ending): Attention[] => {
    const { id, level, successor, remedy } = ending;
    // It is known to the day what analysts lose, and the way out takes time.
    const isSentinel = id === "sentinel-azure-portal";
    const lost = isSentinel ? lighthouseAloneText(settings, dateOf(now)) : undefined;
    const title = lost ?? endingSentence(ending).replace(/\.$/, "");
    const isUrgent = endingStates[level] !== "information";
    if (!isUrgent && lost === undefined) return [];
    const state = level === "over" ? "failed" : "warning";
    return [{ state, topic: "retirements", title, remedy: isSentinel ? remedy : `Successor: ${successor}. ${remedy}` }];
  });
}
