/** How a result is shown, and what is remembered of it. */
import { Option, type Command } from "commander";
import type { WatchLanguage } from "../texts/texts";

export interface ResultOptions {
  readonly page?: string;
  readonly language: WatchLanguage;
  readonly json?: boolean;
  readonly memory: string;
}

export function addPageOptions(command: Command): Command {
  return command
    .option("--page <file>", "write the result as a page (HTML), which only you may read")
    .addOption(new Option("--language <language>", "language of the page").choices(["en", "de"]).default("en"))
    .option("--memory <file>", "what earlier looks saw and explained", "mssp-watch.json")
    .option("--json", "print the result as JSON");
}
