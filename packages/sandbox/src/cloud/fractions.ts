import { createHash } from "node:crypto";

/** Eight numbers (0 to below 1) derived from a string. */
export function fractions(text: string): number[] {
  const digest = createHash("sha256").update(text).digest();
  return Array.from({ length: 8 }, (_value, index) => digest.readUInt32BE(index * 4) / 2 ** 32);
}
