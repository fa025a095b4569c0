/** The ways that no command looks at, with where a person looks, in the customer's language. */
import { type notLookedWays } from "@defender-mssp/tenant";
import { table, type Block } from "@defender-mssp/pages";
import type { Texts } from "./texts";

export function notLookedTable(notLooked: typeof notLookedWays, { notLooked: texts, ways }: Texts): Block {
  return table({
    caption: texts.title,
    columns: [{ title: texts.what }, { title: texts.look, kind: "sentence" }],
    rows: notLooked.map(({ way }) => ({ cells: [ways[way]?.what ?? "", ways[way]?.look ?? ""] })),
    filterable: false,
  });
}
