/** Collects what the checks of `mssp verify` and `mssp onboard` share. */
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { defenderEndpointOf, readStackSettings } from "../../settings/fromFile";
import { readConnector } from "../connector/connector";
import { alertExporterHosts } from "../connector/hosts";
import { readTokenRecord } from "../connector/refreshToken";
import type { CredentialOptions } from "../tokens/credentialOptions";
import { credentialOf, endpointsOf } from "../tokens/credentials";
import type { VerifyContext } from "./context";

export interface ContextOptions extends CredentialOptions {
  readonly stack: string;
  /** Where the customer's Defender data is stored. Default: whichever answers. */
  readonly region?: "eu" | "uk" | "us";
  /** Folder of the project. Default: the working folder. */
  readonly folder?: string;
  /** Of the engine. Default: `process.env`. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** @throws VisibleError where the stack's outputs or configuration can't be read. */
export async function contextOf(options: ContextOptions): Promise<VerifyContext> {
  const { stack, folder, environment } = options;
  const connector = await readConnector(stack, { secrets: true, folder, environment });
  const endpoints = await endpointsOf(connector);
  // The next `up` reports invalid settings; this command checks what is deployed.
  const defenderCalls = await readStackSettings(stack, { folder, environment }).then(
    (read) => read.defenderCalls,
    () => ({ mode: "endpoint" }) as const,
  );
  return {
    connector,
    endpoints,
    credential: await credentialOf(connector, options).catch((error: unknown) => {
      if (error instanceof VisibleError) return error;
      throw error;
    }),
    tokenRecord: await readTokenRecord(stack, { folder, environment }),
    alertExporters: alertExporterHosts(endpoints, options.region),
    defenderEndpoint: defenderEndpointOf({ defenderCalls }, environment ?? process.env),
    now: new Date(),
  };
}
