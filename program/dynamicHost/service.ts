import {
  Metadata,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceError,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { PluginInfo, type PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import * as protocol from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { VisibleError } from "@defender-mssp/errors";
import { unknownValue, type CallContext } from "@defender-mssp/microsoft";
import type { SdkProvider } from "../sdk/sdkProvider";
import type { EngineLog } from "./engineLog";
import { dynamicLogic, type DynamicLogic } from "./logic";

type Properties = Record<string, unknown>;
type Context = Pick<CallContext, "say">;

const textKey = "__provider";

/**
 * The gRPC service `pulumirpc.ResourceProvider`, which answers as the SDK's own provider of dynamic
 * resources does.
 */
export function hostService(
  sdk: SdkProvider,
  environment: NodeJS.ProcessEnv,
  log: EngineLog,
): UntypedServiceImplementation {
  /** A method of one resource: by its logic, or passed on to the SDK. */
  const method = <Request extends ResourceRequest, Response>(
    name: string,
    textOf: (request: Request) => unknown,
    answer: (logic: DynamicLogic, request: Request, context: Context) => Promise<Response>,
  ) =>
    unary<Request, Response>(async (request) => {
      const urn = request.getUrn();
      const logic = dynamicLogic(urn, textOf(request), environment);
      if (logic === undefined) return sdk.call<Response>(name, request);
      return answer(logic, request, { say: (text) => log.say(urn, text) });
    });
  return {
    handshake: unimplemented,
    attach: unary((request: PluginAttach) => {
      log.attach(request.getAddress());
      return Promise.resolve(new Empty());
    }),
    getPluginInfo: unary(() => Promise.resolve(new PluginInfo())),
    getSchema: unimplemented,
    parameterize: unimplemented,
    checkConfig: unimplemented,
    diffConfig: unimplemented,
    configure: unary((request: protocol.ConfigureRequest) => {
      sdk.configure(request);
      const response = new protocol.ConfigureResponse();
      response.setAcceptsecrets(false);
      return Promise.resolve(response);
    }),
    cancel: unary(() => Promise.resolve(new Empty())),
    invoke: unimplemented,
    construct: unimplemented,
    call: unimplemented,
    getMapping: unimplemented,
    getMappings: unimplemented,
    check: method("check", newestText, check),
    diff: method("diff", newestText, diff),
    create: method("create", textOfProperties, create),
    read: method("read", textOfProperties, read),
    update: method("update", (request: protocol.UpdateRequest) => propertiesOf(request.getNews())[textKey], update),
    delete: method("delete", textOfProperties, remove),
  };
}

interface ResourceRequest {
  getUrn(): string;
}

/** The text of the program; of the state in a preview that does not know the program's. */
function newestText(request: protocol.CheckRequest | protocol.DiffRequest): unknown {
  const text = propertiesOf(request.getNews())[textKey];
  return text === unknownValue ? propertiesOf(request.getOlds())[textKey] : text;
}

function textOfProperties(request: { getProperties(): Struct | undefined }): unknown {
  return propertiesOf(request.getProperties())[textKey];
}

async function check(logic: DynamicLogic, request: protocol.CheckRequest): Promise<protocol.CheckResponse> {
  const news = propertiesOf(request.getNews());
  const { inputs = news, failures = [] } = await logic.check(propertiesOf(request.getOlds()), news);
  const response = new protocol.CheckResponse();
  response.setInputs(structOf(inputs, news));
  response.setFailuresList(
    failures.map(({ property, reason }) => {
      const failure = new protocol.CheckFailure();
      failure.setProperty(property);
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

async function diff(logic: DynamicLogic, request: protocol.DiffRequest): Promise<protocol.DiffResponse> {
  const [olds, news] = [propertiesOf(request.getOlds()), propertiesOf(request.getNews())];
  const { changes, replaces = [], deleteBeforeReplace = false } = await logic.diff(request.getId(), olds, news);
  const { DIFF_SOME, DIFF_NONE, DIFF_UNKNOWN } = protocol.DiffResponse.DiffChanges;
  const response = new protocol.DiffResponse();
  response.setChanges(changes === undefined ? DIFF_UNKNOWN : changes ? DIFF_SOME : DIFF_NONE);
  response.setReplacesList([...replaces]);
  response.setDeletebeforereplace(deleteBeforeReplace);
  return response;
}

async function create(
  logic: DynamicLogic,
  request: protocol.CreateRequest,
  context: Context,
): Promise<protocol.CreateResponse> {
  const news = propertiesOf(request.getProperties());
  const { id, outs = {} } = await logic.create(news, context);
  const response = new protocol.CreateResponse();
  response.setId(id);
  response.setProperties(structOf(outs, news));
  return response;
}

async function read(
  logic: DynamicLogic,
  request: protocol.ReadRequest,
  context: Context,
): Promise<protocol.ReadResponse> {
  const before = propertiesOf(request.getProperties());
  const { id, props = {}, inputs } = await logic.read(request.getId(), before, context);
  const response = new protocol.ReadResponse();
  // Without an ID the object is gone.
  if (id !== undefined) response.setId(id);
  response.setProperties(structOf(props, before));
  if (inputs !== undefined) response.setInputs(structOf(inputs, before));
  return response;
}

async function update(
  logic: DynamicLogic,
  request: protocol.UpdateRequest,
  context: Context,
): Promise<protocol.UpdateResponse> {
  const [olds, news] = [propertiesOf(request.getOlds()), propertiesOf(request.getNews())];
  const { outs = {} } = await logic.update(request.getId(), olds, news, context);
  const response = new protocol.UpdateResponse();
  response.setProperties(structOf(outs, news));
  return response;
}

async function remove(logic: DynamicLogic, request: protocol.DeleteRequest, context: Context): Promise<Empty> {
  await logic.delete(request.getId(), propertiesOf(request.getProperties()), context);
  return new Empty();
}

function propertiesOf(struct: Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}

/** Properties with the resource's text, without which the engine's next call has none. */
function structOf(properties: Properties, before: Properties): Struct {
  return Struct.fromJavaScript({ ...properties, [textKey]: before[textKey] } as Record<string, JavaScriptValue>);
}

function unary<Request, Response>(answer: (request: Request) => Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    Promise.resolve(call.request)
      .then(answer)
      .then((response) => callback(null, response))
      .catch((error: unknown) => callback(failureOf(error)));
  };
}

function unimplemented(_call: unknown, callback: sendUnaryData<never>): void {
  callback({ code: status.UNIMPLEMENTED, details: "The host of dynamic resources has no such method." });
}

/** What logic throws of an object that it made in part: the engine records the ID and properties. */
interface InitializationFailure {
  readonly id?: string;
  readonly properties?: Properties;
  readonly reasons?: readonly string[];
}

function failureOf(error: unknown): Parameters<sendUnaryData<never>>[0] {
  // Passed on from the SDK's provider.
  if (error instanceof Error && "code" in error && "metadata" in error) return error as ServiceError;
  const message = error instanceof Error ? error.message : String(error);
  // A stack trace means a bug.
  if (!(error instanceof VisibleError)) console.error(error);
  const { id, properties = {}, reasons = [] } = error as InitializationFailure;
  if (id === undefined) return { code: status.UNKNOWN, details: message };
  const detail = new protocol.ErrorResourceInitFailed();
  detail.setId(id);
  detail.setProperties(Struct.fromJavaScript(properties as Record<string, JavaScriptValue>));
  detail.setReasonsList([...reasons]);
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const failure = new Status();
  failure.setCode(status.UNKNOWN);
  failure.setMessage(message);
  failure.addDetails(packed);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(failure.serializeBinary()));
  return { code: status.UNKNOWN, details: message, metadata };
}
