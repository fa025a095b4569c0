/** Collects what the checks of `mssp verify` and `mssp onboard` share. */
import { VisibleError } from "@defender-mssp/errors";
import type { Place } from "../../base/place";
import { defenderEndpointOf, readStackSettings } from "../../../settings/fromFile";
import { readConnector, type Connector } from "../../siem/connector/connector";
import { selectedConnector, type ConnectorOptions } from "../../siem/connector/connectorOption";
import { alertExporterHosts } from "../../siem/connector/hosts";
import { keptToken } from "../../siem/connector/keptToken";
import type { CredentialOptions } from "../../siem/tokens/credentialOptions";
import { credentialOf, endpointsOf } from "../../siem/tokens/credentials";
import type { VerifyContext } from "./context";

export interface ContextOptions extends CredentialOptions, ConnectorOptions, Place {
  /** Where the customer's Defender data is stored. Default: whichever answers. */
  readonly region?: "eu" | "uk" | "us";
}

/** @throws VisibleError where the stack's outputs or configuration, or the connection file, can't be read. */
export async function contextOf(options: ContextOptions): Promise<VerifyContext> {
  const { stack = "", connection, folder, environment } = options;
  const connector =
    connection === undefined
      ? await readConnector(stack, { secrets: true, folder, environment })
      : await selectedConnector({ connection });
  const endpoints = await endpointsOf(connector);
  const kept = keptToken(connector, { folder, environment });
  return {
    connector,
    endpoints,
    credential: await credentialOf(connector, options).catch((error: unknown) => {
      if (error instanceof VisibleError) return error;
      throw error;
    }),
    kept,
    tokenRecord: await kept.record(),
    alertExporters: alertExporterHosts(endpoints, options.region),
    defenderEndpoint: await authorizingServer(connector, options),
    now: new Date(),
  };
}

/** Only the settings name it. */
async function authorizingServer(
  { stack, connection }: Connector,
  { folder, environment }: ContextOptions,
): Promise<string | undefined> {
  if (connection !== undefined) return undefined;
  // The next `up` reports invalid settings; this command checks what is deployed.
  const defenderCalls = await readStackSettings(stack, { folder, environment }).then(
    (read) => read.defenderCalls,
    () => ({ mode: "endpoint" }) as const,
  );
  return defenderEndpointOf({ defenderCalls }, environment);
}
