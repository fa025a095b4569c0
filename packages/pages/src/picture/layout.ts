/** Where the nodes of a picture stand: columns from left to right, ordered so that few lines cross. */

export interface LayoutNode {
  readonly id: string;
  readonly column: number;
  /** In pixels. */
  readonly height: number;
}

export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
}

/** Upper left corner, in pixels. */
export interface Corner {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly places: ReadonlyMap<string, Corner>;
  readonly width: number;
  readonly height: number;
}

export interface Measures {
  readonly nodeWidth: number;
  readonly columnGap: number;
  readonly rowGap: number;
  /** Room above the nodes, for the columns' headings. */
  readonly top: number;
  readonly margin: number;
}

const sweeps = 6;

/** Places every node; the middle of a shorter column is at the middle of the longest. */
export function layout(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[], measures: Measures): Layout {
  const { nodeWidth, columnGap, rowGap, top, margin } = measures;
  const columns = ordered(columnsOf(nodes), edges);
  const heights = columns.map(
    (column) => column.reduce((sum, { height }) => sum + height + rowGap, 0) - (column.length === 0 ? 0 : rowGap),
  );
  const tallest = Math.max(0, ...heights);
  const places = new Map<string, Corner>();
  columns.forEach((column, index) => {
    let y = margin + top + (tallest - (heights[index] ?? 0)) / 2;
    for (const { id, height } of column) {
      places.set(id, { x: margin + index * (nodeWidth + columnGap), y });
      y += height + rowGap;
    }
  });
  const width = 2 * margin + columns.length * nodeWidth + Math.max(0, columns.length - 1) * columnGap;
  return { places, width, height: 2 * margin + top + tallest };
}

function columnsOf(nodes: readonly LayoutNode[]): LayoutNode[][] {
  const columns: LayoutNode[][] = [];
  for (const node of nodes) {
    while (columns.length <= node.column) columns.push([]);
    columns[node.column]?.push(node);
  }
  return columns;
}

/** Moves each node towards the middle of its neighbours, to the right and back again. */
function ordered(columns: LayoutNode[][], edges: readonly LayoutEdge[]): LayoutNode[][] {
  const neighbours = neighboursOf(edges);
  const relative = new Map<string, number>();
  const note = (column: readonly LayoutNode[]) =>
    column.forEach(({ id }, index) => relative.set(id, (index + 0.5) / column.length));
  columns.forEach(note);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const order = sweep % 2 === 0 ? columns : [...columns].reverse();
    for (const column of order) {
      const middles = new Map(column.map(({ id }) => [id, middle(id, neighbours, relative)]));
      // Stable: nodes of one middle keep the order that the data has.
      column.sort((a, b) => (middles.get(a.id) ?? 0) - (middles.get(b.id) ?? 0));
      note(column);
    }
  }
  return columns;
}

function middle(
  id: string,
  neighbours: ReadonlyMap<string, readonly string[]>,
  relative: ReadonlyMap<string, number>,
): number {
  const places = (neighbours.get(id) ?? []).flatMap((other) => relative.get(other) ?? []);
  if (places.length === 0) return relative.get(id) ?? 0;
  return places.reduce((sum, place) => sum + place, 0) / places.length;
}

function neighboursOf(edges: readonly LayoutEdge[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (from: string, to: string) => found.set(from, [...(found.get(from) ?? []), to]);
  for (const { from, to } of edges) {
    add(from, to);
    add(to, from);
  }
  return found;
}
