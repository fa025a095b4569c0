/** `mssp secrets`: when the secrets of every customer end. */
import { InvalidArgumentError, type Command } from "commander";
import { VisibleError } from "../errors";
import { stackArguments } from "./stackName";

interface SecretsOptions {
  readonly stack?: readonly string[];
  readonly days: number;
  readonly at?: Date;
  readonly json?: boolean;
}

/** How a secret stands: `soon` within the days that were asked about. */
export type SecretState = "ok" | "soon" | "over";

/** A secret that ends. */
export interface EndingSecret {
  readonly expiresOn: string;
  /** Whole days until then; negative when it is over. */
  readonly daysLeft: number;
  readonly state: SecretState;
}

/** One stack's. */
export interface StackSecrets {
  readonly stack: string;
  /** Absent where the connector has another credential, or nothing is deployed. */
  readonly clientSecret?: EndingSecret;
  /** Absent where none was ever got. */
  readonly refreshToken?: EndingSecret & { readonly keptIn: string };
  /** Why there is nothing to say. */
  readonly note?: string;
  /** Whether the stack could not be read. */
  readonly unreadable?: true;
}

/** Adds the subcommand to `program`. */
export function registerSecrets(program: Command): void {
  program
    .command("secrets")
    .description("List when each customer's client secret and refresh token end.")
    .option("--stack <stack...>", "these stacks (default: all of the project)", stackArguments)
    .option("--days <days>", "what counts as soon", dayNumber, 30)
    .option("--at <date>", "as of this day, such as 2027-03-31 (default: now)", date)
    .option("--json", "print the list as JSON")
    .addHelpText(
      "after",
      `
Exit code: 0 nothing ends within --days, 1 something does, is over, or can't be read, 2 typed wrongly. No secret is read or shown.

Examples:
  mssp secrets
  mssp secrets --stack contoso fabrikam --days 14
  mssp secrets --json | jq '.[] | select(.clientSecret.state != "ok")'`,
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .action(async (options: SecretsOptions) => {
      const { withVisibleErrors } = await import("./visibleErrors.js");
      const list = await withVisibleErrors(() => secretsOfStacks(options));
      process.stdout.write(options.json === true ? `${JSON.stringify(list, undefined, 2)}\n` : tableText(list));
      if (!list.every(isWell)) process.exitCode = 1;
    });
}

/** Engines at a time: each is a process. */
const atOnce = 4;

async function secretsOfStacks({ stack, days, at }: SecretsOptions): Promise<StackSecrets[]> {
  const { stackNames } = await import("./pulumi.js");
  const stacks = stack ?? (await stackNames());
  const now = at ?? new Date();
  const found = new Map<string, StackSecrets>();
  const waiting = [...stacks];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      found.set(name, await secretsOf(name, days, now));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return stacks.flatMap((name) => found.get(name) ?? []);
}

async function secretsOf(stack: string, days: number, now: Date): Promise<StackSecrets> {
  const [{ readConnector }, { readTokenRecord, placeText }] = await Promise.all([
    import("./connector.js"),
    import("./refreshToken.js"),
  ]);
  try {
    const { credential, clientSecretExpiresOn } = await readConnector(stack);
    const record = await readTokenRecord(stack);
    return {
      stack,
      ...(credential === "secret" && clientSecretExpiresOn !== undefined
        ? { clientSecret: ending(new Date(clientSecretExpiresOn), days, now) }
        : { note: credential === "secret" ? "no client secret" : `credential: ${credential}` }),
      ...(record === undefined
        ? {}
        : { refreshToken: { ...ending(record.expiresOn, days, now), keptIn: placeText(record.place) } }),
    };
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    const isEmpty = /nothing is deployed there/.test(error.message);
    return { stack, ...(isEmpty ? { note: "nothing is deployed" } : { note: error.message, unreadable: true }) };
  }
}

/** How a secret stands. */
export function ending(expiresOn: Date, days: number, now: Date): EndingSecret {
  const daysLeft = Math.floor((expiresOn.getTime() - now.getTime()) / (24 * 60 * 60 * 1000));
  const state = expiresOn <= now ? "over" : daysLeft <= days ? "soon" : "ok";
  return { expiresOn: expiresOn.toISOString(), daysLeft, state };
}

function isWell({ clientSecret, refreshToken, unreadable }: StackSecrets): boolean {
  return (
    unreadable !== true && [clientSecret, refreshToken].every((secret) => secret === undefined || secret.state === "ok")
  );
}

function tableText(list: readonly StackSecrets[]): string {
  if (list.length === 0) return "The project has no stacks.\n";
  const rows = list.map((entry) => [entry.stack, ...cells(entry)]);
  const table = [["stack", "client secret", "refresh token"], ...rows];
  const widths = [0, 1].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map(
      (row) =>
        `${row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

function cells({ stack, clientSecret, refreshToken, note }: StackSecrets): string[] {
  const renewal = `mssp token --stack ${stack} --renew`;
  return [
    clientSecret === undefined ? (note ?? "none") : endingText(clientSecret, "pulumi up renews it"),
    refreshToken === undefined
      ? "none"
      : endingText(refreshToken, refreshToken.state === "over" ? `mssp token --stack ${stack}` : renewal),
  ];
}

function endingText({ expiresOn, daysLeft, state }: EndingSecret, remedy: string): string {
  const day = expiresOn.slice(0, 10);
  if (state === "over") return `✗ over since ${day}: ${remedy}`;
  return state === "soon" ? `✗ ${day}, in ${daysLeft} days: ${remedy}` : `✓ ${day}, in ${daysLeft} days`;
}

function dayNumber(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError("Days are a whole number up to 9999.");
  return Number(text);
}

function date(text: string): Date {
  const moment = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(moment.getTime())) {
    throw new InvalidArgumentError("A date is written like 2027-03-31.");
  }
  return moment;
}
