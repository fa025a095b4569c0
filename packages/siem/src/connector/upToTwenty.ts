import { InvalidArgumentError } from "commander";

/** The customers that a command works on at the same time. */
export function upToTwenty(text: string): number {
  if (/^([1-9]|1\d|20)$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number from 1 to 20.");
}
