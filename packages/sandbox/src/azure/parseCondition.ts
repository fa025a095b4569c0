/**
 * Conditions of role assignments, as far as those about role assignments go: `ActionMatches`, and
 * attributes compared with a set of values, joined by AND and OR.
 * https://learn.microsoft.com/azure/role-based-access-control/conditions-format
 */

/** What a condition is asked about. */
export interface ConditionRequest {
  /** Such as `Microsoft.Authorization/roleAssignments/write`. */
  readonly action: string;
  /** Attributes of the assignment that is written, such as `RoleDefinitionId`, by name. */
  readonly request: Readonly<Record<string, string>>;
  /** Attributes of the assignment that exists. */
  readonly resource: Readonly<Record<string, string>>;
}

type Evaluation = (request: ConditionRequest) => boolean;

/** Undefined for a text that is no condition. */
export function parseCondition(text: string): Evaluation | undefined {
  const tokens = tokensIn(text);
  if (tokens === undefined) return undefined;
  const parser = new ConditionParser(tokens);
  const evaluation = parser.any();
  return parser.isDone ? evaluation : undefined;
}

const token =
  /\s*(?:(?<bracket>[()!])|(?<word>AND|OR|&&|\|\|)(?![\w])|ActionMatches\s*\{\s*'(?<action>[^']*)'\s*\}|@(?<source>Request|Resource)\[Microsoft\.Authorization\/roleAssignments:(?<attribute>\w+)\]\s+(?<operator>(?:\w+:)?\w+)\s*\{(?<values>[^}]*)\})/iy;

interface Token {
  readonly sign?: string;
  readonly term?: Evaluation;
}

function tokensIn(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  const given = text.trimEnd();
  token.lastIndex = 0;
  while (token.lastIndex < given.length) {
    const groups = token.exec(given)?.groups;
    if (groups === undefined) return undefined;
    const { bracket, word, action, source = "", attribute = "", operator = "", values = "" } = groups;
    if (bracket !== undefined) tokens.push({ sign: bracket });
    else if (word !== undefined) tokens.push({ sign: /and|&&/i.test(word) ? "AND" : "OR" });
    else if (action !== undefined)
      tokens.push({ term: (asked) => asked.action.toLowerCase() === action.toLowerCase() });
    else {
      const term = comparison({ source, attribute, operator, values });
      if (term === undefined) return undefined;
      tokens.push({ term });
    }
  }
  return tokens;
}

interface Comparison {
  readonly source: string;
  readonly attribute: string;
  readonly operator: string;
  readonly values: string;
}

function comparison({ source, attribute, operator, values }: Comparison): Evaluation | undefined {
  const set = values.split(",").map((value) => value.trim().replace(/^'|'$/g, "").toLowerCase());
  const isOf = (asked: ConditionRequest): boolean => {
    const given = (source.toLowerCase() === "request" ? asked.request : asked.resource)[attribute] ?? "";
    return set.includes(given.toLowerCase());
  };
  switch (operator.toLowerCase()) {
    case "foranyofanyvalues:guidequals":
    case "foranyofanyvalues:stringequals":
    case "foranyofanyvalues:stringequalsignorecase":
      return isOf;
    case "foranyofallvalues:guidnotequals":
    case "foranyofallvalues:stringnotequals":
    case "foranyofallvalues:stringnotequalsignorecase":
      return (asked) => !isOf(asked);
    default:
      return undefined;
  }
}

class ConditionParser {
  #at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  get isDone(): boolean {
    return this.#at === this.tokens.length && this.tokens.length > 0;
  }

  any(): Evaluation | undefined {
    return this.#joined("OR", () => this.#joined("AND", () => this.#term()));
  }

  #joined(sign: "AND" | "OR", next: () => Evaluation | undefined): Evaluation | undefined {
    const first = next();
    if (first === undefined) return undefined;
    const all = [first];
    while (this.tokens[this.#at]?.sign === sign) {
      this.#at++;
      const another = next();
      if (another === undefined) return undefined;
      all.push(another);
    }
    return (asked) => (sign === "OR" ? all.some((one) => one(asked)) : all.every((one) => one(asked)));
  }

  #term(): Evaluation | undefined {
    const { sign, term } = this.tokens[this.#at++] ?? {};
    if (term !== undefined) return term;
    if (sign === "!") {
      const negated = this.#term();
      return negated && ((asked) => !negated(asked));
    }
    if (sign !== "(") return undefined;
    const inner = this.any();
    return this.tokens[this.#at++]?.sign === ")" ? inner : undefined;
  }
}
