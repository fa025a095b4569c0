/**
 * The chart of the last results: a bar for each row. It reaches the line of the goals where the
 * goal is just met.
 */
import { escaped } from "@defender-mssp/errors/escape";
import { isMet, type BenchRow } from "./row";

export type Scheme = "light" | "dark";

/**
 * The colours of the other images in docs/images, and blue and orange, which people who are
 * colour-blind tell apart.
 */
const colors = {
  light: {
    background: "#ffffff",
    text: "#1b2a41",
    quiet: "#4a5b75",
    line: "#1b2a41",
    met: "#0f6cbd",
    missed: "#c2570c",
  },
  dark: {
    background: "#0d1117",
    text: "#e6edf3",
    quiet: "#9fb0c7",
    line: "#e6edf3",
    met: "#4aa3f0",
    missed: "#f08a3c",
  },
} satisfies Record<Scheme, object>;

const [width, left, rowHeight, top, bottom] = [880, 400, 40, 50, 20];
/** Pixels from no bar to the goal; a bar ends at twice the goal. */
const goalWidth = 200;

export type ChartRow = Pick<BenchRow, "what" | "against" | "ratio" | "goal" | "atLeast" | "customers">;

export function chartOf(rows: readonly ChartRow[], scheme: Scheme): string {
  const color = colors[scheme];
  const height = top + rows.length * rowHeight + bottom;
  const title = "Benchmark rows against their goals";
  const goal = left + goalWidth;
  const bars = rows.map((row, index) => {
    const y = top + index * rowHeight;
    const length = Math.min(2, shareOfGoal(row)) * goalWidth;
    const state = isMet(row) ? "met" : "missed";
    return [
      `<text x="${left - 12}" y="${y + 13}" text-anchor="end">${label(whatOf(row))}</text>`,
      `<text x="${left - 12}" y="${y + 28}" text-anchor="end" class="s">to ${label(row.against)}</text>`,
      `<rect x="${left}" y="${y + 3}" width="${length.toFixed(1)}" height="22" rx="2" class="${state}" fill="${color[state]}"/>`,
      `<text x="${left + Math.max(length, goalWidth) + 10}" y="${y + 19}">` +
        `${row.ratio.toFixed(2)} <tspan class="s">goal ${row.atLeast ? "≥" : "≤"} ${row.goal}, ${state}</tspan></text>`,
    ].join("\n");
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">`,
    `<title>${title}</title>`,
    `<style>text{font:13px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:${color.text}}.s{font-size:12px;fill:${color.quiet}}</style>`,
    `<rect width="${width}" height="${height}" fill="${color.background}"/>`,
    `<text x="${goal}" y="24" text-anchor="middle">goal</text>`,
    ...bars,
    `<path d="M${goal} 32V${height - bottom}" stroke="${color.line}" stroke-width="2" stroke-dasharray="4 3"/>`,
    "</svg>",
  ].join("\n")}\n`;
}

/** 1 where the goal is just met, below it where there is something to spare. */
export function shareOfGoal({ ratio, goal, atLeast }: Pick<BenchRow, "ratio" | "goal" | "atLeast">): number {
  return atLeast ? goal / ratio : ratio / goal;
}

export function whatOf({ what, customers }: Pick<BenchRow, "what" | "customers">): string {
  return customers === undefined ? what : `${what} (${customers} customers)`;
}

function label(text: string): string {
  return escaped(text.replaceAll("`", ""));
}
