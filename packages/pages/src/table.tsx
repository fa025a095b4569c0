/** Tables. The page's script makes them sortable and filterable; without it they are plain tables. */
import { h, type Markup } from "./markup";
import type { Block } from "./blocks";
import { plainText, type Content, type State } from "./content";
import type { Words } from "./words";

export interface Column {
  readonly title: string;
  /**
   * `number` sorts by value and aligns right; `id` does not wrap; `long` may break anywhere, for texts without spaces;
   * `sentence` gets more room than the others. Default: `text`.
   */
  readonly kind?: "text" | "number" | "id" | "long" | "sentence";
  /** Offer the column's values as a choice above the table. For columns with few different values. */
  readonly choices?: boolean;
}

/** A cell; `sort` where the rows sort by something else than the cell's text, `state` colours it. */
export type Cell =
  | Content
  | { readonly content: Content; readonly sort?: string | number; readonly state?: State; readonly title?: string };

export interface Row {
  /** Anchor of the row, unique on the page. */
  readonly id?: string;
  readonly cells: readonly Cell[];
}

export interface Table {
  /** What the table shows; screen readers name it by this. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Default: true from 20 rows on. */
  readonly filterable?: boolean;
  /** The column that the rows are sorted by already, for the mark in its heading. */
  readonly sortedBy?: { readonly column: number; readonly order: "ascending" | "descending" };
}

/** A table whose first column names the row. On a narrow screen each row becomes a card. */
export function table(data: Table): Block {
  return { caption: data.caption, render: (words, captions) => rendered(withoutEmpty(data), words, "cards", captions) };
}

/**
 * A table whose cells are coloured by their state, for many rows: cells are narrow, and on a narrow screen the table
 * scrolls in its own frame.
 */
export function heatMap(data: Table): Block {
  return { caption: data.caption, render: (words, captions) => rendered(withoutEmpty(data), words, "heat", captions) };
}

/** A column in which no row says anything says nothing. */
function withoutEmpty({ columns, rows, sortedBy, ...data }: Table): Table {
  const isFilled = (index: number) =>
    rows.some(({ cells }) => {
      const cell = cells[index];
      return cell !== undefined && plainText(withContent(cell).content) !== "";
    });
  const kept = columns.map((_, index) => index).filter((index) => index === 0 || isFilled(index));
  const sorted = sortedBy === undefined ? -1 : kept.indexOf(sortedBy.column);
  return {
    ...data,
    columns: kept.flatMap((index) => columns[index] ?? []),
    rows: rows.map((row) => ({ ...row, cells: kept.map((index) => row.cells[index] ?? "") })),
    ...(sortedBy === undefined || sorted < 0 ? {} : { sortedBy: { ...sortedBy, column: sorted } }),
  };
}

/** A page of print shows fewer rows at a glance than these. */
const filteredRows = 20;

function rendered(data: Table, words: Words, look: "cards" | "heat", captions?: "hidden"): Markup {
  const { caption, columns, rows, filterable = rows.length >= filteredRows, sortedBy } = data;
  if (rows.length === 0) {
    return (
      <p class="none">
        {caption}: {words.none}
      </p>
    );
  }
  const role = rolesOf(look);
  return (
    <div class={`table ${look}`}>
      {filterable ? <Tools caption={caption} columns={columns} words={words} rows={rows.length} /> : null}
      <div class="frame" {...(look === "heat" ? { role: "region", "aria-label": caption, tabIndex: 0 } : {})}>
        {/* As cards the rows would be no table to a browser any more without the roles. */}
        <table {...role("table")} data-sortable>
          <caption {...(captions === "hidden" ? { class: "unseen" } : {})}>{caption}</caption>
          <thead {...role("rowgroup")}>
            <tr {...role("row")}>
              {columns.map(({ title, kind = "text" }, index) => (
                <th
                  {...role("columnheader")}
                  scope="col"
                  class={kind}
                  {...(sortedBy?.column === index ? { "aria-sort": sortedBy.order } : {})}
                >
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody {...role("rowgroup")}>
            {rows.map(({ id, cells }) => (
              <tr {...role("row")} {...(id === undefined ? {} : { id })}>
                {cells.map((cell, index) => cellOf(cell, index, columns[index], look))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function cellOf(cell: Cell, index: number, column: Column | undefined, look: "cards" | "heat"): Markup {
  const { content, sort, state, title } = withContent(cell);
  const classes = [column?.kind === "text" ? "" : (column?.kind ?? ""), look === "heat" ? (state ?? "") : ""]
    .join(" ")
    .trim();
  const properties = {
    ...(classes === "" ? {} : { class: classes }),
    ...(sort === undefined || String(sort) === plainText(content) ? {} : { "data-sort": String(sort) }),
    ...(title === undefined ? {} : { title }),
    ...(look === "cards" && column !== undefined ? { "data-title": column.title } : {}),
  };
  const role = rolesOf(look);
  const marked = look === "cards" && state !== undefined ? <span class={`badge ${state}`}>{content}</span> : content;
  // One box beside the column's title, where a row is a card.
  const shown = look === "cards" && index > 0 && plainText(content) !== "" ? <div>{marked}</div> : marked;
  return index === 0 ? (
    <th {...role("rowheader")} scope="row" {...properties}>
      {shown}
    </th>
  ) : (
    <td {...role("cell")} {...properties}>
      {shown}
    </td>
  );
}

/** A heat map stays a table at every width, and has thousands of cells. */
function rolesOf(look: "cards" | "heat"): (name: string) => { readonly role?: string } {
  return (name) => (look === "cards" ? { role: name } : {});
}

function withContent(cell: Cell): Exclude<Cell, Content> {
  const isContent = typeof cell === "string" || Array.isArray(cell) || !("content" in cell);
  return isContent ? { content: cell as Content } : cell;
}

/** Shown by the script, which alone makes them work. */
function Tools(properties: {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly words: Words;
  readonly rows: number;
}) {
  const { caption, columns, words, rows } = properties;
  return (
    <div class="tools" role="search" aria-label={`${words.filter}: ${caption}`} hidden>
      <label>
        <span>{words.filter}</span>
        <input type="search" autocomplete="off" spellcheck={false} />
      </label>
      {columns.map(({ title, choices }, index) =>
        choices === true ? (
          <select data-column={index} aria-label={title}>
            <option value="">{words.all.replace("{column}", title)}</option>
          </select>
        ) : null,
      )}
      <output data-text={words.rowsShown}>{words.rowsShown.replaceAll(/\{(shown|all)\}/g, String(rows))}</output>
    </div>
  );
}
