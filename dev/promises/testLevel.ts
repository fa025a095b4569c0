import { readFileSync } from "node:fs";
import path from "node:path";

/** What a test file needs: 0 the sources alone, 1 processes of what is built, 2 the engine. */
export function testLevel(checkout: string, test: string): 0 | 1 | 2 {
  const isOnEngine =
    /^test\/(e2e|lives|compat|official)\//.test(test) ||
    /\/e2e\/support"/.test(readFileSync(path.join(checkout, test), "utf8"));
  if (isOnEngine) return 2;
  return test.endsWith(".process.test.ts") ? 1 : 0;
}
