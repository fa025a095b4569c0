/** Runs the `mssp` command. */
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { program } from "./program";

// Whoever reads (`| head`) may have had enough: that is no error, and the command still cleans up.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    if (stream === process.stdout) process.stderr.write(`mssp: can't write to standard output: ${error.message}\n`);
    process.exitCode = 1;
  });
}

program.parseAsync().catch((error: unknown) => {
  if (error instanceof VisibleError) process.stderr.write(`mssp: ${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode ??= 1;
});
