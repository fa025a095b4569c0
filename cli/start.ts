/** `mssp start` (`npm start`): the main job on the sandbox, from nothing to an onboarded customer and what to type next. */
import path from "node:path";
import type { Command } from "commander";
import { VisibleError } from "../errors";
import { sandboxOptions, withSandbox, type StartOptions } from "./sandbox";

/** The sandbox customer, whose settings are in the repository. */
const stack = "dev";

/** Adds the subcommand to `program`. */
export function registerStart(program: Command): void {
  sandboxOptions(program.command("start"))
    .description(
      `Get the Pulumi engine and onboard the sandbox customer: \`pulumi up\` of stack "${stack}" on the sandbox.`,
    )
    .addHelpText(
      "after",
      "\nRun again it changes nothing. Nothing of a real tenant, or of your own Pulumi login, is touched.",
    )
    .action(start);
}

async function start(options: StartOptions): Promise<void> {
  const [{ ensureEngine }, { runCommand }] = await Promise.all([
    import("../tools/engine/ensureEngine.js"),
    import("../tools/sandbox/server/command.js"),
  ]);
  step("The Pulumi engine");
  const engine = await ensureEngine();
  // Not the engine itself but npm's command: it puts the language host on PATH, as it does for whoever types it.
  const pulumi = path.join(path.dirname(require.resolve("pulumi/package.json")), "run.js");

  await withSandbox(options, async (env) => {
    const run = async (...args: string[]): Promise<void> => {
      const end = await runCommand([process.execPath, pulumi, ...args], env);
      if ("exitCode" in end && end.exitCode === 0) return;
      const how = "exitCode" in end ? `with exit code ${end.exitCode}` : `by ${end.signal}`;
      throw new VisibleError(
        `"pulumi ${args.join(" ")}" ended ${how}; what it said is above. Then try again: npm start`,
      );
    };
    step(`Pulumi ${engine.version} onboards the customer of Pulumi.${stack}.yaml, on the sandbox`);
    await run("stack", "select", stack, "--create");
    await run("up", "--stack", stack, "--yes", "--skip-preview");
    step("The stack's outputs");
    await run("stack", "output", "--stack", stack);
  });
  process.stdout.write(whatNext);
}

function step(text: string): void {
  process.stderr.write(`\n▸ ${text}\n`);
}

const whatNext = `
What to type next:
  npm run -s mssp -- sandbox run -- npx pulumi preview --stack ${stack} --expect-no-changes
                                    nothing to change: what is there is what the settings say
  npm run -s mssp -- sandbox dump   every object of the emulated tenants
  edit Pulumi.${stack}.yaml, then      npm run -s mssp -- sandbox run -- npx pulumi up --stack ${stack}
  npm run -s mssp -- sandbox run -- npx pulumi destroy --stack ${stack} --yes
                                    takes all of it away, and nothing else
  npm run -s mssp -- sandbox reset  forgets the sandbox
A real customer in six steps: README.md
`;
