import type { RestsOn } from "@defender-mssp/microsoft";

/** Comments, and strings of every kind of the Kusto Query Language. */
const skipped =
  /\/\/[^\n]*|```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)|[hH]?@"(?:[^"]|"")*"?|[hH]?@'(?:[^']|'')*'?|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?/g;

/** What a hunting query rests on: names outside strings and comments may be tables and columns. */
export function queryRestsOn(query: string): RestsOn {
  const names = [...new Set(query.replaceAll(skipped, " ").match(/[A-Za-z_]\w*/g) ?? [])];
  return { tables: names, columns: names };
}
