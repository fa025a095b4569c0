/** A cell of the table of kinds: a value, or why there is none. */
/** What a kind does not have, and why. */
export interface NotApplicable {
  /** The end of a sentence that begins with "Not applicable:". */
  readonly notApplicable: string;
}

/** A cell of the table. */
export type KindCell<Value> = Value | NotApplicable;

export function notApplicable(reason: string): NotApplicable {
  return { notApplicable: reason };
}

/** The cell's value; undefined where it is not applicable. */
export function applicable<Value>(cell: KindCell<Value>): Value | undefined {
  return isNotApplicable(cell) ? undefined : cell;
}

export function isNotApplicable(cell: unknown): cell is NotApplicable {
  return typeof cell === "object" && cell !== null && "notApplicable" in cell;
}
