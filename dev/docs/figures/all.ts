/** The figures of docs/architecture.md. */
import { commands } from "./commands";
import type { DrawnFigure } from "./drawing";
import { program } from "./program";
import { sandbox } from "./sandbox";

export function figures(): readonly DrawnFigure[] {
  return [program, commands(), sandbox];
}
