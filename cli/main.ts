/** Runs the `mssp` command. */
import { ownVersion, requireProjectsVersion } from "./installation";
import { programFor } from "./program";
import { prepareUsage, usageExitCode } from "./usage";

const program = programFor(process.argv.slice(2));
program.version(ownVersion(), "--version", "print the version");
prepareUsage(program);
// `init` makes a project of this version, whatever is around it.
program.hook("preAction", (_, command) => {
  if (command.name() !== "init") requireProjectsVersion();
});

// A reader that closes the pipe (`| head`) is no error, and the command still cleans up.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    if (stream === process.stdout) process.stderr.write(`mssp: can't write to standard output: ${error.message}\n`);
    process.exitCode = 1;
  });
}

program.parseAsync().catch(async (error: unknown) => {
  const ended = usageExitCode(error) ?? (await import("./failure.js")).report(error);
  process.exitCode ??= ended;
});
