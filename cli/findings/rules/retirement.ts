import { dateOf, endingSentence, endingStates } from "@defender-mssp/microsoft";
import { lighthouseAloneText } from "../../../domain/sentinelSteps";
import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";
import { endLevel } from "../endLevel";

/** What Microsoft ends: over, within 90 days or perhaps over. What analysts lose with Sentinel is a remark before that. */
export function retirement({ retirements = [], settings, now }: Facts): Finding[] {
  return retirements.flatMap((ending): Finding[] => {
    const { id, what, level, daysLeft, endsOn, successor, remedy } = ending;
    const lost =
      id === "sentinel-azure-portal" && settings !== undefined ? lighthouseAloneText(settings, dateOf(now)) : undefined;
    const isNear = endingStates[level] !== "information" && endsOn !== null;
    if (!isNear && lost === undefined) return [];
    const isOver = level === "over";
    const when = isOver ? "ended" : level === "perhapsOver" ? "may be off" : `ends in ${daysLeft} d`;
    return [
      finding(isOver ? "ended" : isNear ? "ends" : "retirements", isOver ? "now" : "soon", {
        key: `retirement ${id}`,
        level: endLevel(daysLeft ?? 0, isOver),
        title: `${what.replace(/^The /, "")} ${when}`,
        text: lost ?? endingSentence(ending).replace(/\.$/, ""),
        next: lost === undefined ? `Successor: ${successor}. ${remedy}` : remedy,
        ...(endsOn === null ? {} : { until: `${endsOn}T00:00:00.000Z` }),
      }),
    ];
  });
}
