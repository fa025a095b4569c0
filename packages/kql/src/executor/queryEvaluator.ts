import type { QueryText } from "../parser/queryText";
import type { SyntaxNode } from "../parser/syntaxNode";
import type { HuntingFunction, HuntingSchema } from "../schema/huntingSchema";
import { spend } from "./budget";
import { noRow, type Evaluator, type Expression, type StubAnswers } from "./evaluator";
import type { ResultTable } from "./resultTable";
import { compileExpression } from "./expressions/compileExpression";
import { runUserFunction } from "./functions/compileUserFunction";
import { operators } from "./operators/operators";
import { dataTable } from "./operators/rowOperators";
import { externalData, stubFunctionTable } from "./operators/externalData";
import { Refusal } from "./refusal";
import { Scope } from "./scope";
import { UnsupportedQuery } from "./unsupportedQuery";
import type { KustoDateTime, KustoValue } from "./values/kustoValue";

/** What a run of a query reads. */
export interface EvaluatorInput {
  readonly text: QueryText;
  readonly schema: HuntingSchema;
  /** Rows of the schema's tables. */
  readonly table: (name: string) => ResultTable | undefined;
  readonly now: KustoDateTime;
  readonly stubs: Readonly<Record<string, StubAnswers>>;
}

/** Where a step without input begins, such as `print`. */
const nothing: ResultTable = { columns: [], rows: [] };

export class QueryEvaluator implements Evaluator {
  readonly now: KustoDateTime;
  readonly #stubs = new Set<string>();

  constructor(private readonly input: EvaluatorInput) {
    this.now = input.now;
  }

  /** Names of the stubs that the query has used. */
  get usedStubs(): string[] {
    return [...this.#stubs].sort();
  }

  table(node: SyntaxNode, scope: Scope): ResultTable {
    const evaluate = this.#tables[node.kind];
    if (evaluate !== undefined) return evaluate(node, scope);
    return this.#step(node, nothing, scope);
  }

  pipe(node: SyntaxNode, input: ResultTable, scope: Scope): ResultTable {
    if (node.kind === "ParenthesizedExpression") return this.pipe(this.#child(node, "Expression"), input, scope);
    if (node.kind !== "PipeExpression")
      return operators.has(node.kind) ? this.#step(node, input, scope) : this.table(node, scope);
    const piped = this.pipe(this.#child(node, "Expression"), input, scope);
    return this.#step(this.#child(node, "Operator"), piped, scope);
  }

  expression(node: SyntaxNode, scope: Scope): Expression {
    return compileExpression(node, scope, this);
  }

  constant(node: SyntaxNode, scope: Scope): KustoValue {
    // A scope without columns: a name of a column is refused, not read as null.
    return compileExpression(node, new Scope(scope), this)(noRow);
  }

  unsupported(node: SyntaxNode, feature: string): UnsupportedQuery {
    const short = feature.replaceAll(/\s+/g, " ");
    return new UnsupportedQuery(
      short.length > 160 ? `${short.slice(0, 159)}…` : short,
      this.input.text.place(node.start),
    );
  }

  stubAnswer(stub: string, key: string): unknown {
    this.#stubs.add(stub);
    const answers = this.input.stubs[stub];
    return answers !== undefined && Object.hasOwn(answers, key) ? answers[key] : undefined;
  }

  schemaFunction(name: string): HuntingFunction | undefined {
    return this.input.schema.functions.find((declared) => declared.name === name);
  }

  readonly #tables: Readonly<Partial<Record<string, (node: SyntaxNode, scope: Scope) => ResultTable>>> = {
    PipeExpression: (node, scope) => {
      const source = this.#child(node, "Expression");
      return this.#step(this.#child(node, "Operator"), this.table(source, scope), scope, source);
    },
    ParenthesizedExpression: (node, scope) => this.table(this.#child(node, "Expression"), scope),
    MaterializeExpression: (node, scope) => this.table(this.#child(node, "Expression"), scope),
    NameReference: (node, scope) => this.#namedTable(node, scope),
    DataTableExpression: (node, scope) => dataTable({ node, scope, evaluator: this }),
    ExternalDataExpression: (node, scope) => externalData(node, scope, this),
    FunctionCallExpression: (node, scope) => this.#functionTable(node, scope),
  };

  #step(node: SyntaxNode, input: ResultTable, scope: Scope, source?: SyntaxNode): ResultTable {
    const run = operators.get(node.kind);
    if (run === undefined) throw this.unsupported(node, `the operator ${node.text.split(/[\s(]/, 1)[0] ?? node.kind}`);
    try {
      const result = run({ node, input, scope, evaluator: this, source });
      spend("rows", result.rows.length);
      return result;
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof RangeError)) throw error;
      throw this.unsupported(node, `${node.text.split(/[\s(]/, 1)[0] ?? node.kind}: ${error.message}`);
    }
  }

  #namedTable(node: SyntaxNode, scope: Scope): ResultTable {
    const name = node.referencedName ?? node.text;
    const variable = scope.variable(name);
    if (variable?.kind === "table") return variable.table();
    const table = this.input.table(name);
    if (table === undefined) throw this.unsupported(node, `the table ${name}`);
    return table;
  }

  #functionTable(node: SyntaxNode, scope: Scope): ResultTable {
    const name = this.#child(node, "Name").text;
    const variable = scope.variable(name);
    if (variable?.kind === "function") return runUserFunction(node, variable, scope, this);
    const declared = this.schemaFunction(name);
    if (declared === undefined) throw this.unsupported(node, `the function ${name}()`);
    return stubFunctionTable(node, declared, scope, this);
  }

  #child(node: SyntaxNode, name: string): SyntaxNode {
    const child = node.child(name);
    if (child === undefined) throw this.unsupported(node, node.text);
    return child;
  }
}
