/** Records that a destination refuses as too large. */

export interface Shortening {
  /** Characters of a text at most. */
  readonly text: number;
  /** Items of a list at most. */
  readonly items: number;
}

/** From the mildest to one that is always small. IDs are shorter than the shortest text. */
export const shortenings: readonly Shortening[] = [
  { text: 4000, items: 20 },
  { text: 1000, items: 5 },
  { text: 300, items: 1 },
];

/** The same value with long texts and lists cut, at any depth. */
export function cutValues<T>(value: T, limits: Shortening): T {
  return cut(value, limits) as T;
}

function cut(value: unknown, limits: Shortening): unknown {
  if (typeof value === "string") return cutText(value, limits.text);
  if (Array.isArray(value)) return value.slice(0, limits.items).map((item) => cut(item, limits));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cut(item, limits)]));
}

/** A text of at most so many UTF-16 units, "…" included; a character is never divided. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
