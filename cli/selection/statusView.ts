/** A view of `mssp status`: what `--show` prints in place of the customers' needs. */
import type { Option } from "commander";
import type { Session } from "@defender-mssp/terminal/session";

export interface StatusView<Options = never> {
  /** What it shows, as the end of a sentence. */
  readonly shows: string;
  /** Options of `status` that it takes besides `--show` and `--json`. */
  readonly takes: readonly string[];
  /** Options of its own. */
  readonly options?: () => readonly Option[];
  readonly takesPaths?: true;
  /** Prints it, and sets the session's exit code. */
  readonly print: (options: Options, session: Session, paths: readonly string[]) => Promise<void>;
}

/** The options that select customers. */
export const selectors = ["--stack", "--tag", "--changed-since", "--status", "--part"] as const;
