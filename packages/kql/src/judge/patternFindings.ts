import { Refusal } from "../executor/refusal";
import { InvalidPattern, translatedPattern } from "../executor/values/regexSyntax";
import type { ParsedQuery } from "../parser/parsedQuery";
import type { SyntaxNode } from "../parser/syntaxNode";
import type { QueryFinding } from "./judgedQuery";
import { callName } from "./ruleFacts";

/** Position of the pattern among the arguments. */
const patternArguments: Readonly<Partial<Record<string, number>>> = {
  extract: 0,
  extract_all: 0,
  extractall: 0,
  replace_regex: 1,
  replace: 0,
  trim: 0,
  trim_start: 0,
  trim_end: 0,
};

/**
 * Regular expressions that Microsoft's page doesn't have, where the query writes them down.
 * https://learn.microsoft.com/kusto/query/regex
 */
export function patternFindings({ text }: ParsedQuery, nodes: readonly SyntaxNode[]): QueryFinding[] {
  return nodes.flatMap((node): QueryFinding[] => {
    const pattern = patternArgument(node);
    const message = typeof pattern?.literal === "string" ? patternFault(pattern.literal, callName(node)) : undefined;
    if (pattern === undefined || message === undefined) return [];
    return [{ code: "KQL004", severity: "error", message, ...text.region(pattern.start, pattern.end) }];
  });
}

function patternArgument(node: SyntaxNode): SyntaxNode | undefined {
  if (node.kind === "MatchesRegexExpression") return node.child("Right");
  const position = node.kind === "FunctionCallExpression" ? patternArguments[callName(node)] : undefined;
  return position === undefined ? undefined : node.callArguments()[position];
}

function patternFault(pattern: string, name: string): string | undefined {
  try {
    const { groups } = translatedPattern(pattern);
    if (!/^extract_?all$/.test(name) || (groups >= 1 && groups <= 16)) return undefined;
    return `${name}() needs a pattern of 1 to 16 groups; this one has ${groups}. Put what it returns in parentheses.`;
  } catch (error) {
    if (error instanceof InvalidPattern) return `The pattern has ${error.message} (character ${error.at + 1}).`;
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
