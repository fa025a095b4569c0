/**
 * Provider plugins that create nothing: each create is answered with an object that exists. The
 * engine attaches to them (PULUMI_DEBUG_PROVIDERS) for the one run that fills the state, so that
 * names, parents, inputs and dependencies in the state are those of the program, written by the
 * engine itself. An update, a deletion and an object that is not in the plan are refused; the engine
 * compares with the real plugins afterwards.
 */
import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as protocol from "@pulumi/pulumi/proto/provider_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { messageOf } from "@defender-mssp/errors";
import { urnName } from "../../../domain/urn";

export type Values = Readonly<Record<string, unknown>>;

/** A resource that the program declares. */
export interface DeclaredResource {
  /** Last part of the URN. */
  readonly name: string;
  readonly inputs: Values;
}

/** The object that a resource stands for. */
export interface ExistingObject {
  /** ID of the resource in the state. */
  readonly id: string;
  /** Outputs besides the inputs. */
  readonly outputs?: Values;
}

export interface Answers {
  /** @throws Error if the plan has no object for the resource. */
  readonly object: (resource: DeclaredResource) => ExistingObject;
  /** Result of a provider function, such as `azuread:index/getUser:getUser`. */
  readonly invoke: (token: string, args: Values) => Promise<Values>;
}

export interface ServedAnswers {
  /** With these the engine attaches to the providers. */
  readonly variables: Readonly<Record<string, string>>;
  end(): void;
}

/** Serves both kinds of resources of the program on a free port of the loopback interface. */
export async function serveAnswers(answers: Answers): Promise<ServedAnswers> {
  const server = new Server();
  server.addService(ResourceProviderService, { ...pluginMethods(), ...resourceMethods(answers) });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    variables: { PULUMI_DEBUG_PROVIDERS: `azuread:${port},pulumi-nodejs:${port}` },
    end: () => server.forceShutdown(),
  };
}

function pluginMethods() {
  return {
    handshake: unary(() => new protocol.ProviderHandshakeResponse()),
    attach: unary(() => new Empty()),
    cancel: unary(() => new Empty()),
    getPluginInfo: unary(() => {
      const info = new PluginInfo();
      info.setVersion("0.0.0");
      return info;
    }),
    getSchema: unary(() => {
      const response = new protocol.GetSchemaResponse();
      response.setSchema("{}");
      return response;
    }),
    checkConfig: unary(checked),
    diffConfig: unary(() => new protocol.DiffResponse()),
    configure: unary(() => new protocol.ConfigureResponse()),
    ...refused("parameterize", "construct", "call", "list", "getMapping", "getMappings"),
  };
}

function resourceMethods({ object, invoke }: Answers) {
  return {
    check: unary(checked),
    create: unary((request: protocol.CreateRequest) => {
      const inputs = fromStruct(request.getProperties());
      const { id, outputs = {} } = object({ name: urnName(request.getUrn()), inputs });
      const response = new protocol.CreateResponse();
      response.setId(id);
      response.setProperties(toStruct({ ...inputs, ...outputs }));
      return response;
    }),
    invoke: unary(async (request: protocol.InvokeRequest) => {
      const response = new protocol.InvokeResponse();
      response.setReturn(toStruct(await invoke(request.getTok(), fromStruct(request.getArgs()))));
      return response;
    }),
    diff: unary(() => {
      const response = new protocol.DiffResponse();
      response.setChanges(protocol.DiffResponse.DiffChanges.DIFF_NONE);
      return response;
    }),
    ...refused("read", "update", "delete"),
  };
}

function checked(request: protocol.CheckRequest): protocol.CheckResponse {
  const response = new protocol.CheckResponse();
  response.setInputs(request.getNews());
  return response;
}

function fromStruct(struct: Struct | undefined): Values {
  return struct?.toJavaScript() ?? {};
}

function toStruct(values: Values): Struct {
  const defined = Object.entries(values).filter(([, value]) => value !== undefined);
  return Struct.fromJavaScript(Object.fromEntries(defined) as Record<string, JavaScriptValue>);
}

function unary<Request, Response>(answer: (request: Request) => Response | Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    Promise.resolve()
      .then(() => answer(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback({ code: status.UNKNOWN, details: messageOf(error) }),
      );
  };
}

function refused(...methods: readonly string[]) {
  return Object.fromEntries(
    methods.map((method) => [
      method,
      (_: ServerUnaryCall<unknown, never>, callback: sendUnaryData<never>) =>
        callback({ code: status.UNIMPLEMENTED, details: `${method} is not used while a state is filled` }),
    ]),
  );
}
