import { InvalidArgumentError } from "commander";

/** A whole number of days. @throws InvalidArgumentError */
export function daysArgument(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("Expected a whole number of days, 1 to 9999.");
  return Number(text);
}
