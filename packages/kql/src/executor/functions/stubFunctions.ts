/** Functions whose answers only the service knows: a test gives them, or they are empty. */
import type { FunctionCompiler } from "../evaluator";
import { toText } from "../values/convert";
import { inputValue } from "../values/inputRows";

/** Answers by the first argument: an address. */
const byFirstArgument: FunctionCompiler = ({ arguments: [value], evaluator, node }) => {
  const name = node.child("Name")?.text ?? "";
  return (frame) => {
    const key = toText(value?.(frame) ?? null);
    return inputValue(evaluator.stubAnswer(name, key), { name, type: "dynamic" }, `The stub ${name}`);
  };
};

export const stubFunctions = {
  geo_info_from_ip_address: byFirstArgument,
} satisfies Readonly<Record<string, FunctionCompiler>>;
