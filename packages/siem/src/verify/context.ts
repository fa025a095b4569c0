/** What the checks share: the connector, its cloud's endpoints, and its credential. */
import {
  requestToken,
  type AlertApi,
  type AlertExporterRegion,
  type Endpoints,
  type Environment,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import type { Connector } from "../connector/connector";
import type { UnreadConnector } from "../connector/connectorSource";
import { alertExporterHosts } from "../connector/hosts";
import type { KeptToken, TokenRecord } from "../connector/refreshToken";
import { customerCheckpoint } from "../pull/customerCheckpoint";
import type { CredentialOptions } from "../connector/credentialOptions";
import { credentialOf, endpointsOf, type SignInCredential } from "../tokens/credentials";

export interface VerifyContext {
  readonly connector: Connector;
  readonly endpoints: Endpoints;
  /** The connector's credential, or why it is unknown. */
  readonly credential: SignInCredential | VisibleError;
  /** Where the connector's refresh token is kept. */
  readonly kept: KeptToken;
  /** The kept refresh token's record, if there is one. */
  readonly tokenRecord: TokenRecord | undefined;
  /** Base URLs of the legacy alert API, to be tried in this order. */
  readonly alertExporters: readonly string[];
  readonly environment: Environment;
  readonly now: Date;
  /** The checkpoint of `alerts` for an API; undefined where the user names none. */
  readonly checkpointFor: (api: AlertApi) => string | undefined;
  /** Whether the deliveries are counted, and for how long a time, in milliseconds. */
  readonly coverage: { readonly length: number | undefined } | undefined;
  /** The program that has the commands, as people type it. */
  readonly program: string;
}

export interface ContextOptions extends CredentialOptions {
  /** Where the customer's Defender data is stored. Default: whichever answers. */
  readonly region?: AlertExporterRegion;
  /** The checkpoint of `alerts` of the only customer. */
  readonly checkpoint?: string;
  /** The folder of the checkpoints of several customers. */
  readonly checkpoints?: string;
  /** Counts the deliveries; of the last day, or of so many milliseconds. */
  readonly coverage?: true | number;
}

/** @throws VisibleError where the connector or the record of its refresh token can't be read. */
export async function contextOf(
  customer: UnreadConnector,
  options: ContextOptions,
  { environment, now }: Pick<Session, "environment" | "now">,
  program: string,
): Promise<VerifyContext> {
  const { coverage } = options;
  const connector = await customer.read();
  const endpoints = await endpointsOf(connector, environment);
  const kept = await customer.keptToken(connector);
  return {
    connector,
    endpoints,
    credential: await credentialOf(connector, options, environment).catch((error: unknown) => {
      if (error instanceof VisibleError) return error;
      throw error;
    }),
    kept,
    tokenRecord: await kept.record(),
    alertExporters: alertExporterHosts(endpoints, options.region),
    checkpointFor: (api) =>
      options.checkpoints === undefined
        ? options.checkpoint
        : customerCheckpoint(options.checkpoints, customer.name, api),
    coverage: coverage === undefined ? undefined : { length: coverage === true ? undefined : coverage },
    environment,
    now: now(),
    program,
  };
}

/** A token of the connector by itself. */
export async function connectorToken(
  { connector, endpoints }: VerifyContext,
  environment: Environment,
  audience: string,
  v1: boolean,
): Promise<string> {
  const { tenantId } = connector;
  return (await requestToken({ tenantId, audience, v1, environment, endpoints })).accessToken;
}

/** Why something failed, in one line, if it is for people at all. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof VisibleError)) throw error;
  return error.message.replace(/\s*\n\s*/g, " ");
}
