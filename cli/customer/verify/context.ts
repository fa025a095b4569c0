/**
 * What the checks share: the connector, its cloud's endpoints, and the tokens of both identities.
 */
import {
  EnvironmentError,
  requestToken,
  ServiceError,
  type Endpoints,
  type Environment,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Connector } from "../../siem/connector/connector";
import type { KeptToken } from "../../siem/connector/keptToken";
import type { TokenRecord } from "../../siem/connector/refreshToken";
import type { ConnectorCredential } from "../../siem/tokens/credentials";
import { failed, notChecked, type Check } from "./check";

export interface VerifyContext {
  readonly connector: Connector;
  readonly endpoints: Endpoints;
  /** The connector's credential, or why it is unknown. */
  readonly credential: ConnectorCredential | VisibleError;
  /** Where the connector's refresh token is kept. */
  readonly kept: KeptToken;
  /** The kept refresh token's record, if there is one. */
  readonly tokenRecord: TokenRecord | undefined;
  /** Base URLs of the legacy alert API, to be tried in this order. */
  readonly alertExporters: readonly string[];
  /** The server that authorizes applications, if there is one. */
  readonly defenderEndpoint: string | undefined;
  readonly now: Date;
}

/**
 * A token of this shell's own identity (ARM_…, `az`) in the customer's tenant: the automation that
 * also runs `up`.
 */
export async function automationToken(context: VerifyContext, audience: string): Promise<string> {
  const { connector, endpoints } = context;
  const { accessToken } = await requestToken({ tenantId: connector.tenantId, audience, endpoints });
  return accessToken;
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

/**
 * Runs a check with this shell's own identity. Without an identity or its permission the result is
 * `notChecked`.
 */
export async function asAutomation(name: string, look: () => Promise<Check>): Promise<Check> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof EnvironmentError) return notChecked(name, `not checked: ${error.message}`);
    if (!(error instanceof ServiceError)) throw error;
    if (error.status === 401 || error.status === 403) return notChecked(name, `not permitted: ${error.message}`);
    return failed(name, error.message);
  }
}

/** Why something failed, in one line, if it is for people at all. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof VisibleError)) throw error;
  return error.message.replace(/\s*\n\s*/g, " ");
}
