/** SECURITY.md promises nothing without a test that fails if it stops being true, or "not tested". */
import { existsSync } from "node:fs";
import path from "node:path";
import { missingTitle } from "../../promises/mutationProblems";
import { securityClaims } from "../../promises/securityClaims";

/** A sentence for each claim without proof, promise outside of the claims, and test or title that does not exist. */
export function untestedPromises(root: string, text: string): readonly string[] {
  const { items, problems } = securityClaims(text);
  const missing = items.flatMap(({ claim, tests }) =>
    tests.flatMap(({ file, title }) => {
      if (!existsSync(path.join(root, file))) return [`SECURITY.md: ${claim}: ${file}: no such test`];
      return missingTitle(root, file, title).map((problem) => `SECURITY.md: ${claim}: ${problem}`);
    }),
  );
  return [...problems, ...missing];
}
