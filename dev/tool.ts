/** What the tools' commands share: their options, `--help`, and errors of usage, which end with 2. */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { messageOf, VisibleError } from "@defender-mssp/errors";

type Options = NonNullable<ParseArgsConfig["options"]>;

type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>["values"];

/** @param tool its arguments are those of the process by default */
export function runTool<O extends Options>(
  {
    name,
    help,
    ...tool
  }: { readonly name: string; readonly help: string; readonly options: O; readonly args?: string[] },
  run: (values: Values<O>) => Promise<void>,
): void {
  const main = async () => {
    if (process.argv.includes("--help")) process.stdout.write(help);
    else await run(parseArgs(tool).values);
  };
  main().catch((error: unknown) => {
    const isUsage = error instanceof VisibleError || /^ERR_PARSE_ARGS/.test((error as { code?: string }).code ?? "");
    process.stderr.write(`${name}: ${isUsage ? `${messageOf(error)}\n\n${help}` : ((error as Error).stack ?? "")}\n`);
    process.exitCode = isUsage ? 2 : 1;
  });
}

/** @throws VisibleError for anything but a whole number that is large enough */
export function wholeNumber(option: string, text: string, least = 0): number {
  if (/^\d+$/.test(text) && Number(text) >= least) return Number(text);
  throw new VisibleError(`--${option} must be a whole number of at least ${least}, not "${text}".`);
}

/** The value of an option among its allowed ones; undefined without the option. @throws VisibleError for another */
export function choice<Value extends string>(option: string, text: string | undefined, allowed: readonly Value[]) {
  if (text === undefined) return undefined;
  const value = allowed.find((each) => each === text);
  if (value === undefined) throw new VisibleError(`--${option} must be ${allowed.join(" or ")}, not "${text}".`);
  return value;
}

/** The same of values with commas between them. */
export function choices<Value extends string>(option: string, text: string | undefined, allowed: readonly Value[]) {
  return text?.split(",").flatMap((name) => choice(option, name, allowed) ?? []);
}
