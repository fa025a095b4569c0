/** A count of deliveries as Prometheus metrics. */
import type { Coverage, CoverageDifference } from "./coverage";
import { gaugeText, type Sample } from "./gaugeText";

/** A count with the labels of its customer. */
export interface LabelledCoverage {
  readonly labels: Readonly<Record<string, string>>;
  readonly coverage: Coverage;
}

/** @param prefix of the names: `mssp_alerts` */
export function coverageMetrics(prefix: string, counts: readonly LabelledCoverage[]): string {
  const differences = (side: "huntingOnly" | "deliveredOnly"): Sample[] =>
    counts.flatMap((count) =>
      count.coverage[side].map(({ source, reason, count: value }: CoverageDifference) => {
        return { labels: { ...customerLabels(count), source, reason }, value };
      }),
    );
  const numbers = (value: (coverage: Coverage) => number): Sample[] =>
    counts.map((count) => ({ labels: customerLabels(count), value: value(count.coverage) }));
  return [
    gaugeText(
      `${prefix}_coverage_hunted`,
      "Alerts that AlertInfo has in the window of the last count.",
      numbers(({ hunted }) => hunted),
    ),
    gaugeText(
      `${prefix}_coverage_hunted_delivered`,
      "Alerts of AlertInfo in that window that were delivered.",
      numbers(({ both }) => both),
    ),
    gaugeText(
      `${prefix}_coverage_hunting_only`,
      "Alerts of AlertInfo that were not delivered, by source and reason.",
      differences("huntingOnly"),
    ),
    gaugeText(
      `${prefix}_coverage_delivered_only`,
      "Delivered alerts that AlertInfo does not have in the window, by source and reason.",
      differences("deliveredOnly"),
    ),
    gaugeText(
      `${prefix}_coverage_until_timestamp_seconds`,
      "End of the window of the last count.",
      numbers(({ until }) => Date.parse(until) / 1000),
    ),
  ].join("");
}

function customerLabels({ labels, coverage: { destination } }: LabelledCoverage): Readonly<Record<string, string>> {
  return destination === undefined ? labels : { ...labels, destination };
}
