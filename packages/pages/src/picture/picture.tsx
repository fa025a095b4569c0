/** A picture of who reaches what by which path, as SVG, with the same in words below it. */
import { Fragment, h, type Markup } from "../markup";
import type { Block } from "../blocks";
import { isSafeTarget, type State } from "../content";
import { filled, type Words } from "../words";
import { layout, type Layout, type LayoutEdge, type LayoutNode, type Measures } from "./layout";
import { wrap } from "./wrap";

/** What a node stands for; it decides the colour. */
export type NodeKind =
  "organization" | "person" | "group" | "role" | "application" | "credential" | "permission" | "rule";

export interface PictureNode {
  /** Unique in the picture. */
  readonly id: string;
  readonly label: string;
  /** A second, smaller text. */
  readonly detail?: string;
  readonly kind: NodeKind;
  /** Column, from 0 at the left. */
  readonly column: number;
  /** Marks the node, such as `failed` for what must not be there. */
  readonly state?: State;
  /** Place in the page that describes it, such as `#row-1`. */
  readonly href?: string;
}

/** A path, from left to right. */
export interface PictureEdge {
  readonly from: string;
  readonly to: string;
  /** How, in words: "member of". Shown in the text alternative and when the pointer rests on the line. */
  readonly label?: string;
  readonly state?: State;
}

export interface Picture {
  readonly title: string;
  /** What the picture shows, in a sentence. */
  readonly description: string;
  /** Headings of the columns. */
  readonly columns: readonly string[];
  readonly nodes: readonly PictureNode[];
  /** An edge whose ends are not both among the nodes is left out. */
  readonly edges: readonly PictureEdge[];
  /** Anchor of the picture, unique on the page. Default: `picture`. */
  readonly id?: string;
}

const measures: Measures = { nodeWidth: 196, columnGap: 56, rowGap: 14, top: 30, margin: 10 };
const lineHeight = 17;
const padding = 10;
/** Characters in a line of a node. */
const lineWidth = { label: 23, detail: 26 };

const laneHeight = 8;

/** Room in each column that a longer line crosses, so that it does not run behind the nodes there. */
class Lanes {
  readonly nodes: LayoutNode[] = [];
  readonly edges: LayoutEdge[] = [];
  readonly #ids = new Map<PictureEdge, readonly string[]>();

  constructor(edges: readonly PictureEdge[], nodes: ReadonlyMap<string, PictureNode>) {
    edges.forEach((edge, index) => {
      const [first, last] = [nodes.get(edge.from)?.column ?? 0, nodes.get(edge.to)?.column ?? 0];
      const crossed = Array.from({ length: Math.max(0, last - first - 1) }, (_, at) => first + 1 + at);
      const ids = crossed.map((column) => `lane ${index} ${column}`);
      this.#ids.set(edge, ids);
      this.nodes.push(...crossed.map((column, at) => ({ id: ids[at] ?? "", column, height: laneHeight })));
      const stops = [edge.from, ...ids, edge.to];
      this.edges.push(...stops.slice(1).map((to, at) => ({ from: stops[at] ?? "", to })));
    });
  }

  of(edge: PictureEdge): readonly string[] {
    return this.#ids.get(edge) ?? [];
  }
}

/** Lines highlight with the node that the pointer or the keyboard is on. */
export function picture(data: Picture): Block {
  return { render: (words) => rendered(data, words) };
}

interface DrawnNode extends PictureNode {
  readonly labelLines: readonly string[];
  readonly detailLines: readonly string[];
  readonly height: number;
}

function rendered(data: Picture, words: Words): Markup {
  const { title, description, columns, id = "picture" } = data;
  const nodes = data.nodes.map(drawn);
  const known = new Map(nodes.map((node) => [node.id, node]));
  const edges = data.edges.filter(({ from, to }) => known.has(from) && known.has(to));
  const lanes = new Lanes(edges, known);
  const places = layout([...nodes, ...lanes.nodes], lanes.edges, measures);
  const width = Math.max(places.width, columnX(columns.length - 1) + measures.nodeWidth + measures.margin);
  return (
    <figure class="picture" id={id}>
      <div class="frame" role="region" aria-label={title} tabIndex={0}>
        <svg
          viewBox={`0 0 ${width} ${places.height}`}
          width={width}
          height={places.height}
          role="group"
          aria-labelledby={`${id}-title ${id}-description`}
        >
          <title id={`${id}-title`}>{title}</title>
          <desc id={`${id}-description`}>{description}</desc>
          {columns.map((column, index) => (
            <text class="column" x={columnX(index)} y={measures.margin + 12}>
              {column}
            </text>
          ))}
          <g class="edges">{edges.map((edge) => drawnEdge(edge, known, places, lanes))}</g>
          {nodes.map((node) => drawnNode(node, places))}
        </svg>
      </div>
      <figcaption>{description}</figcaption>
      <details class="in-words">
        <summary>{words.inWords}</summary>
        <ul>
          {edges.map(({ from, to, label }) => (
            <li>
              {filled(words.reaches, { from: nameBeside(known, from, to), to: nameBeside(known, to, from) })}
              {label === undefined ? "" : ` (${label})`}
            </li>
          ))}
        </ul>
      </details>
    </figure>
  );
}

/** The label; with the detail where the other node has the same label. */
function nameBeside(nodes: ReadonlyMap<string, PictureNode>, id: string, other: string): string {
  const { label = id, detail = "" } = nodes.get(id) ?? {};
  return label === nodes.get(other)?.label && detail !== "" ? `${label} (${detail})` : label;
}

function columnX(index: number): number {
  return measures.margin + index * (measures.nodeWidth + measures.columnGap);
}

function drawn(node: PictureNode): DrawnNode {
  const labelLines = wrap(node.label, lineWidth.label, 3);
  const detailLines = node.detail === undefined ? [] : wrap(node.detail, lineWidth.detail, 3);
  return {
    ...node,
    labelLines,
    detailLines,
    height: (labelLines.length + detailLines.length) * lineHeight + 2 * padding - 3,
  };
}

function drawnEdge(edge: PictureEdge, nodes: ReadonlyMap<string, DrawnNode>, { places }: Layout, lanes: Lanes): Markup {
  const { from, to, label, state } = edge;
  const [start, end] = [places.get(from), places.get(to)];
  const [x1, y1] = [(start?.x ?? 0) + measures.nodeWidth, (start?.y ?? 0) + (nodes.get(from)?.height ?? 0) / 2];
  const [x2, y2] = [end?.x ?? 0, (end?.y ?? 0) + (nodes.get(to)?.height ?? 0) / 2];
  const middles = lanes.of(edge).map((id) => places.get(id) ?? { x: 0, y: 0 });
  // Through a lane the line runs straight, so that it passes between the nodes of that column.
  const parts = middles.map(({ x, y }) => [x, y + laneHeight / 2, x + measures.nodeWidth] as const);
  const ends = [...parts, [x2, y2, x2] as const];
  let [x, y] = [x1, y1];
  let line = `M${x1} ${y1}`;
  for (const [left, height, right] of ends) {
    const bend = Math.max(20, (left - x) / 2);
    line += ` C${x + bend} ${y} ${left - bend} ${height} ${left} ${height} H${right}`;
    [x, y] = [right, height];
  }
  return (
    <path class={`edge ${state ?? ""}`.trim()} data-from={from} data-to={to} d={line}>
      {label === undefined ? null : <title>{label}</title>}
    </path>
  );
}

function drawnNode(node: DrawnNode, { places }: Layout): Markup {
  const { id, label, detail, kind, state, href, labelLines, detailLines, height } = node;
  const { x, y } = places.get(id) ?? { x: 0, y: 0 };
  const lines = [
    ...labelLines.map((text) => ({ text, part: "label" })),
    ...detailLines.map((text) => ({ text, part: "detail" })),
  ];
  const inside = (
    <>
      <rect class="box" x={x} y={y} width={measures.nodeWidth} height={height} rx="6" />
      <rect class="band" x={x} y={y} width="5" height={height} rx="2" />
      {lines.map(({ text, part }, index) => (
        <text class={part} x={x + 16} y={y + padding + 11 + index * lineHeight}>
          {text}
        </text>
      ))}
      <title>{detail === undefined ? label : `${label}: ${detail}`}</title>
    </>
  );
  const properties = { class: `node ${kind} ${state ?? ""}`.trim(), "data-node": id };
  if (href === undefined || !isSafeTarget(href)) return <g {...properties}>{inside}</g>;
  return (
    <a {...properties} href={href}>
      {inside}
    </a>
  );
}
