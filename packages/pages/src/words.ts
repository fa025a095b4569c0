/** The words that the pages add by themselves. A page in another language replaces them all. */

export interface Words {
  /** Link at the very top, for a keyboard: skips what stands before the text. */
  readonly skipToText: string;
  /** Heading of the list of sections. */
  readonly contents: string;
  /** Label of a table's filter. */
  readonly filter: string;
  /** First choice of a column's filter; `{column}` is its title. */
  readonly all: string;
  /** Result of a filter; `{shown}` and `{all}` are numbers. */
  readonly rowsShown: string;
  /** Heading of the text alternative of a picture. */
  readonly inWords: string;
  /** One line of the text alternative of a picture: `{from}` and `{to}` are names of nodes. */
  readonly reaches: string;
  /** Today's mark on a time line. */
  readonly today: string;
  /** What the marks of a time line's axis say: the year and the month, in UTC. */
  readonly unit: string;
  /** Where a time line's item has no end. */
  readonly noEnd: string;
  /** What stands where a table or time line has nothing to show. */
  readonly none: string;
}

export const english: Words = {
  skipToText: "Skip to the text",
  contents: "Contents",
  filter: "Filter rows",
  all: "{column}: all",
  rowsShown: "{shown} of {all} rows",
  inWords: "The picture in words",
  reaches: "{from} → {to}",
  today: "today",
  unit: "Year and month, UTC",
  noEnd: "no end",
  none: "None",
};

/** Puts values in the place of their names in braces. */
export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
