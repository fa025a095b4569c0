/** Progress of a fleet run, for people and for programs. */
import colors from "picocolors";
import { counted } from "../base/counted";
import { operations } from "../stack/stackPreview";
import { countsText } from "../stack/previewText";
import type { ErrorOutput, Output } from "@defender-mssp/terminal/session";
import { visibleJson, visibleText } from "@defender-mssp/terminal/terminalText";
import { textWidth, wrapped } from "@defender-mssp/terminal/wrap";
import { say } from "./log";
import type { FleetCommand, StackOutcome, StackState } from "../stack/outcome";

export interface FleetView {
  /** Once, before the first stack. */
  begin(total: number, parallel: number): void;
  started(stack: string, tryNumber: number): void;
  step(stack: string, step: string): void;
  /** Why a resource of the stack waits, and until when; undefined when it goes on. */
  waits(stack: string, text: string | undefined): void;
  /** How many resources the stack is through with; of how many, where its preview or its state says so. */
  resources(stack: string, done: number, total: number | undefined): void;
  retried(stack: string, tryNumber: number, messages: readonly string[]): void;
  ended(outcome: StackOutcome): void;
  /** A line that stays. */
  say(line: string): void;
  /** Ctrl-C was pressed for this time. */
  interrupted(times: number): void;
  /** Before a question: nothing is drawn until `goOn`. */
  pause(): void;
  /** After a question. These stacks run again: they are counted once. */
  goOn(again?: readonly StackOutcome[]): void;
  /** At the end: the last drawing stays. */
  finish(): void;
}

/** The color of a state in a terminal. */
export const stateColors: Readonly<Record<StackState, "red" | "yellow" | "green">> = {
  failed: "red",
  drifted: "yellow",
  leftOut: "yellow",
  new: "green",
  changed: "green",
  unchanged: "green",
};

/** Such as `changed: 2 to update` or `failed: the stack is locked …`, on one line. */
export function outcomeText({ state, preview, messages }: StackOutcome, command: FleetCommand): string {
  const name = state === "leftOut" ? "left out" : state;
  const isUnseen = state === "failed" || state === "leftOut" || (state === "new" && preview === undefined);
  const detail = isUnseen ? (messages[0] ?? "") : changesText(preview, command);
  return oneLine(`${name}${detail === "" ? "" : `: ${detail}`}`);
}

/** Joins the lines of a text, such as all errors of a settings file. */
export function oneLine(text: string): string {
  return visibleText(text.replaceAll(/\s*\n\s*/g, " "));
}

/** The numbers of changes: planned ones for a preview, otherwise completed ones. */
export function changesText(preview: StackOutcome["preview"], command: FleetCommand): string {
  if (preview === undefined) return "";
  const { changes, additions, changing = [] } = preview;
  const added = additions.reduce((sum, part) => sum + part.additions.length, 0);
  const counts = command === "preview" ? countsText(changes) : doneText(changes);
  return [
    counts,
    added === 0 ? "" : `${added} added by somebody`,
    changing.length === 0 ? "" : `${changing.length} changing: look again`,
  ]
    .filter((text) => text !== "")
    .join(", ");
}

function doneText(changes: NonNullable<StackOutcome["preview"]>["changes"]): string {
  const past = { delete: "deleted", replace: "replaced", update: "updated", create: "created", import: "imported" };
  return operations
    .map((operation) => [past[operation], changes.filter((change) => change.operation === operation).length] as const)
    .filter(([, count]) => count > 0)
    .map(([done, count]) => `${count} ${done}`)
    .join(", ");
}

const interruptions = [
  "Interrupted: the running stacks finish, no other starts. Press Ctrl-C again to interrupt them.",
  "Interrupting the running stacks: each engine finishes its current operations.",
] as const;

/** Such as `12/31 resources`, or `12 resources` where nothing has counted them. */
function resourcesText(done: number, total: number | undefined): string {
  // What exists only after `up` is in no preview.
  const all = total === undefined ? "" : `/${Math.max(done, total)}`;
  return `${done}${all} ${done === 1 && all === "" ? "resource" : "resources"}`;
}

/** Milliseconds after which a log says again how far a running stack is. */
const lineInterval = 30_000;

/** What views that draw nothing share: what they say goes to standard error. */
abstract class PlainView {
  constructor(readonly err: ErrorOutput) {}

  say(line: string): void {
    say(this, line);
  }

  interrupted(times: number): void {
    this.say(interruptions[times - 1] ?? "");
  }

  pause(): void {}
  finish(): void {}
}

/**
 * For CI logs: a line for each start, retry and end, and twice a minute how far a stack is. Steps would be thousands of
 * lines.
 */
export class LineView extends PlainView implements FleetView {
  /** When each running stack was last spoken of. */
  readonly #said = new Map<string, number>();
  #total = 0;
  #done = 0;

  constructor(
    private readonly command: FleetCommand,
    err: ErrorOutput,
    private readonly clock: () => number = () => performance.now(),
  ) {
    super(err);
  }

  begin(total: number, parallel: number): void {
    this.#total = total;
    this.say(`${this.command} of ${total} ${total === 1 ? "stack" : "stacks"}, ${parallel} at a time`);
  }

  started(stack: string, tryNumber: number): void {
    this.#said.set(stack, this.clock());
    this.say(`${stack}: started${tryNumber > 1 ? ` (try ${tryNumber})` : ""}`);
  }

  step(): void {
    // See the class.
  }

  waits(stack: string, text: string | undefined): void {
    if (text !== undefined) this.say(`${stack}: ${oneLine(text)}`);
  }

  resources(stack: string, done: number, total: number | undefined): void {
    const now = this.clock();
    if (now - (this.#said.get(stack) ?? now) < lineInterval) return;
    this.#said.set(stack, now);
    this.say(`${stack}: ${resourcesText(done, total)}`);
  }

  retried(stack: string, tryNumber: number, [message = ""]: readonly string[]): void {
    this.say(
      `${stack}: try ${tryNumber} failed with a transient error, running again with --refresh: ${oneLine(message)}`,
    );
  }

  ended(outcome: StackOutcome): void {
    this.#done++;
    const text = outcomeText(outcome, this.command);
    this.say(`${outcome.stack}: ${text} (${outcome.seconds.toFixed(1)} s) [${this.#done}/${this.#total}]`);
  }

  goOn(again: readonly StackOutcome[] = []): void {
    this.#done -= again.length;
  }
}

/** A JSON object a line on stdout. */
export class JsonView extends PlainView implements FleetView {
  constructor(
    private readonly command: FleetCommand,
    private readonly out: Output,
    err: ErrorOutput,
    private readonly now: () => Date,
  ) {
    super(err);
  }

  begin(total: number, parallel: number): void {
    this.#event("begin", { command: this.command, total, parallel });
  }

  started(stack: string, tryNumber: number): void {
    this.#event("started", { stack, try: tryNumber });
  }

  step(stack: string, step: string): void {
    this.#event("step", { stack, step });
  }

  waits(stack: string, text: string | undefined): void {
    if (text !== undefined) this.#event("wait", { stack, text });
  }

  resources(): void {
    // The steps and the report say what changes.
  }

  retried(stack: string, tryNumber: number, messages: readonly string[]): void {
    this.#event("retry", { stack, try: tryNumber, messages });
  }

  ended(outcome: StackOutcome): void {
    this.#event("ended", outcome);
  }

  goOn(): void {
    // Nothing is drawn.
  }

  #event(event: string, detail: object): void {
    this.out.write(`${visibleJson({ event, at: this.now().toISOString(), ...detail })}\n`);
  }
}

/** Replaces the previous drawing; `done` keeps it, `clear` erases it. */
export interface Drawing {
  (text: string): void;
  done: () => void;
  clear: () => void;
}

/** What a table is drawn on. */
export interface Screen {
  readonly draw: Drawing;
  readonly err: ErrorOutput;
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** Milliseconds. */
  readonly now?: () => number;
}

/** A row of the table. */
interface RunningRow {
  readonly since: number;
  step: string;
  wait?: string | undefined;
  resources?: string;
}

/** A table on a terminal, redrawn several times a second. */
export class LiveView implements FleetView {
  readonly #running = new Map<string, RunningRow>();
  readonly #counts = new Map<StackState, number>();
  #attention: { readonly stack: string; readonly line: string }[] = [];
  #total = 0;
  #done = 0;
  #began = 0;
  /** Milliseconds that questions waited for their answers. */
  #asked = 0;
  #pausedAt = 0;
  #interrupts = 0;
  #lines = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly command: FleetCommand,
    private readonly screen: Screen,
  ) {}

  begin(total: number): void {
    this.#total = total;
    this.#began = this.#now();
    this.#start();
  }

  started(stack: string, tryNumber: number): void {
    this.#running.set(stack, { since: this.#now(), step: tryNumber > 1 ? `starting, try ${tryNumber}` : "starting" });
  }

  step(stack: string, step: string): void {
    const running = this.#running.get(stack);
    if (running !== undefined) running.step = step;
  }

  waits(stack: string, text: string | undefined): void {
    const running = this.#running.get(stack);
    if (running !== undefined) running.wait = text;
  }

  resources(stack: string, done: number, total: number | undefined): void {
    const running = this.#running.get(stack);
    if (running !== undefined) running.resources = resourcesText(done, total);
  }

  retried(stack: string): void {
    this.#running.delete(stack);
  }

  ended(outcome: StackOutcome): void {
    this.#running.delete(outcome.stack);
    this.#count(outcome, 1);
    if (outcome.state === "failed" || outcome.state === "drifted") {
      const text = `${outcome.stack}: ${outcomeText(outcome, this.command)}`;
      const line = colors[stateColors[outcome.state]](clipped(text, this.#width));
      this.#attention = [...this.#attention, { stack: outcome.stack, line }].slice(-5);
    }
  }

  say(line: string): void {
    const isDrawn = this.#lines > 0;
    this.#erase();
    say(this.screen, line);
    if (isDrawn) this.draw();
  }

  interrupted(times: number): void {
    this.#interrupts = times;
    if (this.#timer !== undefined) this.draw();
  }

  pause(): void {
    this.#stop();
    this.#erase();
    this.screen.draw.done();
    this.#pausedAt = this.#now();
  }

  goOn(again: readonly StackOutcome[] = []): void {
    for (const outcome of again) this.#count(outcome, -1);
    this.#attention = this.#attention.filter(({ stack }) => !again.some((outcome) => outcome.stack === stack));
    this.#asked += this.#now() - this.#pausedAt;
    this.#start();
  }

  finish(): void {
    if (this.#timer === undefined) return;
    this.#stop();
    this.draw();
    this.screen.draw.done();
  }

  draw(): void {
    const text = this.text();
    const lines = text.split("\n").length;
    // log-update moves no unchanged line below one that goes or comes.
    if (lines !== this.#lines) this.#erase();
    this.screen.draw(text);
    this.#lines = lines;
  }

  /** What is drawn now. */
  text(): string {
    const counts = [...this.#counts]
      .filter(([, count]) => count > 0)
      .map(([state, count]) => `${count} ${state === "leftOut" ? "left out" : state}`)
      .join(", ");
    const width = this.#width;
    const head = `${this.command}: ${this.#done} of ${this.#total} done${counts === "" ? "" : ` (${counts})`}`;
    const tail = `${this.#running.size} running, ${this.#waiting} waiting${this.#left()}`;
    const room = Math.max(1, this.screen.size().rows - this.#attention.length - 6);
    const rows = [...this.#running].flatMap(([stack, { since, step, wait, resources }]) => {
      const seconds = `${Math.round((this.#now() - since) / 1000)} s`.padStart(6);
      const count = resources === undefined ? "" : `${resources}  `;
      const row = clipped(`${seconds}  ${stack.padEnd(24)}  ${count}${visibleText(step)}`, width);
      const reason =
        wait === undefined ? [] : wrapped(oneLine(wait), width - 8, "break").map((line) => `        ${line}`);
      return [row, ...reason];
    });
    const running = rows.slice(0, room);
    const interruption = this.#interrupts === 0 ? [] : [colors.yellow(clipped(this.#interruption(), width))];
    return [
      colors.bold(clipped(head, width)),
      clipped(tail, width),
      ...running,
      ...this.#attention.map(({ line }) => line),
      ...interruption,
    ].join("\n");
  }

  #start(): void {
    this.#timer = setInterval(() => this.draw(), 250);
    this.#timer.unref();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #erase(): void {
    if (this.#lines > 0) this.screen.draw.clear();
    this.#lines = 0;
  }

  #count({ state }: StackOutcome, by: 1 | -1): void {
    this.#done += by;
    this.#counts.set(state, (this.#counts.get(state) ?? 0) + by);
  }

  #interruption(): string {
    const names = [...this.#running.keys()].map(visibleText);
    const leftOut = `${this.#waiting + (this.#counts.get("leftOut") ?? 0)} left out`;
    if (names.length === 0) return `Interrupted: ${leftOut}.`;
    const [name = ""] = names;
    const isShort = names.length === 1 && textWidth(name) <= 24;
    const stacks = isShort ? name : counted(names.length, "stack");
    const [finish, engine] = names.length === 1 ? ["finishes", "the engine"] : ["finish", "the engines"];
    if (this.#interrupts === 1) return `Interrupted: ${stacks} ${finish}, ${leftOut}. Ctrl-C again stops ${engine}.`;
    return `Stopping ${engine} of ${stacks} after the current operation. Ctrl-C again ends mssp.`;
  }

  get #waiting(): number {
    return this.#total - this.#done - this.#running.size;
  }

  #now(): number {
    return this.screen.now?.() ?? performance.now();
  }

  get #width(): number {
    return Math.max(20, this.screen.size().columns - 1);
  }

  #left(): string {
    if (this.#done === 0 || this.#done === this.#total || this.#interrupts > 0) return "";
    const passed = this.#now() - this.#began - this.#asked;
    const seconds = (passed / 1000 / this.#done) * (this.#total - this.#done);
    return `, about ${seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`} left`;
  }
}

function clipped(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let result = "";
  for (const character of text) {
    if (textWidth(result + character) > width - 1) break;
    result += character;
  }
  return `${result}…`;
}
