import { endingStates, endingText, type Ending } from "@defender-mssp/microsoft";
import { failed, passed, type Check } from "./check";

/** Fails for what has ended; warns of what ends within 90 days, or may have ended. */
export function retirementsCheck(endings: readonly Ending[]): Check {
  const name = "retirements";
  if (endings.length === 0) return passed(name, "nothing of it is known to end");
  const reason = endings.map(endingText).join(" ");
  const states = endings.map(({ level }): string => endingStates[level]);
  if (states.includes("failed")) return { ...failed(name, reason), endings };
  const isWarning = states.includes("warning");
  return { ...passed(name, reason), endings, ...(isWarning ? { isWarning } : {}) };
}
