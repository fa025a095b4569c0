import type { OperatorRun } from "../evaluator";
import { evaluatePlugin } from "./evaluatePlugin";
import { expandOperators } from "./expandOperators";
import { join, lookup } from "./join";
import { makeSeries } from "./makeSeries";
import { orderOperators } from "./orderOperators";
import { parseOperators } from "./parseOperators";
import { partition } from "./partition";
import { rowOperators } from "./rowOperators";
import { as, invoke } from "./externalData";
import { search } from "./search";
import { summarize } from "./summarize";
import { union } from "./union";

/** Every operator that the executor runs, by the parser's kind. */
export const operators: ReadonlyMap<string, OperatorRun> = new Map(
  Object.entries<OperatorRun>({
    ...rowOperators,
    ...orderOperators,
    ...expandOperators,
    ...parseOperators,
    AsOperator: as,
    EvaluateOperator: evaluatePlugin,
    InvokeOperator: invoke,
    JoinOperator: join,
    LookupOperator: lookup,
    MakeSeriesOperator: makeSeries,
    PartitionOperator: partition,
    SearchOperator: search,
    SummarizeOperator: summarize,
    UnionOperator: union,
  }),
);
