/** The figures of docs/architecture.md. */
import { commands } from "./commands";
import type { Figure } from "./drawing";
import { program } from "./program";
import { sandbox } from "./sandbox";

export function figures(): readonly Figure[] {
  return [program, commands(), sandbox];
}
