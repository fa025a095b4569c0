/** A count of deliveries in words. */
import { lossesIn, type Coverage, type Difference } from "./countCoverage";
import { isLoss, reasonTexts } from "./reasons";

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
    `${name}${numbered(hunted)} alerts in hunting from ${minuteOf(from)} to ${minuteOf(until)} UTC, ` +
      `${numbered(both)} of them delivered${isWhole ? "; no difference" : ""}`,
    ...huntingOnly.map((difference) => lineOf("in hunting only", difference)),
    ...deliveredOnly.map((difference) => lineOf("delivered only", difference)),
    ...(losses === 0
      ? []
      : [
          `${numbered(losses)} should have been delivered. \`${program} alerts --since ${from.slice(0, 19)}Z\` with a ` +
            "new checkpoint delivers the window again, each alert with the same ID",
        ]),
  ];
}

function lineOf(side: string, { source, reason, count, examples }: Difference): string {
  const ids =
    examples.length === 0 || !isLoss(reason) ? "" : ` (${examples.join(", ")}${count > examples.length ? ", …" : ""})`;
  return `· ${side}, ${numbered(count)} of ${source}: ${reasonTexts[reason]}${ids}`;
}

function minuteOf(moment: string): string {
  return moment.slice(0, 16).replace("T", " ");
}

function numbered(count: number): string {
  return count.toLocaleString("en-US");
}
