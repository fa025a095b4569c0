import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** Secrets that leaked, and that the tenant still accepts. */
export function leakedSecret({ stack, leaked = [] }: Facts): Finding[] {
  if (leaked.length === 0) return [];
  const made = leaked.map(({ madeOn }) => madeOn.slice(0, 10)).join(", ");
  const text = `A client secret leaked and still works: made on ${made}`;
  const next = `npx mssp secrets rotate --stack ${stack} --leaked`;
  return [finding("leakedSecret", "now", { level: leaked.length, title: "leaked secret still works", text, next })];
}
