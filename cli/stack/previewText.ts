/** A stack's preview in Markdown, for pull request comments and drift issues. */
import { code, codeOfLines, codeOfValue } from "../base/markdown";
import { isSame, operations, type Change, type PropertyChange, type StackPreview } from "./stackPreview";

/**
 * GitHub's limit of a comment's or an issue's text, in characters (a 422 says so: "body is too long
 * (maximum is 65536 characters)").
 */
export const gitHubTextLimit = 65_536;

/**
 * Properties that a row shows, and characters that a row may have; the rest is in the job's log.
 */
const propertiesInRow = 25;
const rowLimit = 6_000;
/** Added or removed items of a list that are shown. */
const itemsShown = 10;
const messagesShown = 10;
const messageLimits = { lines: 15, characters: 400 };

/** Labels of the two sides of a change. */
export interface Sides {
  readonly before: string;
  readonly after: string;
}

/** "2 to delete, 1 to update", in the order of gravity; empty for no changes. */
export function countsText(changes: readonly Change[]): string {
  return operations
    .map((operation) => [operation, changes.filter((change) => change.operation === operation).length] as const)
    .filter(([, count]) => count > 0)
    .map(([operation, count]) => `${count} to ${operation}`)
    .join(", ");
}

/**
 * Errors and policy violations, then the table. Each line is independent, so that a limit can cut
 * after any line.
 */
export function previewLines(
  preview: StackPreview,
  sides: Sides,
): { readonly head: string[]; readonly rows: string[] } {
  const changes = operations.flatMap((operation) => preview.changes.filter((change) => change.operation === operation));
  const violations = [...preview.policyViolations].sort((a, b) => rank(a.level) - rank(b.level));
  const head = [
    ...preview.messages.slice(0, messagesShown).map((message) => `- ${codeOfLines(message, messageLimits)}`),
    ...more(preview.messages.length - messagesShown, "message"),
    ...violations.slice(0, messagesShown).map(({ level, policy, resource, message }) => {
      const where = resource === "" ? "" : ` on ${code(resource)}`;
      return `- policy ${code(policy, 100)} (${code(level, 20)})${where}: ${codeOfLines(message, messageLimits)}`;
    }),
    ...more(violations.length - messagesShown, "policy violation"),
  ];
  if (changes.length === 0) return { head, rows: [] };
  return {
    head: [
      ...(head.length > 0 ? [...head, ""] : []),
      `| | resource | property: ${sides.before} → ${sides.after} |`,
      "| --- | --- | --- |",
    ],
    rows: changes.map(rowText),
  };
}

function more(count: number, what: string): string[] {
  return count > 0 ? [`- … and ${count} more ${what}${count === 1 ? "" : "s"}`] : [];
}

function rank(level: string): number {
  return level === "mandatory" ? 0 : 1;
}

function rowText({ operation, type, name, properties }: Change): string {
  const cells: string[] = [];
  let length = 0;
  for (const property of properties.slice(0, propertiesInRow)) {
    const text = propertyText(property);
    length += text.length;
    if (length > rowLimit) break;
    cells.push(text);
  }
  const left = properties.length - cells.length;
  if (left > 0) cells.push(`… and ${left} more`);
  const label = operation === "delete" || operation === "replace" ? `**${operation}**` : operation;
  return `| ${label} | ${code(shortType(type))}<br>${code(name)} | ${cells.join("<br>")} |`;
}

function propertyText({ name, before, after }: PropertyChange): string {
  const label = code(name, 100);
  if (before === undefined) return `${label}: ${codeOfValue(after)}`;
  if (Array.isArray(before) && Array.isArray(after)) {
    const [removed, added] = [without(before, after), without(after, before)];
    if (removed.length + added.length > 0) return [`${label}:`, ...items("−", removed), ...items("+", added)].join(" ");
  }
  // A secret that changes looks the same on both sides.
  if (isSame(before, after)) return `${label}: ${codeOfValue(before)} (changed)`;
  return `${label}: ${codeOfValue(before)} → ${codeOfValue(after)}`;
}

function items(sign: string, values: readonly unknown[]): string[] {
  const shown = values.slice(0, itemsShown).map((value) => `${sign} ${codeOfValue(value)}`);
  return values.length > itemsShown ? [...shown, `${sign} ${values.length - itemsShown} more`] : shown;
}

function without(values: readonly unknown[], others: readonly unknown[]): unknown[] {
  return values.filter((value) => !others.some((other) => isSame(value, other)));
}

/** `azuread:Group` of `azuread:index/group:Group`. */
function shortType(type: string): string {
  const [, provider = type, name] = /^([^:]+):.*:([^:]+)$/s.exec(type) ?? [];
  return name === undefined ? type : `${provider}:${name}`;
}
