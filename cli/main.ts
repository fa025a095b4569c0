/** The `mssp` command. A subcommand a file; each loads what it needs only when it runs. */
import { Command } from "commander";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { registerAlerts } from "./alerts/command";
import { registerDoctor } from "./doctor/command";
import { registerCi } from "./ci/command";
import { registerEngine } from "./engine/command";
import { registerSandbox } from "./sandbox/command";
import { registerSecrets } from "./secrets/command";
import { registerSiemConfig } from "./siemConfig/command";
import { registerStart } from "./start/command";
import { registerToken } from "./tokens/command";
import { registerVerify } from "./verify/command";

const program = new Command("mssp")
  .description("Access of a managed security service provider (MSSP) to its customers' Microsoft Defender.")
  .showHelpAfterError("(mssp --help lists the commands)")
  .enablePositionalOptions();

registerStart(program);
registerEngine(program);
registerDoctor(program);
registerSandbox(program);
registerToken(program);
registerSiemConfig(program);
registerVerify(program);
registerAlerts(program);
registerSecrets(program);
registerCi(program);

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
