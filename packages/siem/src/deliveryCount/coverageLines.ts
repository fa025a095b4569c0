/** A count of deliveries in words. */
import { isLoss, lossesIn, reasonTexts, type Coverage, type CoverageDifference } from "../pull/coverage";

/** Delivered alerts of all that hunting has, for a table. */
export function coverageSummary({ hunted, both }: Coverage): string {
  return `${numbered(both)}/${numbered(hunted)}`;
}

/** All counts, and each difference with its reason. @param program as people type it */
export function coverageLines(coverage: Coverage, program: string): readonly string[] {
  const { destination, from, until, hunted, both, huntingOnly, deliveredOnly } = coverage;
  const name = destination === undefined ? "" : `--${destination}: `;
  const isWhole = hunted === both && deliveredOnly.length === 0;
  const losses = lossesIn(coverage);
  return [
    `${name}${numbered(hunted)} alerts in hunting from ${minuteText(from)} to ${minuteText(until)} UTC, ` +
      `${numbered(both)} of them delivered${isWhole ? "; no difference" : ""}`,
    ...huntingOnly.map((difference) => differenceLine("in hunting only", difference)),
    ...deliveredOnly.map((difference) => differenceLine("delivered only", difference)),
    ...(losses === 0
      ? []
      : [
          `${numbered(losses)} should have been delivered. \`${program} alerts --since ${from.slice(0, 19)}Z\` with a ` +
            "new checkpoint delivers the window again, each alert with the same ID",
        ]),
  ];
}

function differenceLine(side: string, { source, reason, count, examples }: CoverageDifference): string {
  const ids =
    examples.length === 0 || !isLoss(reason) ? "" : ` (${examples.join(", ")}${count > examples.length ? ", …" : ""})`;
  return `· ${side}, ${numbered(count)} of ${source}: ${reasonTexts[reason]}${ids}`;
}

function minuteText(moment: string): string {
  return moment.slice(0, 16).replace("T", " ");
}

function numbered(count: number): string {
  return count.toLocaleString("en-US");
}
