/** The `mssp` command. A subcommand a file; each loads what it needs only when it runs. */
import { Command } from "commander";
import { VisibleError } from "../errors";
import { registerAlerts } from "./alerts";
import { registerDoctor } from "./doctor";
import { registerCi } from "./ci";
import { registerEngine } from "./engine";
import { registerSandbox } from "./sandbox";
import { registerSecrets } from "./secrets";
import { registerSiemConfig } from "./siemConfig";
import { registerStart } from "./start";
import { registerToken } from "./token";
import { registerVerify } from "./verify";

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
