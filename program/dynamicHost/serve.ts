/**
 * The host of dynamic resources. It runs the logic of `@defender-mssp/microsoft` for the texts that
 * releases of this program write into a state, and evaluates no text itself: one that
 * MSSP_ALLOWED_STATE_CODE allows runs in a process of the SDK's, every other is refused.
 */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { SdkProvider, type SdkProviderOptions } from "../sdk/sdkProvider";
import { EngineLog } from "./engineLog";
import { hostService } from "./service";

export interface DynamicHost {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Resolves when the process of the SDK's provider has ended, too. */
  end(): Promise<void>;
}

/** The engine's own limit for a message is 400 MB. */
const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

export interface DynamicHostOptions extends SdkProviderOptions {
  /** Address of the engine that starts this process. An engine that attaches says its own. */
  readonly engine?: string | undefined;
}

export async function serveDynamicHost(options: DynamicHostOptions): Promise<DynamicHost> {
  const server = new Server(unlimited);
  const sdk = new SdkProvider(options);
  const log = new EngineLog(options.engine);
  server.addService(ResourceProviderService, hostService(sdk, options.environment, log));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    port,
    end: async () => {
      server.forceShutdown();
      log.end();
      await sdk.end();
    },
  };
}
