import { InvalidArgumentError } from "commander";

interface Limits {
  /** @default 1 */
  readonly least?: number;
  /** @default 99,999 */
  readonly most?: number;
}

/** The parser of an option that takes a whole number; it throws InvalidArgumentError. */
export function wholeNumber({ least = 1, most = 99_999 }: Limits = {}): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d{1,15}$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}
