/** The rooms of the commands, drawn from the boundaries: a new room or import changes the figure. */
import { nearestImports, rooms } from "../rooms";
import { pointOf, type Arrow, type Box, type DrawnFigure } from "./drawing";

/** What each room holds. */
const words: Readonly<Record<string, readonly string[]>> = {
  "cli/customer": ["init, new, adopt, doctor,", "verify, report, offboard …"],
  "cli/fleet": ["many customers:", "up, preview, status"],
  "cli/ci": ["pipelines: previews,", "comments, state checks"],
  "cli/detections": ["rules as files: check,", "test, import, coverage"],
  "cli/sandbox": ["start, engine, sandbox"],
  "cli/access": ["who has what, until when,", "what waits, what ends"],
  "cli/findings": ["what of a customer", "needs somebody"],
  "cli/tenant": ["a tenant’s additions", "and orphans"],
  "cli/planned": ["what up will create,", "by the settings alone"],
  "cli/siem": ["the collector’s commands", "with --stack; secrets"],
  "cli/stack": ["runs Pulumi; states,", "outputs, journals"],
  "cli/selection": ["which customers", "a command takes"],
  "cli/newCustomer": ["asks for a new", "customer’s settings"],
  "cli/base": ["redaction, installation"],
  "packages/siem": ["alerts, incidents, hunt,", "sinks; without Pulumi"],
  "packages/tenant": ["the access graph of", "a tenant, and its ways"],
  "packages/pages": ["design of HTML pages"],
  "packages/kql": ["judges and runs", "Kusto queries"],
  "packages/detections": ["detection rules", "as files"],
  "packages/sandbox": ["the emulated cloud"],
  "packages/plugins": ["stand-in plugins, and the", "engine on the sandbox"],
  "packages/engine": ["gets the Pulumi engine"],
};

const [boxWidth, boxHeight, gap, rowHeight, margin] = [204, 92, 16, 142, 20];

export function commands(): DrawnFigure {
  const drawn = drawnImports(rooms());
  const rows = rowsOf(drawn);
  const width = Math.max(...rows.map(({ length }) => length)) * (boxWidth + gap) + 2 * margin - gap;
  const boxes = rows.flatMap((row, index) => {
    const left = Math.round((width - row.length * (boxWidth + gap) + gap) / 2);
    const y = margin + index * rowHeight;
    return row.map((room, column): Box => {
      const lines = words[room];
      if (lines === undefined) throw new Error(`say in dev/docs/figures/commands.ts what ${room} holds`);
      const place = { x: left + column * (boxWidth + gap), y, width: boxWidth, height: boxHeight };
      return { title: `${room}/`, lines, place: room, ...place, isCentral: room.startsWith("cli/") };
    });
  });
  const arrows = [...drawn.keys()].flatMap((room) =>
    nearestImports(room, drawn).map((below) => {
      const ends = { from: `${room}/`, to: `${below}/` };
      return { ...ends, sides: ["bottom", "top"] as const, kind: "import" as const };
    }),
  );
  return {
    name: "commands",
    description: "The rooms of the mssp command, and which imports which",
    width,
    height: 2 * margin + (rows.length - 1) * rowHeight + boxHeight,
    boxes,
    arrows: spread(arrows, boxes).map((arrow) => ({ ...arrow, via: aroundBoxes(arrow, boxes) })),
  };
}

/** The rooms of cli/ with their imports, and the packages that only some of them may import. */
function drawnImports(all: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const everybodys = new Set(all.get("cli/base"));
  const own = [...all.keys()].filter((room) => room.startsWith("cli/"));
  const isDrawn = (room: string) => own.includes(room) || (room.startsWith("packages/") && !everybodys.has(room));
  const imports = own.map((room) => [room, (all.get(room) ?? []).filter(isDrawn)] as const);
  const packages = imports.flatMap(([, below]) => below).filter((room) => !own.includes(room));
  return new Map<string, readonly string[]>([...imports, ...packages.map((room) => [room, []] as const)]);
}

/** Each room a row below the lowest of those that import it, in the order of these. */
function rowsOf(drawn: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const importers = (room: string) => [...drawn.keys()].filter((other) => drawn.get(other)?.includes(room));
  const depth = (room: string): number => Math.max(-1, ...importers(room).map(depth)) + 1;
  const rows: string[][] = [];
  for (const room of drawn.keys()) (rows[depth(room)] ??= []).push(room);
  const [top = []] = rows;
  const middle = (room: string) => {
    const columns = importers(room).map((importer) => Math.max(0, top.indexOf(importer)));
    return columns.reduce((sum, column) => sum + column, 0) / columns.length;
  };
  return [top, ...rows.slice(1).map((row) => row.toSorted((one, two) => middle(one) - middle(two)))];
}

/** Between the boxes of each row that the arrow crosses: through the gap that is nearest to it. */
function aroundBoxes({ from, to, sides, at }: Arrow, boxes: readonly Box[]): readonly (readonly [number, number])[] {
  const [x1, y1] = pointOf(boxes, from, sides[0], at?.[0] ?? 0.5, 0);
  const [x2, y2] = pointOf(boxes, to, sides[1], at?.[1] ?? 0.5, 0);
  const crossed = [...new Set(boxes.map(({ y }) => y))].filter((y) => y > y1 && y + boxHeight < y2);
  return crossed.flatMap((y) => {
    const row = boxes.filter((box) => box.y === y);
    const gaps = row.map((box) => box.x - gap / 2).concat(Math.max(...row.map((box) => box.x)) + boxWidth + gap / 2);
    const direct = x1 + ((x2 - x1) * (y + boxHeight / 2 - y1)) / (y2 - y1);
    const [nearest = direct] = gaps.sort((left, right) => Math.abs(left - direct) - Math.abs(right - direct));
    return [[nearest, y - 8] as const, [nearest, y + boxHeight + 8] as const];
  });
}

/** The arrows at one side of a box beside each other, in the order of their other ends. */
function spread(arrows: DrawnFigure["arrows"], boxes: readonly Box[]): DrawnFigure["arrows"] {
  const x = (title: string) => boxes.find((box) => box.title === title)?.x ?? 0;
  const place = (title: string, end: "from" | "to", other: string) => {
    const ends = arrows
      .filter((arrow) => arrow[end] === title)
      .map((arrow) => arrow[end === "from" ? "to" : "from"])
      .sort((one, two) => x(one) - x(two));
    return (ends.indexOf(other) + 1) / (ends.length + 1);
  };
  return arrows.map((arrow) => ({
    ...arrow,
    at: [place(arrow.from, "from", arrow.to), place(arrow.to, "to", arrow.from)] as const,
  }));
}
