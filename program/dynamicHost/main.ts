/** The process that the engine starts for a stack's dynamic resources. */
import { fstatSync } from "node:fs";
import { serveDynamicHost } from "./serve";

/** How long a call under way may go on when the engine is gone, in milliseconds. */
const grace = 5000;

// Standard input is a pipe from the engine: this process must not outlive an engine that was killed.
const stdin = fstatSync(0);
if (stdin.isFIFO() || stdin.isSocket()) {
  process.stdin
    .on("end", () => setTimeout(() => process.exit(1), grace))
    .on("error", () => process.exit(1))
    .resume();
}

// An error outside of a call ends no other call.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}

void serveDynamicHost({
  folder: process.cwd(),
  environment: process.env,
  engine: process.argv.slice(2).find((argument) => /^[\w.-]+:\d+$/.test(argument)),
  print: (text) => process.stdout.write(text),
}).then(({ port }) => process.stdout.write(`${port}\n`));
