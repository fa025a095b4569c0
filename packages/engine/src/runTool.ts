/** Last lines of a tool's output that go into an error. */
const shownLines = 5;

export interface ToolOptions {
  environment: NodeJS.ProcessEnv;
  folder?: string;
  /** Each line of standard error, as it comes. */
  onErrorLine?: (line: string) => void;
}

/**
 * Runs a program to its end and returns its standard output; throws the last lines of what it said
 * where it fails. Ends it when this process is ended.
 */
export async function runTool(command: string, args: string[], options: ToolOptions): Promise<string> {
  // Loaded late: where the engine is there already, no tool is run.
  const { execa } = await import("execa");
  const lastLines: string[] = [];
  const child = execa(command, args, {
    env: options.environment,
    extendEnv: false,
    cwd: options.folder,
    stdin: "ignore",
    buffer: { stdout: true, stderr: false },
    maxBuffer: 64 * 1024 * 1024,
    reject: false,
    cleanup: true,
  });
  for await (const line of child.iterable({ from: "stderr" })) {
    options.onErrorLine?.(line);
    lastLines.push(line);
    if (lastLines.length > shownLines) lastLines.shift();
  }
  const result = await child;
  if (!result.failed) return result.stdout;
  const said = lastLines.join("; ").trim();
  const ended = result.exitCode === undefined ? result.shortMessage : `exit code ${result.exitCode}`;
  throw new Error(`${command} ${args[0] ?? ""} failed (${ended})${said === "" ? "" : `: ${said}`}`);
}
