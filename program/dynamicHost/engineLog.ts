import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Messages of dynamic resources to the engine, which shows them beside the resource while it works. */
export class EngineLog {
  #client: EngineClient | undefined;

  /** @param address of the engine, which starts a plugin with it; one that it attaches to gets it later. */
  constructor(private address?: string) {}

  attach(address: string): void {
    this.end();
    this.address = address;
  }

  /** Without an engine, or if it has ended, nobody reads the message. */
  say(urn: string, text: string): void {
    if (this.address === undefined) return;
    this.#client ??= new EngineClient(this.address, credentials.createInsecure());
    const request = new LogRequest();
    request.setSeverity(LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(text);
    this.#client.log(request, () => undefined);
  }

  end(): void {
    this.#client?.close();
    this.#client = undefined;
  }
}
