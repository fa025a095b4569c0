import { escaped } from "@defender-mssp/errors/escape";

/** Boxes and arrows as SVG, in a light and a dark colour scheme. */

export interface Box {
  /** First line, such as a folder. Unique in its figure. */
  readonly title: string;
  readonly lines: readonly string[];
  /** File or folder of the repository that the box stands for. */
  readonly place?: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Drawn in the accent's colour. */
  readonly isCentral?: boolean;
  /** A dashed frame around other boxes. */
  readonly isFrame?: boolean;
}

type Side = "top" | "bottom" | "left" | "right";

export interface Arrow {
  /** Titles of boxes. */
  readonly from: string;
  readonly to: string;
  /** Sides where it leaves and arrives, each with its place on the side: 0 to 1. Default: 0.5. */
  readonly sides: readonly [Side, Side];
  readonly at?: readonly [number, number];
  /** Points that it passes. */
  readonly via?: readonly (readonly [number, number])[];
  /** `import`: the first box's modules import the second's. `flow`: data or calls. */
  readonly kind: "import" | "flow";
}

export interface DrawnFigure {
  /** File name in docs/images, without the scheme and the ending. */
  readonly name: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

export type FigureScheme = "light" | "dark";

const colours = {
  light: {
    page: "#ffffff",
    text: "#1b2a41",
    soft: "#4a5b75",
    box: "#f3f6fb",
    edge: "#c3cfe0",
    central: "#e8f1fb",
    accent: "#0f6cbd",
  },
  dark: {
    page: "#0d1117",
    text: "#e6edf6",
    soft: "#a3b3c9",
    box: "#161d27",
    edge: "#3a4658",
    central: "#10263b",
    accent: "#62abf5",
  },
};
type Colours = (typeof colours)[FigureScheme];

const fonts = 'system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif';

export function drawing(figure: DrawnFigure, scheme: FigureScheme): string {
  const colour = colours[scheme];
  const { width, height, description } = figure;
  const marker = (id: string, fill: string) =>
    `<marker id="${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="${fill}"/></marker>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(description)}">`,
    `<title>${escaped(description)}</title>`,
    `<defs>${marker("flow", colour.accent)}${marker("import", colour.soft)}</defs>`,
    `<style>text{font-family:${fonts};fill:${colour.text}}.h{font-size:15px;font-weight:600}.s{font-size:13px;fill:${colour.soft}}</style>`,
    `<rect width="${width}" height="${height}" fill="${colour.page}"/>`,
    ...figure.boxes.map((box) => boxText(box, colour)),
    ...figure.arrows.map((arrow) => arrowText(arrow, figure, colour)),
    `</svg>`,
    "",
  ].join("\n");
}

function boxText({ title, lines, x, y, width, height, isCentral, isFrame }: Box, colour: Colours): string {
  const [fill, stroke] = isFrame
    ? ["none", colour.edge]
    : isCentral
      ? [colour.central, colour.accent]
      : [colour.box, colour.edge];
  const dashes = isFrame ? ' stroke-dasharray="5 4"' : "";
  const text = [`<text x="${x + 14}" y="${y + 25}" class="h">${escaped(title)}</text>`].concat(
    lines.map((line, index) => `<text x="${x + 14}" y="${y + 47 + 19 * index}" class="s">${escaped(line)}</text>`),
  );
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="${fill}" stroke="${stroke}"${dashes}/>${text.join("")}`;
}

function arrowText(
  { from, to, sides, at = [0.5, 0.5], via = [], kind }: Arrow,
  { boxes }: DrawnFigure,
  colour: Colours,
): string {
  const points = [pointOf(boxes, from, sides[0], at[0], 0), ...via, pointOf(boxes, to, sides[1], at[1], 3)];
  const [stroke, dashes] = kind === "flow" ? [colour.accent, ""] : [colour.soft, ' stroke-dasharray="2 3"'];
  const line = points.map((point) => point.join(" ")).join("L");
  return `<path d="M${line}" stroke="${stroke}" stroke-width="${kind === "flow" ? 2 : 1.5}"${dashes} fill="none" marker-end="url(#${kind})"/>`;
}

export function pointOf(boxes: readonly Box[], title: string, side: Side, at: number, gap: number): [number, number] {
  const box = boxes.find((candidate) => candidate.title === title);
  if (box === undefined) throw new Error(`a figure has an arrow, but no box "${title}"`);
  const { x, y, width, height } = box;
  switch (side) {
    case "top":
      return [Math.round(x + width * at), y - gap];
    case "bottom":
      return [Math.round(x + width * at), y + height + gap];
    case "left":
      return [x - gap, Math.round(y + height * at)];
    case "right":
      return [x + width + gap, Math.round(y + height * at)];
  }
}
