import { counted } from "../../base/counted";
import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** An interrupted run: the state does not know what the tenant has. */
export function interrupted({ stack, state }: Facts): Finding[] {
  const level = state?.interrupted ?? 0;
  if (level === 0) return [];
  const title = "the last run was interrupted";
  const text = `The last run was interrupted: the outcome of ${counted(level, "operation")} is unknown`;
  return [finding("interrupted", "now", { level, title, text, next: `npx pulumi up --refresh --stack ${stack}` })];
}
