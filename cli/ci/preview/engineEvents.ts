/**
 * Receives the engine's events over local gRPC, as Pulumi's Automation API does. The events can
 * contain plain-text secrets (debug messages of the Node SDK), so they must not reach a disk.
 */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { EventsService, type IEventsServer } from "@pulumi/pulumi/proto/events_grpc_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";

export interface EngineEvents {
  /** What the engine's `--event-log` takes. */
  readonly address: string;
  /** Resolves after the engine's last event or its end, and closes the server. */
  close(): Promise<void>;
}

/** @param receive gets each event, JSON on one line. */
export async function receiveEngineEvents(receive: (event: string) => void): Promise<EngineEvents> {
  const server = new Server({ "grpc.max_receive_message_length": -1 });
  const implementation: IEventsServer = {
    streamEvents: (call, answer) => {
      call.on("data", (request: { getEvent(): string }) => receive(request.getEvent()));
      call.on("end", () => answer(null, new Empty()));
      // The engine was killed: no more events follow.
      call.on("error", () => undefined);
    },
  };
  server.addService(EventsService, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    address: `tcp://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.tryShutdown(() => resolve())),
  };
}
