/** `mssp secrets`: when the credentials of every customer expire. */
import { InvalidArgumentError, type Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import { overallState } from "@defender-mssp/terminal/checkState";
import { describeCommand } from "@defender-mssp/terminal/help";
import { print } from "@defender-mssp/terminal/standardOutput";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import { atOnce } from "@defender-mssp/terminal/atOnce";
import type { Connector } from "../connector/connector";
import { stackArguments } from "../../stack/stackName";
import type { ExpiringSecret, StackSecrets } from "./stackSecrets";

export interface SecretsOptions {
  readonly stack?: readonly string[];
  readonly days: number;
  readonly at?: Date;
  readonly json?: boolean;
}

/** Adds arguments, options and action. */
export function define(command: Command): void {
  command
    .option("--stack <stack...>", "only these stacks (default: all stacks of the project)", stackArguments)
    .option("--days <days>", "fail credentials that expire within this number of days", dayNumber, 30)
    .option("--at <date>", "as of this day, such as 2027-03-31 (default: now)", date)
    .option("--json", "print the list as JSON")
    .action(async (options: SecretsOptions) => {
      const list = await secretsOfStacks(options);
      if (options.json === true) print(`${visibleJson(list, 2)}\n`);
      else {
        const { secretsText } = await import("./secretsText.js");
        print(secretsText(list));
      }
      if (list.some(({ state }) => state === "failed")) process.exitCode = 1;
    });
  describeCommand(command, {
    notes: [
      "After a rotation both client secrets are listed: the SIEM needs the new one before the previous one " +
        "expires. A federated credential does not expire. A credential of the MSSP's own application is in the " +
        "MSSP's tenant, which this command does not read.",
    ],
    reads: "The outputs and the configuration of the stacks. It reads and prints no secret.",
    exitCodes: {
      0: "nothing expires within --days",
      1: "something has expired or expires within --days, or a stack could not be read",
    },
    examples: [
      "npx mssp secrets",
      "npx mssp secrets --stack contoso fabrikam --days 14",
      "npx mssp secrets --json | jq '.[] | select(.state == \"failed\")'",
    ],
  });
}

/** Engine processes at a time. */
const engines = 4;

/** The secrets of these stacks, or of all. */
export async function secretsOfStacks({ stack, days, at }: SecretsOptions): Promise<StackSecrets[]> {
  const { stackNames } = await import("../../stack/pulumi.js");
  const stacks = stack ?? (await stackNames());
  const now = at ?? new Date();
  return atOnce(engines, stacks, (name) => secretsOf(name, days, now));
}

/** The stacks with a credential that ends within these days, or that can't be read. */
export async function secretsEndWithin(stacks: readonly string[], days: number): Promise<string[]> {
  const secrets = await secretsOfStacks({ stack: stacks, days });
  return secrets.filter(({ state }) => state === "failed").map(({ stack }) => stack);
}

async function secretsOf(stack: string, days: number, now: Date): Promise<StackSecrets> {
  const [{ readConnector }, { readTokenRecord, placeText }] = await Promise.all([
    import("../connector/connector.js"),
    import("../connector/refreshToken.js"),
  ]);
  try {
    const connector = await readConnector(stack);
    const record = await readTokenRecord(stack);
    const refreshToken =
      record === undefined ? undefined : { ...expiring(record.expiresOn, days, now), keptIn: placeText(record.place) };
    const credential = credentialOf(connector, (end) => expiring(new Date(end), days, now));
    const ends = [credential.clientSecret, credential.previousClientSecret, credential.certificate, refreshToken];
    const state = overallState(ends.flatMap((secret) => secret?.state ?? []));
    return { stack, state, ...credential, ...(refreshToken === undefined ? {} : { refreshToken }) };
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    if (/nothing is deployed there/.test(error.message))
      return { stack, state: "notChecked", note: "nothing is deployed" };
    return { stack, state: "failed", note: error.message, unreadable: true };
  }
}

function credentialOf(
  connector: Connector,
  expires: (end: string) => ExpiringSecret,
): Omit<StackSecrets, "stack" | "state"> {
  const { kind, credential, clientSecretExpiresOn, credentialExpiresOn, renewsOn, overlapEndsOn } = connector;
  if (credential === "federated") return { credential, note: "a federated credential does not expire" };
  if (kind === "msspApp") {
    return { credential, note: "of the MSSP's own application: see the MSSP's tenant" };
  }
  if (credential === "certificate") {
    if (credentialExpiresOn !== undefined) return { credential, certificate: expires(credentialExpiresOn) };
    return { credential, note: "no expiry date: run npx pulumi up to record it" };
  }
  if (clientSecretExpiresOn === undefined) return { credential, note: "no client secret in the outputs" };
  return {
    credential,
    clientSecret: { ...expires(clientSecretExpiresOn), ...(renewsOn === undefined ? {} : { renewsOn }) },
    ...(overlapEndsOn === undefined ? {} : { previousClientSecret: expires(overlapEndsOn) }),
  };
}

/** The state of a secret that expires then. */
export function expiring(expiresOn: Date, days: number, now: Date): ExpiringSecret {
  const daysLeft = Math.floor((expiresOn.getTime() - now.getTime()) / (24 * 60 * 60 * 1000));
  const expired = expiresOn <= now;
  return {
    expiresOn: expiresOn.toISOString(),
    daysLeft,
    expired,
    state: expired || daysLeft <= days ? "failed" : "passed",
  };
}

function dayNumber(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError("Days are a whole number up to 9999.");
  return Number(text);
}

function date(text: string): Date {
  const moment = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(moment.getTime())) {
    throw new InvalidArgumentError("A date is written as 2027-03-31.");
  }
  return moment;
}
