import { spend } from "../budget";
import type { FunctionCall, FunctionCompiler } from "../evaluator";
import { isArray, type KustoValue } from "../values/kustoValue";

/** A function of the values of its arguments alone. A missing argument is undefined. */
export type PlainFunction = (args: readonly KustoValue[], call: FunctionCall) => KustoValue;

/** Makes compilers of functions that look at nothing but their arguments. */
export function plainFunctions<Names extends string>(
  functions: Readonly<Record<Names, PlainFunction>>,
): Readonly<Record<Names, FunctionCompiler>> {
  const compilers = Object.entries<PlainFunction>(functions).map(([name, run]) => [name, plain(run)] as const);
  return Object.fromEntries(compilers) as Record<Names, FunctionCompiler>;
}

export function plain(run: PlainFunction): FunctionCompiler {
  return (call) => (frame) => {
    const result = run(
      call.arguments.map((argument) => argument(frame)),
      call,
    );
    if (typeof result === "string") spend("characters", result.length);
    else if (isArray(result)) spend("array elements", result.length);
    return result;
  };
}

/** The error of a call whose values the function can't take. */
export function refused({ evaluator, node }: FunctionCall, reason: string): Error {
  return evaluator.unsupported(node, `${node.child("Name")?.text ?? "a function"}(): ${reason}`);
}
