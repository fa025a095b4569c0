/** Progress of a fleet run, for people and for programs. */
import colors from "picocolors";
import { operations } from "../stack/stackPreview";
import { countsText } from "../stack/previewText";
import type { ErrorOutput, Output } from "@defender-mssp/terminal/session";
import { visibleJson, visibleText } from "@defender-mssp/terminal/terminalText";
import { textWidth } from "@defender-mssp/terminal/wrap";
import type { FleetCommand, StackOutcome, StackState } from "../stack/outcome";

export interface FleetView {
  begin(total: number, parallel: number): void;
  started(stack: string, tryNumber: number): void;
  step(stack: string, step: string): void;
  retried(stack: string, tryNumber: number, messages: readonly string[]): void;
  ended(outcome: StackOutcome): void;
  /** Before a question is asked, and at the end: nothing is drawn until the next event. */
  pause(): void;
}

const stateColors: Readonly<Record<StackState, "red" | "yellow" | "green">> = {
  failed: "red",
  drifted: "yellow",
  leftOut: "yellow",
  changed: "green",
  unchanged: "green",
};

/** Such as `changed: 2 to update` or `failed: the stack is locked …`, on one line. */
export function outcomeText({ state, preview, messages }: StackOutcome, command: FleetCommand): string {
  const name = state === "leftOut" ? "left out" : state;
  const detail = state === "failed" || state === "leftOut" ? (messages[0] ?? "") : changesText(preview, command);
  return oneLine(`${name}${detail === "" ? "" : `: ${detail}`}`);
}

/** Joins the lines of a text, such as all errors of a settings file. */
export function oneLine(text: string): string {
  return visibleText(text.replaceAll(/\s*\n\s*/g, " "));
}

/** The numbers of changes: planned ones for a preview, otherwise completed ones. */
export function changesText(preview: StackOutcome["preview"], command: FleetCommand): string {
  if (preview === undefined) return "";
  const { changes, additions } = preview;
  const added = additions.reduce((sum, part) => sum + part.additions.length, 0);
  const counts = command === "preview" ? countsText(changes) : doneText(changes);
  return [counts, added === 0 ? "" : `${added} added by somebody`].filter((text) => text !== "").join(", ");
}

function doneText(changes: NonNullable<StackOutcome["preview"]>["changes"]): string {
  const past = { delete: "deleted", replace: "replaced", update: "updated", create: "created", import: "imported" };
  return operations
    .map((operation) => [past[operation], changes.filter((change) => change.operation === operation).length] as const)
    .filter(([, count]) => count > 0)
    .map(([done, count]) => `${count} ${done}`)
    .join(", ");
}

/** For CI logs: a line for each start, retry and end. Steps would be thousands of lines. */
export class LineView implements FleetView {
  #total = 0;
  #done = 0;

  constructor(
    private readonly command: FleetCommand,
    private readonly err: ErrorOutput,
  ) {}

  begin(total: number, parallel: number): void {
    this.#total = total;
    this.#done = 0;
    this.#say(`${this.command} of ${total} ${total === 1 ? "stack" : "stacks"}, ${parallel} at a time`);
  }

  started(stack: string, tryNumber: number): void {
    this.#say(`${stack}: started${tryNumber > 1 ? ` (try ${tryNumber})` : ""}`);
  }

  step(): void {
    // See the class.
  }

  retried(stack: string, tryNumber: number, [message = ""]: readonly string[]): void {
    this.#say(
      `${stack}: try ${tryNumber} failed with a transient error, running again with --refresh: ${oneLine(message)}`,
    );
  }

  ended(outcome: StackOutcome): void {
    this.#done++;
    const text = outcomeText(outcome, this.command);
    this.#say(`${outcome.stack}: ${text} (${outcome.seconds.toFixed(1)} s) [${this.#done}/${this.#total}]`);
  }

  pause(): void {
    // Nothing is drawn.
  }

  /** To stderr: stdout is for the result. */
  #say(line: string): void {
    this.err.line(`mssp fleet: ${line}`);
  }
}

/** A JSON object a line on stdout. */
export class JsonView implements FleetView {
  constructor(
    private readonly command: FleetCommand,
    private readonly out: Output,
    private readonly now: () => Date,
  ) {}

  begin(total: number, parallel: number): void {
    this.#event("begin", { command: this.command, total, parallel });
  }

  started(stack: string, tryNumber: number): void {
    this.#event("started", { stack, try: tryNumber });
  }

  step(stack: string, step: string): void {
    this.#event("step", { stack, step });
  }

  retried(stack: string, tryNumber: number, messages: readonly string[]): void {
    this.#event("retry", { stack, try: tryNumber, messages });
  }

  ended(outcome: StackOutcome): void {
    this.#event("ended", outcome);
  }

  pause(): void {
    // Nothing is drawn.
  }

  #event(event: string, detail: object): void {
    this.out.write(`${visibleJson({ event, at: this.now().toISOString(), ...detail })}\n`);
  }
}

/** Replaces the previous drawing; `done` keeps it. */
export interface Drawing {
  (text: string): void;
  done: () => void;
}

/** A table on a terminal, redrawn several times a second. */
export class LiveView implements FleetView {
  readonly #running = new Map<string, { readonly since: number; step: string }>();
  readonly #counts = new Map<StackState, number>();
  #attention: string[] = [];
  #total = 0;
  #done = 0;
  #began = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly command: FleetCommand,
    private readonly draw: Drawing,
    private readonly size: () => { readonly columns: number; readonly rows: number },
    private readonly now: () => number = () => performance.now(),
  ) {}

  begin(total: number): void {
    this.#total = total;
    this.#done = 0;
    this.#began = this.now();
    this.#timer = setInterval(() => this.draw(this.text()), 250);
    this.#timer.unref();
  }

  started(stack: string, tryNumber: number): void {
    this.#running.set(stack, { since: this.now(), step: tryNumber > 1 ? `starting, try ${tryNumber}` : "starting" });
  }

  step(stack: string, step: string): void {
    const running = this.#running.get(stack);
    if (running !== undefined) running.step = step;
  }

  retried(stack: string): void {
    this.#running.delete(stack);
  }

  ended(outcome: StackOutcome): void {
    this.#running.delete(outcome.stack);
    this.#done++;
    this.#counts.set(outcome.state, (this.#counts.get(outcome.state) ?? 0) + 1);
    if (outcome.state === "failed" || outcome.state === "drifted") {
      const text = `${outcome.stack}: ${outcomeText(outcome, this.command)}`;
      this.#attention = [...this.#attention, colors[stateColors[outcome.state]](clipped(text, this.#width))].slice(-5);
    }
  }

  pause(): void {
    clearInterval(this.#timer);
    this.draw(this.text());
    this.draw.done();
  }

  /** What is drawn now. */
  text(): string {
    const waiting = this.#total - this.#done - this.#running.size;
    const counts = [...this.#counts]
      .map(([state, count]) => `${count} ${state === "leftOut" ? "left out" : state}`)
      .join(", ");
    const width = this.#width;
    const head = `${this.command}: ${this.#done} of ${this.#total} done${counts === "" ? "" : ` (${counts})`}`;
    const tail = `${this.#running.size} running, ${waiting} waiting${this.#left()}`;
    const room = Math.max(1, this.size().rows - this.#attention.length - 5);
    const running = [...this.#running].slice(0, room).map(([stack, { since, step }]) => {
      const seconds = `${Math.round((this.now() - since) / 1000)} s`.padStart(6);
      return clipped(`${seconds}  ${stack.padEnd(24)}  ${visibleText(step)}`, width);
    });
    return [colors.bold(clipped(head, width)), clipped(tail, width), ...running, ...this.#attention].join("\n");
  }

  get #width(): number {
    return Math.max(20, this.size().columns - 1);
  }

  #left(): string {
    if (this.#done === 0 || this.#done === this.#total) return "";
    const seconds = ((this.now() - this.#began) / 1000 / this.#done) * (this.#total - this.#done);
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
