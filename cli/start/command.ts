/** `mssp start` (`npm start`): the main job on the sandbox, from nothing to an onboarded customer and what to type next. */
import path from "node:path";
import type { Command } from "commander";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { sandboxOptions, withSandbox, type StartOptions } from "../sandbox/command";
import { stackArgument } from "../stack/stackName";
import { refuseForeignState } from "../stack/stateCode";

/** The sandbox customer, whose settings are in the repository. */
const defaultStack = "dev";

/** Adds the subcommand to `program`. */
export function registerStart(program: Command): void {
  sandboxOptions(program.command("start"))
    .description("Get the Pulumi engine and onboard a sandbox customer: `pulumi up` of a stack on the sandbox.")
    .option(
      "--stack <stack>",
      "the stack, made if it isn't there; its settings are in Pulumi.<stack>.yaml",
      stackArgument,
      defaultStack,
    )
    .addHelpText(
      "after",
      "\nRun again it changes nothing. Nothing of a real tenant, or of your own Pulumi login, is touched.",
    )
    .action(start);
}

/**
 * A stack's outputs, as `pulumi stack output --json` gives them, for people: `name  value` with the values below each other,
 * the entries of a map or a list on lines of their own, and every text whole. Secrets stay the `[secret]` that Pulumi gives.
 */
export function outputsText(outputs: Readonly<Record<string, unknown>>): string {
  return mapLines(outputs, "  ")
    .map((line) => `${line}\n`)
    .join("");
}

function mapLines(map: Readonly<Record<string, unknown>>, indent: string): string[] {
  const entries = Object.entries(map);
  // A name whose value is on the lines below it takes no part: it may be longer than the others.
  const width = Math.max(0, ...entries.filter(([, value]) => !hasEntries(value)).map(([name]) => name.length));
  return entries.flatMap(([name, value]) => {
    if (!hasEntries(value)) return hanging(`${indent}${name.padEnd(width)}  `, value);
    return [`${indent}${name}`, ...entryLines(value, `${indent}  `)];
  });
}

function entryLines(value: object, indent: string): string[] {
  if (!Array.isArray(value)) return mapLines(value as Readonly<Record<string, unknown>>, indent);
  return value.flatMap((item: unknown) =>
    hasEntries(item) ? [`${indent}-`, ...entryLines(item, `${indent}  `)] : hanging(`${indent}- `, item),
  );
}

/** A single value behind what belongs in front of it; further lines of a text are below its first one. */
function hanging(front: string, value: unknown): string[] {
  return singleText(value)
    .split("\n")
    .map((line, index) => (index === 0 ? front : " ".repeat(front.length)) + line);
}

function singleText(value: unknown): string {
  if (value === null || typeof value === "object") return "(none)";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function hasEntries(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

async function start(options: StartOptions & { readonly stack: string }): Promise<void> {
  const { stack } = options;
  const { ensureEngine } = await import("@defender-mssp/engine");
  const { runCommand } = await import("@defender-mssp/sandbox");
  // After the sandbox, which requires it: Node 20 fails on a module that is required while it is imported.
  const { execa } = await import("execa");
  step("The Pulumi engine");
  const engine = await ensureEngine();
  // Not the engine itself but npm's command: it puts the language host on PATH, as it does for whoever types it.
  const pulumi = path.join(path.dirname(require.resolve("pulumi/package.json")), "run.js");

  const runInSandbox = sandboxRun(options);
  await withSandbox(options, async (sandboxEnvironment) => {
    // The stack's file has the sandbox's salt: a passphrase of the user's own is for other stacks.
    const { PULUMI_CONFIG_PASSPHRASE_FILE, ...others } = sandboxEnvironment;
    const env = { ...others, PULUMI_CONFIG_PASSPHRASE: "sandbox" };
    const failed = (args: readonly string[], how: string) =>
      new VisibleError(
        `"pulumi ${args.join(" ")}" ended ${how}; what it said is above. Mend that and try again.\n` +
          `Pulumi's other commands (cancel, where a killed run has left a lock) reach this stack with:\n` +
          `  ${runInSandbox} npx pulumi …`,
      );
    const run = async (...args: string[]): Promise<void> => {
      const end = await runCommand([process.execPath, pulumi, ...args], env);
      if ("exitCode" in end && end.exitCode === 0) return;
      throw failed(args, "exitCode" in end ? `with exit code ${end.exitCode}` : `by ${end.signal}`);
    };
    /** What the command says on stdout, which is not shown. */
    const read = async (...args: string[]): Promise<string> => {
      const { exitCode, signal, stdout } = await execa(process.execPath, [pulumi, ...args], {
        env,
        extendEnv: false,
        reject: false,
        stdin: "ignore",
        stderr: "inherit",
      });
      if (exitCode === 0) return stdout;
      throw failed(args, signal === undefined ? `with exit code ${exitCode}` : `by ${signal}`);
    };
    step(`Pulumi ${engine.version} onboards the customer of Pulumi.${stack}.yaml, on the sandbox`);
    await run("stack", "select", stack, "--create");
    await refuseForeignState(stack, { environment: env });
    await run("up", "--stack", stack, "--yes", "--skip-preview", "--suppress-outputs");
    const outputs = await read("stack", "output", "--stack", stack, "--json");
    step("The stack's outputs");
    process.stdout.write(outputsText(JSON.parse(outputs) as Record<string, unknown>));
  });
  process.stdout.write(whatNext(runInSandbox, options));
}

function step(text: string): void {
  process.stderr.write(`\n▸ ${text}\n`);
}

/** How a command of the user's reaches the sandbox that `options` name. */
function sandboxRun({ home, plugins }: StartOptions): string {
  const official = plugins === "official" ? " --plugins official" : "";
  return `npm run -s mssp -- sandbox run${homeOption(home)}${official} --`;
}

/** The option as a shell takes it; none for the sandbox that is used without one. */
function homeOption(home: string | undefined): string {
  if (home === undefined) return "";
  return ` --home ${/^[\w@%+=:,./-]+$/.test(home) ? home : `'${home.replaceAll("'", "'\\''")}'`}`;
}

const whatNext = (runInSandbox: string, { home, stack }: StartOptions & { readonly stack: string }) => `
What to type next:
  ${runInSandbox} npx pulumi preview --stack ${stack} --expect-no-changes
                                    nothing to change: what is there is what the settings say
  npm run -s mssp -- sandbox dump${homeOption(home)}
                                    every object of the emulated tenants
  edit Pulumi.${stack}.yaml, then
  ${runInSandbox} npx pulumi up --stack ${stack}
  ${runInSandbox} npx pulumi destroy --stack ${stack} --yes
                                    takes all of it away, and nothing else
  npm run -s mssp -- sandbox reset${homeOption(home)}
                                    forgets the sandbox
A real customer in six steps: README.md
`;
