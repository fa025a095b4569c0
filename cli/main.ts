/** Starts the `mssp` command. */
import { processSession } from "@defender-mssp/terminal/processSession";
import { run } from "./run";

// A reader that closes the pipe (`| head`) is no error, and the command still cleans up.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    if (stream === process.stdout) process.stderr.write(`mssp: can't write to standard output: ${error.message}\n`);
    process.exitCode = 1;
  });
}

const session = processSession();
void run(process.argv.slice(2), session).then(() => (process.exitCode ??= session.exitCode));
