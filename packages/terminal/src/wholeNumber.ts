import { InvalidArgumentError } from "commander";

interface Limits {
  /** @default 1 */
  readonly least?: number;
  /** @default 99,999 */
  readonly most?: number;
  /** Such as `days`. */
  readonly unit?: string;
}

/** Parses an argument. @throws InvalidArgumentError, a usage error */
export function wholeNumber({ least = 1, most = 99_999, unit }: Limits = {}): (text: string) => number {
  return (text) => {
    const number = /^(0|[1-9]\d*)$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= most) return number;
    const what = unit === undefined ? "" : ` of ${unit}`;
    throw new InvalidArgumentError(`Expected a whole number${what} from ${least} to ${most}.`);
  };
}
