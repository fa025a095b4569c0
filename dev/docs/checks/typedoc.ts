/**
 * TypeDoc documents everything that `components/index.ts` exports, without a warning: `npm run
 * docs:api` writes the pages.
 */
import { execFile } from "node:child_process";
import path from "node:path";

/**
 * What TypeDoc says, a line each: a type that is not exported, a link that leads nowhere, an
 * unknown tag.
 */
export function typedocFindings(root: string): Promise<readonly string[]> {
  const bin = path.join(root, "node_modules", "typedoc", "bin", "typedoc");
  const args = [bin, "--options", path.join(root, "dev", "docs", "typedoc.json"), "--emit", "none"];
  const env = { ...process.env, NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root, env }, (error, stdout, stderr) => {
      const lines = `${stdout}\n${stderr}`
        .split("\n")
        .filter((line) => line.startsWith("[warning]") || line.startsWith("[error]"));
      const failed = error === null ? [] : [`TypeDoc failed: ${error.message}`];
      resolve(lines.length > 0 ? lines.map((line) => `components/index.ts: ${line}`) : failed);
    });
  });
}
