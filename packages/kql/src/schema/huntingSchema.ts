/** A column of a table or of a query's output. */
export interface QueryColumn {
  readonly name: string;
  /** Kusto's name: `string`, `long`, `int`, `real`, `bool`, `datetime`, `timespan`, `dynamic`, `guid` or `decimal`. */
  readonly type: string;
}

/** A table of advanced hunting. The tables of a tenant's own answer have names and columns only. */
export interface HuntingTable {
  readonly name: string;
  readonly columns: readonly QueryColumn[];
  readonly product?: "xdr" | "sentinel";
  /** Column of the event's time; null if the table has none. */
  readonly timestamp?: string | null;
  /** Columns that a rule on the table must return beside the time; undefined if no rule can stand on the table alone. */
  readonly eventId?: readonly string[];
  /** Whether a continuous rule may read the table. */
  readonly nrt?: boolean;
  /** Whether a workspace receives the table through the Defender XDR connector, too. */
  readonly isSharedWithSentinel?: boolean;
  readonly retired?: boolean;
}

/** A function that a query may call beside Kusto's own. */
export interface HuntingFunction {
  readonly name: string;
  /** As Kusto declares them: `(T:(*), x:string='SHA1')`. With `T:(*)` the function is called by `invoke`. */
  readonly parameters: string;
  readonly columns: readonly QueryColumn[];
}

export interface HuntingSchema {
  /** The day of Microsoft's pages: a table may be newer. Absent for a tenant's own answer, which is complete. */
  readonly asOf?: string;
  readonly tables: readonly HuntingTable[];
  readonly functions: readonly HuntingFunction[];
}

/** The columns of a declaration such as `Timestamp: datetime, DeviceId: string`. */
export function declaredColumns(declaration: string): QueryColumn[] {
  return declaration
    .split(",")
    .filter((column) => column.trim() !== "")
    .map((column) => column.split(":").map((part) => part.trim()))
    .map(([name = "", type = "dynamic"]) => ({ name, type }));
}
