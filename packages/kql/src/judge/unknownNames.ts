/** Names that the schema lacks: a newer table or function of Microsoft's, or a mistake. */
import type { ParsedQuery, ParserDiagnostic } from "../parser/parsedQuery";
import type { SyntaxNode } from "../parser/syntaxNode";
import type { HuntingSchema } from "../schema/huntingSchema";

/** Code of a finding: the name may be newer than the schema. */
export const unknownNameCode = "KQL007";

/** Letters by which a mistake differs from the name that is meant. */
const nearLetters = 2;

/**
 * Diagnostics of tables, and of functions that `invoke` calls, which may be newer than the schema's day.
 * None against a tenant's own schema, and none whose name resembles a known one.
 */
export function newerNames(
  { diagnostics, text }: ParsedQuery,
  nodes: readonly SyntaxNode[],
  { asOf, tables, functions }: HuntingSchema,
): readonly ParserDiagnostic[] {
  if (asOf === undefined) return [];
  const lets = nodes.flatMap((node) => (node.kind === "LetStatement" ? (node.child("Name")?.text ?? []) : []));
  const known = [...tables, ...functions].map(({ name }) => name).concat(lets);
  return diagnostics.filter(({ code, message, start }) => {
    const isInvoked = code === "KS211" && /\binvoke\s+$/.test(text.text.slice(0, start));
    if (code !== "KS204" && !isInvoked) return false;
    const name = unknownName(message);
    return name !== undefined && !known.some((candidate) => isNear(candidate, name));
  });
}

/** The name in a message of the parser. */
export function unknownName(message: string): string | undefined {
  return /^The name '([^']+)'/.exec(message)?.[1];
}

/** Whether two names differ in case, or by at most `nearLetters` insertions, deletions and replacements. */
function isNear(known: string, written: string): boolean {
  const [a, b] = [known.toLowerCase(), written.toLowerCase()];
  if (Math.abs(a.length - b.length) > nearLetters) return false;
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return (above[b.length] ?? 0) <= nearLetters;
}
