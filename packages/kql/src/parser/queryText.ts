/** Characters that an edit adds in front of a position of the text. */
interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** A place in the text of a query; both from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** The end is the place behind the last character. */
export interface TextRegion extends TextPlace {
  readonly endLine: number;
  readonly endColumn: number;
}

/**
 * The text of a query as the parser gets it: without a byte order mark, with insertions. Positions
 * lead back to the text as it was given.
 */
export class QueryText {
  /** What the parser reads. */
  readonly text: string;
  readonly #lineStarts: number[];
  readonly #insertions: readonly Insertion[];
  readonly #markLength: number;

  constructor(
    readonly original: string,
    insertions: readonly Insertion[] = [],
  ) {
    this.#markLength = original.startsWith("\uFEFF") ? 1 : 0;
    this.#insertions = [...insertions].sort((a, b) => a.at - b.at);
    this.text = this.#withInsertions(original.slice(this.#markLength));
    this.#lineStarts = [0, ...[...original.matchAll(/\r\n|\r|\n/g)].map(({ 0: end, index }) => index + end.length)];
  }

  /** @param position in the text that the parser read, from 0 */
  place(position: number): TextPlace {
    const original = this.#originalPosition(position);
    const line = this.#lineStarts.findLastIndex((start) => start <= original);
    const start = this.#lineStarts[line] ?? 0;
    return { line: line + 1, column: original - start + 1 - (line === 0 ? this.#markLength : 0) };
  }

  region(start: number, end: number): TextRegion {
    const { line: endLine, column: endColumn } = this.place(end);
    return { ...this.place(start), endLine, endColumn };
  }

  #originalPosition(position: number): number {
    let shift = 0;
    for (const { at, text } of this.#insertions) {
      if (at + shift >= position) break;
      shift += Math.min(text.length, position - at - shift);
    }
    return position - shift + this.#markLength;
  }

  #withInsertions(text: string): string {
    return this.#insertions.reduceRight(
      (edited, { at, text: added }) => edited.slice(0, at) + added + edited.slice(at),
      text,
    );
  }
}
