/** Where the compiled files are, also when this runs from the sources: what is started as a process of its own runs on plain Node. */
import path from "node:path";

/** @param file path below the package's `dist`, such as `plugins/launcher.js`. */
export function compiledFile(file: string): string {
  return path.join(__dirname, "..", "dist", ...file.split("/"));
}
