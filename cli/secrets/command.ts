/** `mssp secrets`: when the credentials of every customer end. */
import { InvalidArgumentError, type Command } from "commander";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import type { Connector } from "../connector/connector";
import { stackArguments } from "../stack/stackName";

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
  /** What the connector proves itself with; absent where nothing is deployed. */
  readonly credential?: Connector["credential"];
  /** Absent where the connector has another credential, or one that isn't made here. */
  readonly clientSecret?: EndingSecret & {
    /** From when on `up` makes its successor: ISO 8601, UTC. Stacks of earlier versions don't say. */
    readonly renewsOn?: string;
  };
  /** The client secret that has had a successor. It ends with the first `up` from then on. Absent where there is one secret only. */
  readonly previousClientSecret?: EndingSecret;
  /** Only of a certificate that the settings name. */
  readonly certificate?: EndingSecret;
  /** Absent where none was ever got. */
  readonly refreshToken?: EndingSecret & { readonly keptIn: string };
  /** Why there is nothing to say of the credential. */
  readonly note?: string;
  /** Whether the stack could not be read. */
  readonly unreadable?: true;
}

/** Adds the subcommand to `program`. */
export function registerSecrets(program: Command): void {
  program
    .command("secrets")
    .description("List when each customer's client secret or certificate ends, and the refresh token.")
    .option("--stack <stack...>", "these stacks (default: all of the project)", stackArguments)
    .option("--days <days>", "what counts as soon", dayNumber, 30)
    .option("--at <date>", "as of this day, such as 2027-03-31 (default: now)", date)
    .option("--json", "print the list as JSON")
    .addHelpText(
      "after",
      `
Exit code: 0 nothing ends within --days, 1 something does, is over, or can't be read, 2 typed wrongly. No secret is read or shown.
A client secret that has had a successor counts, too: until it is taken away the SIEM must have got the new one. A federated credential
never ends; that of the MSSP's own application ends in the MSSP's tenant, which isn't asked.

Examples:
  mssp secrets
  mssp secrets --stack contoso fabrikam --days 14
  mssp secrets --json | jq '.[] | select(.clientSecret.state == "soon")'`,
    )
    .action(async (options: SecretsOptions) => {
      const list = await secretsOfStacks(options);
      process.stdout.write(options.json === true ? `${JSON.stringify(list, undefined, 2)}\n` : tableText(list));
      if (!list.every(isWell)) process.exitCode = 1;
    });
}

/** Engines at a time: each is a process. */
const atOnce = 4;

async function secretsOfStacks({ stack, days, at }: SecretsOptions): Promise<StackSecrets[]> {
  const { stackNames } = await import("../stack/pulumi.js");
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
    import("../connector/connector.js"),
    import("../connector/refreshToken.js"),
  ]);
  try {
    const connector = await readConnector(stack);
    const record = await readTokenRecord(stack);
    return {
      stack,
      ...credentialOf(connector, (end) => ending(new Date(end), days, now)),
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

function credentialOf(connector: Connector, stands: (end: string) => EndingSecret): Omit<StackSecrets, "stack"> {
  const { kind, credential, clientSecretExpiresOn, credentialExpiresOn, renewsOn, overlapEndsOn } = connector;
  if (credential === "federated") return { credential, note: "federated: nothing expires" };
  if (kind === "msspApp") {
    const name = credential === "secret" ? "client secret" : "certificate";
    return { credential, note: `${name} of the MSSP's own application: see there` };
  }
  if (credential === "certificate") {
    if (credentialExpiresOn !== undefined) return { credential, certificate: stands(credentialExpiresOn) };
    return { credential, note: "certificate: pulumi up tells its end" };
  }
  if (clientSecretExpiresOn === undefined) return { credential, note: "no client secret" };
  return {
    credential,
    clientSecret: { ...stands(clientSecretExpiresOn), ...(renewsOn === undefined ? {} : { renewsOn }) },
    ...(overlapEndsOn === undefined ? {} : { previousClientSecret: stands(overlapEndsOn) }),
  };
}

/** How a secret stands. */
export function ending(expiresOn: Date, days: number, now: Date): EndingSecret {
  const daysLeft = Math.floor((expiresOn.getTime() - now.getTime()) / (24 * 60 * 60 * 1000));
  const state = expiresOn <= now ? "over" : daysLeft <= days ? "soon" : "ok";
  return { expiresOn: expiresOn.toISOString(), daysLeft, state };
}

function isWell({ clientSecret, previousClientSecret, certificate, refreshToken, unreadable }: StackSecrets): boolean {
  const ends = [clientSecret, previousClientSecret, certificate, refreshToken];
  return unreadable !== true && ends.every((secret) => secret === undefined || secret.state === "ok");
}

/** A line for each stack, and a second one for a secret that has had a successor. */
function tableText(list: readonly StackSecrets[]): string {
  if (list.length === 0) return "The project has no stacks.\n";
  const table = [["stack", "credential", "refresh token"], ...list.flatMap(rows)];
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

function rows(entry: StackSecrets): string[][] {
  const { stack, previousClientSecret, refreshToken } = entry;
  const renewal = `mssp token --stack ${stack} --renew`;
  const refreshTokenCell =
    refreshToken === undefined
      ? "none"
      : endingText(refreshToken, refreshToken.state === "over" ? `mssp token --stack ${stack}` : renewal);
  return [
    [stack, credentialCell(entry), refreshTokenCell],
    ...(previousClientSecret === undefined ? [] : [["", previousText(previousClientSecret), ""]]),
  ];
}

function credentialCell({ clientSecret, certificate, note }: StackSecrets): string {
  if (clientSecret !== undefined) return endingText(clientSecret, renewalOf(clientSecret), "client secret");
  if (certificate !== undefined)
    return endingText(certificate, "a new one goes into connector.credential", "certificate");
  return note ?? "none";
}

/** The next `up` may be too early: the successor is made from a day on. */
function renewalOf({ renewsOn, expiresOn, daysLeft }: NonNullable<StackSecrets["clientSecret"]>): string {
  if (renewsOn === undefined) return "pulumi up renews it";
  const daysBefore = (Date.parse(expiresOn) - Date.parse(renewsOn)) / (24 * 60 * 60 * 1000);
  return daysLeft < daysBefore ? "pulumi up renews it" : `pulumi up renews it from ${renewsOn.slice(0, 10)} on`;
}

function previousText({ expiresOn, daysLeft, state }: EndingSecret): string {
  const day = expiresOn.slice(0, 10);
  if (state === "over") return `✗ the one before: over since ${day}, the next pulumi up takes it away`;
  const mark = state === "soon" ? "✗" : "✓";
  return `${mark} the one before: ${day}, in ${daysLeft} days; the SIEM needs the new one by then`;
}

function endingText({ expiresOn, daysLeft, state }: EndingSecret, remedy: string, what?: string): string {
  const day = expiresOn.slice(0, 10);
  const name = what === undefined ? "" : `${what} `;
  if (state === "over") return `✗ ${name}over since ${day}: ${remedy}`;
  return state === "soon" ? `✗ ${name}${day}, in ${daysLeft} days: ${remedy}` : `✓ ${name}${day}, in ${daysLeft} days`;
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
