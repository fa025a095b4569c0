import { finding, type Finding } from "../finding";

/** A customer that could not be read. */
export function unreadable(problem: string): Finding[] {
  const text = problem.replaceAll(/\s*\n\s*/g, " ");
  return [finding("unreadable", "now", { title: "can't be read", text, next: "" })];
}
