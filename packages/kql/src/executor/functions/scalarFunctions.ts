import type { FunctionCompiler } from "../evaluator";
import { conditionFunctions } from "./conditionFunctions";
import { dynamicFunctions } from "./dynamicFunctions";
import { networkFunctions } from "./networkFunctions";
import { numberFunctions } from "./numberFunctions";
import { rowFunctions } from "./rowFunctions";
import { stubFunctions } from "./stubFunctions";
import { textFunctions } from "./textFunctions";
import { timeFunctions } from "./timeFunctions";
import { typeFunctions } from "./typeFunctions";

/** Every scalar function that the executor runs, by its name. */
export const scalarFunctions: ReadonlyMap<string, FunctionCompiler> = new Map(
  Object.entries<FunctionCompiler>({
    ...conditionFunctions,
    ...dynamicFunctions,
    ...networkFunctions,
    ...numberFunctions,
    ...rowFunctions,
    ...stubFunctions,
    ...textFunctions,
    ...timeFunctions,
    ...typeFunctions,
  }),
);
