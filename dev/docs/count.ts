/** Counts the pages in git and their words. Generated pages, and what tests write, are counted apart. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { customerPageFile } from "./customerPage";
import { detectionsPageFile } from "./detectionsPage";
import { markdownFiles, root } from "./files";
import { generatedFiles } from "./pages";
import { sandboxPageFile } from "./sandboxPage";

/** Written by a test, which drives the routes. */
const routesPage = "docs/reference/sandbox-routes.md";

/** Words as `wc -w` counts them, those of tables and code blocks included. */
function words(files: readonly string[]): number {
  const counts = files.map((file) => (readFileSync(path.join(root, file), "utf8").match(/\S+/g) ?? []).length);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Some pages are written by hand but for a part between comments. */
export function countText(): string {
  const generated = new Set([routesPage, ...generatedFiles.map(({ file }) => file)]);
  for (const page of ["docs/architecture.md", customerPageFile, detectionsPageFile, sandboxPageFile])
    generated.delete(page);
  const pages = markdownFiles();
  const written = pages.filter((file) => !generated.has(file));
  return (
    `${pages.length} pages, ${words(pages)} words; ` +
    `without generated pages ${written.length} pages, ${words(written)} words`
  );
}
