/** Where the compiled files are, also when this runs from the sources: what is started as a process of its own runs on plain Node. */
import path from "node:path";

/** @param file path below `tools`, such as `sandbox/plugins/launcher.js`. */
export function compiledFile(file: string): string {
  const [beforeTools = ""] = __dirname.split(`${path.sep}tools${path.sep}sandbox`);
  const root = path.basename(beforeTools) === "dist" ? beforeTools : path.join(beforeTools, "dist");
  return path.join(root, "tools", ...file.split("/"));
}
