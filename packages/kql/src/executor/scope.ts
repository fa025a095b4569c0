import type { SyntaxNode } from "../parser/syntaxNode";
import type { QueryColumn } from "../schema/huntingSchema";
import type { ResultTable } from "./resultTable";
import type { KustoValue } from "./values/kustoValue";

/** What `let`, `as` and parameters name. */
export type Variable =
  | { readonly kind: "scalar"; readonly value: () => KustoValue }
  | { readonly kind: "table"; readonly table: () => ResultTable }
  | { readonly kind: "function"; readonly declaration: SyntaxNode; readonly scope: Scope };

/** Names that an expression can use: the columns of its row, and variables. */
export class Scope {
  readonly #variables = new Map<string, Variable>();

  constructor(
    readonly parent?: Scope,
    readonly columns: readonly QueryColumn[] = [],
    /** Columns that `$left` and `$right` name. */
    readonly sides: Readonly<Record<string, readonly QueryColumn[]>> = {},
    /** Whether aggregates may be called. */
    readonly isGroup = false,
  ) {}

  /** The same variables, with the columns of a table. */
  over(columns: readonly QueryColumn[]): Scope {
    return new Scope(this, columns);
  }

  /** As `over`, for expressions with aggregates. */
  overGroup(columns: readonly QueryColumn[]): Scope {
    return new Scope(this, columns, {}, true);
  }

  declare(name: string, variable: Variable): void {
    this.#variables.set(name, variable);
  }

  variable(name: string): Variable | undefined {
    return this.#variables.get(name) ?? this.parent?.variable(name);
  }

  /** Position of a column; -1 if there is none of the name. */
  columnIndex(name: string): number {
    return this.columns.findIndex((column) => column.name === name);
  }
}
