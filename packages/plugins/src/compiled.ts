/** Finds the compiled files, also when the sources run: child processes run on plain Node.js. */
import path from "node:path";

/** @param file path below the package's `dist`, such as `launcher.js`. */
export function compiledFile(file: string): string {
  return path.join(__dirname, "..", "dist", ...file.split("/"));
}
