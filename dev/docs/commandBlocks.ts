/**
 * How each shell block of the README and the guides is run. A comment before the block says so
 * where it isn't run as it is.
 */
import type { ShellBlock } from "./markdown";

/** The comments that may stand before a shell block. */
const inSandbox = "Runs in the sandbox's environment";
const withoutInstall = "Runs without npm ci";
const inCustomers = "Runs in the customers' repository";
const notRun = "Not run:";

export type HowToRun =
  /** In a shell of the checkout. */
  | { readonly kind: "checkout"; readonly install: boolean }
  /**
   * In a shell that `mssp sandbox run` starts: the same commands reach a customer's tenant
   * elsewhere.
   */
  | { readonly kind: "sandbox" }
  /** In a shell of the repository that `mssp init` made beside the checkout, with npm's own npx. */
  | { readonly kind: "customers" }
  /** Not at all. */
  | { readonly kind: "none"; readonly reason: string };

/** How to run a block. Throws if its comment is unknown. */
export function howToRun({ file, line, comment }: ShellBlock): HowToRun {
  if (comment === undefined) return { kind: "checkout", install: true };
  if (comment === inSandbox) return { kind: "sandbox" };
  if (comment === inCustomers) return { kind: "customers" };
  if (comment === withoutInstall) return { kind: "checkout", install: false };
  const reason = comment.startsWith(notRun) ? comment.slice(notRun.length).trim() : "";
  if (reason !== "") return { kind: "none", reason };
  throw new Error(
    `${file}:${line}: the comment "${comment}" doesn't say how the block is run. ` +
      `Use "${inSandbox}", "${withoutInstall}", "${inCustomers}" or "${notRun} <reason>".`,
  );
}
