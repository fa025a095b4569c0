import type { Actor } from "../../access/actor";
import { daysLeft, endText, endTitle, openEnds, type ReportEnd } from "../../access/ends/ends";
import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";
import { endLevel } from "../endLevel";

/** What has ended, or ends within the days of the command. */
export function ends({
  ends: all = [],
  writtenAt,
  days,
  now,
}: Pick<Facts, "ends" | "writtenAt" | "days" | "now">): Finding[] {
  return openEnds(all, writtenAt).flatMap(({ what, kind, until, remedy: next }): Finding[] => {
    const left = daysLeft(until, now);
    if (left > days) return [];
    const isOver = Date.parse(until) <= now.getTime();
    const title = `${endTitle(kind, what)} ${isOver ? "ended" : `ends in ${left} d`}`;
    const said = {
      key: `ends ${kind} ${what} ${until}`,
      level: endLevel(left, isOver),
      who: whoRenews[kind],
      title,
      until,
    };
    const text = endText(what, until, now);
    return [finding(isOver ? "ended" : "ends", isOver ? "now" : "soon", { ...said, text, next })];
  });
}

const whoRenews: Readonly<Record<ReportEnd["kind"], Actor>> = {
  clientSecret: "platformEngineer",
  previousClientSecret: "siemEngineer",
  certificate: "platformEngineer",
  refreshToken: "siemEngineer",
  access: "platformEngineer",
  accessPackage: "analyst",
  connectorProfile: "platformEngineer",
};
