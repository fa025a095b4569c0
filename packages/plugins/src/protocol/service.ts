/**
 * The gRPC service `pulumirpc.ResourceProvider` of a stand-in plugin.
 *
 * It answers as the official plugins (made with Pulumi's Terraform bridge) do: previews are
 * supported, secrets in arguments are not (the engine takes them off and puts them back), and the
 * outputs that the schema calls secret are marked by the plugin.
 */
import {
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceError,
  type UntypedServiceImplementation,
  Metadata,
  status,
} from "@grpc/grpc-js";
import * as pluginProtocol from "@pulumi/pulumi/proto/plugin_pb";
import * as protocol from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { messageOf } from "@defender-mssp/errors";
import {
  type ChangeKind,
  type ArgumentFailure,
  type ResourceDifference,
  type Provider,
  InitializationFailed,
} from "./provider";
import { canonical, fromStruct, hasUnknowns, toStruct } from "./values";
import { urnType } from "./urn";

/** The service's methods over a provider, which is made when the first method needs it. */
export function providerService(provider: () => Provider): UntypedServiceImplementation {
  return { ...pluginMethods(provider), ...planningMethods(provider), ...operationMethods(provider) };
}

/** The plugin itself and its configuration. */
function pluginMethods(provider: () => Provider): UntypedServiceImplementation {
  return {
    handshake: unary(() => {
      const response = new protocol.ProviderHandshakeResponse();
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    attach: unary(() => new Empty()),
    getPluginInfo: unary(() => {
      const info = new pluginProtocol.PluginInfo();
      info.setVersion(provider().version);
      return info;
    }),
    getSchema: unary(() => {
      const response = new protocol.GetSchemaResponse();
      response.setSchema(JSON.stringify(provider().schema()));
      return response;
    }),
    parameterize: unimplemented(),
    construct: unimplemented(),
    call: unimplemented(),
    list: unimplemented(),
    getMapping: unimplemented(),
    getMappings: unimplemented(),
    checkConfig: unary((request: protocol.CheckRequest) =>
      checkResponse(provider().checkConfig(request.getUrn(), fromStruct(request.getNews()))),
    ),
    diffConfig: unary(diffConfig),
    configure: unary(async (request: protocol.ConfigureRequest) => {
      await provider().configure(fromStruct(request.getArgs()));
      const response = new protocol.ConfigureResponse();
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    cancel: unary(() => {
      provider().cancel();
      return new Empty();
    }),
  };
}

/** Methods that change nothing. */
function planningMethods(provider: () => Provider): UntypedServiceImplementation {
  return {
    check: unary(async (request: protocol.CheckRequest) =>
      checkResponse(
        await provider().check(resourceOf(request), fromStruct(request.getNews()), fromStruct(request.getOlds())),
      ),
    ),
    diff: unary(async (request: protocol.DiffRequest) => {
      const ignored = new Set(request.getIgnorechangesList());
      const difference = await provider().diff(
        resourceOf(request),
        request.getId(),
        fromStruct(request.getOlds()),
        fromStruct(request.getNews()),
        fromStruct(request.getOldInputs()),
      );
      return diffResponse(difference, ignored);
    }),
    invoke: unary(async (request: protocol.InvokeRequest) => {
      const answer = await provider().invoke(request.getTok(), fromStruct(request.getArgs()));
      const response = new protocol.InvokeResponse();
      if ("result" in answer) response.setReturn(toStruct(answer.result));
      else response.setFailuresList(answer.failures.map(failureMessage));
      return response;
    }),
  };
}

/** Operations on an object. */
function operationMethods(provider: () => Provider): UntypedServiceImplementation {
  return {
    create: unary(async (request: protocol.CreateRequest) => {
      const { id, state } = await provider().create(
        resourceOf(request),
        fromStruct(request.getProperties()),
        request.getPreview(),
      );
      const response = new protocol.CreateResponse();
      response.setId(id);
      response.setProperties(toStruct(state));
      return response;
    }),
    read: unary(async (request: protocol.ReadRequest) => {
      const found = await provider().read(
        resourceOf(request),
        request.getId(),
        fromStruct(request.getProperties()),
        fromStruct(request.getInputs()),
      );
      const response = new protocol.ReadResponse();
      if (found === undefined) return response;
      response.setId(found.id);
      response.setProperties(toStruct(found.state));
      response.setInputs(toStruct(found.inputs));
      return response;
    }),
    update: unary(async (request: protocol.UpdateRequest) => {
      const state = await provider().update(
        resourceOf(request),
        request.getId(),
        fromStruct(request.getOlds()),
        fromStruct(request.getNews()),
        request.getPreview(),
      );
      const response = new protocol.UpdateResponse();
      response.setProperties(toStruct(state));
      return response;
    }),
    delete: unary(async (request: protocol.DeleteRequest) => {
      await provider().delete(resourceOf(request), request.getId(), fromStruct(request.getProperties()));
      return new Empty();
    }),
  };
}

/** A gRPC method from a function that answers or throws. */
function unary<Request, Response>(answer: (request: Request) => Response | Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    Promise.resolve()
      .then(() => answer(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(grpcError(error)),
      );
  };
}

function unimplemented() {
  return (call: ServerUnaryCall<unknown, never>, callback: sendUnaryData<never>): void =>
    callback({ code: status.UNIMPLEMENTED, details: `${call.getPath()} is not implemented` });
}

/** In the engine's format: a partly created object is in the status details. */
function grpcError(error: unknown): Partial<ServiceError> {
  const message = messageOf(error);
  const metadata = new Metadata();
  if (error instanceof InitializationFailed) {
    const failure = new protocol.ErrorResourceInitFailed();
    failure.setId(error.id);
    failure.setProperties(toStruct(error.state));
    failure.setReasonsList([message]);
    const details = new Any();
    details.pack(failure.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const grpcStatus = new Status();
    grpcStatus.setCode(status.UNKNOWN);
    grpcStatus.setMessage(message);
    grpcStatus.addDetails(details);
    metadata.add("grpc-status-details-bin", Buffer.from(grpcStatus.serializeBinary()));
  }
  return { code: status.UNKNOWN, details: message, message, metadata };
}

interface WithResource {
  getUrn(): string;
  getType(): string;
  getTimeout?(): number;
}

function resourceOf(request: WithResource): { urn: string; type: string; timeout: number } {
  const urn = request.getUrn();
  const type = request.getType() || urnType(urn);
  return { urn, type, timeout: request.getTimeout?.() ?? 0 };
}

function failureMessage(failure: ArgumentFailure): protocol.CheckFailure {
  const message = new protocol.CheckFailure();
  message.setProperty(failure.property);
  message.setReason(failure.reason);
  return message;
}

function checkResponse(checked: { inputs: Parameters<typeof toStruct>[0]; failures: ArgumentFailure[] }) {
  const response = new protocol.CheckResponse();
  response.setInputs(toStruct(checked.inputs));
  response.setFailuresList(checked.failures.map(failureMessage));
  return response;
}

/**
 * A provider's arguments can all be changed in place: the objects it manages stay where they are.
 */
function diffConfig(request: protocol.DiffRequest): protocol.DiffResponse {
  const olds = fromStruct(request.getOldInputs() ?? request.getOlds());
  const news = fromStruct(request.getNews());
  const response = new protocol.DiffResponse();
  const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
    (name) => canonical(olds[name] ?? null) !== canonical(news[name] ?? null),
  );
  response.setDiffsList(changed);
  const { DIFF_NONE, DIFF_SOME, DIFF_UNKNOWN } = protocol.DiffResponse.DiffChanges;
  if (hasUnknowns(news)) response.setChanges(DIFF_UNKNOWN);
  else response.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
  return response;
}

function diffResponse(difference: ResourceDifference, ignored: ReadonlySet<string>): protocol.DiffResponse {
  const response = new protocol.DiffResponse();
  const replaces = new Set<string>();
  const properties = new Set<string>();
  const detailed = response.getDetaileddiffMap();
  for (const [path, change] of difference.changes) {
    const property = path.split(/[.[]/, 1)[0] ?? path;
    if (ignored.has(path) || ignored.has(property)) continue;
    properties.add(property);
    if (change.replace) replaces.add(property);
    const message = new protocol.PropertyDiff();
    message.setKind(kinds[change.kind][change.replace ? 1 : 0]);
    detailed.set(path, message);
  }
  const { DIFF_NONE, DIFF_SOME } = protocol.DiffResponse.DiffChanges;
  response.setChanges(properties.size > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList([...properties].sort());
  response.setReplacesList([...replaces].sort());
  response.setStablesList(difference.stables.filter((name) => !replaces.has(name)).sort());
  response.setHasdetaileddiff(true);
  return response;
}

const { Kind } = protocol.PropertyDiff;
const kinds: Record<ChangeKind, readonly [protocol.PropertyDiff.Kind, protocol.PropertyDiff.Kind]> = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
};
