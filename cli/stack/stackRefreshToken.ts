/**
 * The refresh token of a stack's connector. Its record is in the stack's configuration, in a
 * namespace of its own (`mssp:`) that the program doesn't read.
 */
import type { Environment } from "@defender-mssp/microsoft";
import {
  expiryOf,
  keepElsewhere,
  placeOf,
  placeText,
  readElsewhere,
  type KeptToken,
  type TokenPlace,
  type TokenRecord,
} from "@defender-mssp/siem/connector/refreshToken";
import { contentOfStackFile } from "../../settings/fromFile";
import { readProject } from "../../settings/project";
import { runPulumi, type PulumiOptions } from "./pulumi";

/** The kept refresh token of a stack's connector: by default in the stack's configuration. */
export function keptByStack(stack: string, options: PulumiOptions): KeptToken {
  return {
    record: () => readTokenRecord(stack, options),
    read: (record) => readToken(stack, record, options),
    keep: (token, place, issuedOn, say) => keepToken(stack, token, place, issuedOn, { ...options, say }),
    defaultPlace: () => Promise.resolve({ kind: "configuration" }),
  };
}

const keys = {
  token: "mssp:refreshToken",
  issuedOn: "mssp:refreshTokenIssuedOn",
  place: "mssp:refreshTokenKeptIn",
} as const;

/** The record in the stack's configuration; undefined if there was never a token. */
export async function readTokenRecord(stack: string, options: PulumiOptions): Promise<TokenRecord | undefined> {
  const configuration = await plainConfiguration(stack, options);
  const issuedOn = new Date(configuration[keys.issuedOn] ?? "");
  const place = placeOf(configuration[keys.place]);
  if (place === undefined || Number.isNaN(issuedOn.getTime())) return undefined;
  return { place, issuedOn, expiresOn: expiryOf(issuedOn) };
}

/** From the stack's file. Only the engine knows what an environment of Pulumi ESC adds to it. */
async function plainConfiguration(stack: string, options: PulumiOptions): Promise<Partial<Record<string, string>>> {
  const content = await contentOfStackFile(stack, await readProject(options.folder));
  if (content !== undefined && content["environment"] === undefined) {
    const values = Object.entries(Object(content["config"]) as Record<string, unknown>);
    return Object.fromEntries(values.flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])));
  }
  const answer = await runPulumi(["config", "--stack", stack, "--json"], options);
  const values = Object.entries(JSON.parse(answer) as Record<string, { value?: string }>);
  return Object.fromEntries(values.map(([key, { value }]) => [key, value]));
}

export interface KeepOptions extends PulumiOptions {
  /** The MSSP's credentials, for Key Vault. Default: those of the engine. */
  readonly credentials?: Environment;
  /** Tells a person what is waited for. */
  readonly say?: ((text: string) => void) | undefined;
}

/**
 * Keeps a new refresh token, and remembers since when. The token is written first: a record without
 * one would lie.
 */
export async function keepToken(
  stack: string,
  token: string,
  place: TokenPlace,
  issuedOn: Date,
  options: KeepOptions,
): Promise<TokenRecord> {
  const { changeConfiguration } = await import("./stackConfiguration.js");
  const record = { place, issuedOn, expiresOn: expiryOf(issuedOn) };
  const plain = { [keys.issuedOn]: issuedOn.toISOString(), [keys.place]: placeText(place) };
  if (place.kind === "configuration") {
    await changeConfiguration(stack, { plain, secret: { [keys.token]: token } }, options);
    return record;
  }
  const { credentials = options.environment, say } = options;
  await keepElsewhere(place, token, record, { stack, credentials, say });
  // A token that is kept elsewhere does not remain in the configuration.
  await changeConfiguration(stack, { plain, remove: [keys.token] }, options);
  return record;
}

/** The refresh token that a record speaks of. @throws VisibleError where it is gone. */
export async function readToken(stack: string, { place }: TokenRecord, options: KeepOptions): Promise<string> {
  if (place.kind === "configuration") {
    return (await runPulumi(["config", "get", "--stack", stack, keys.token], options)).trim();
  }
  return readElsewhere(place, { owner: `stack "${stack}"`, credentials: options.credentials ?? options.environment });
}
