/** The Markdown files of the checkout. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

/** Top of the checkout. */
export const root = path.resolve(__dirname, "..", "..");

/** Every Markdown file that is committed, or would be. Samples of tests are no pages. */
export function markdownFiles(folder = root): readonly string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
    cwd: folder,
    encoding: "utf8",
  });
  return [...new Set(listed.split("\n"))]
    .filter((file) => file !== "" && !/(^|\/)golden\//.test(file) && existsSync(path.join(folder, file)))
    .sort();
}

/** The pages whose shell blocks a test runs: the README and the guides. */
export function isRunPage(file: string): boolean {
  return file === "README.md" || file.startsWith("docs/guides/");
}
