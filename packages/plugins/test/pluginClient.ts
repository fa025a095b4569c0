/** Speaks to a plugin as the engine does. */
import { credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as protocol from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Provider } from "../src/protocol/provider";
import { listen } from "../src/protocol/serve";
import { fromStruct, toStruct, type ValueRecord } from "../src/protocol/values";

/** What `diff` says, with kinds as words: `replace` says that the property's change replaces the resource. */
export interface DiffAnswer {
  changed: boolean;
  replaces: string[];
  stables: string[];
  detailed: Record<string, string>;
  deleteBeforeReplace: boolean;
}

/** A create or update that failed half way. */
export interface HalfDone {
  id: string;
  state: ValueRecord;
  reasons: string[];
}

const kinds = ["add", "add replace", "delete", "delete replace", "update", "update replace"];

export class PluginClient {
  private constructor(
    private readonly client: ResourceProviderClient,
    private readonly plugin: string,
    readonly stop: () => Promise<void>,
  ) {}

  /** A plugin in this process. */
  static async over(provider: Provider): Promise<PluginClient> {
    const { server, port } = await listen(() => provider);
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    return new PluginClient(client, provider.name, () => {
      client.close();
      server.forceShutdown();
      return Promise.resolve();
    });
  }

  /** A plugin in a process of its own, by a connection of its own. */
  static at(port: number, plugin: string): PluginClient {
    const options = { "grpc.use_local_subchannel_pool": 1 };
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), options);
    return new PluginClient(client, plugin, () => {
      client.close();
      return Promise.resolve();
    });
  }

  async handshake(): Promise<protocol.ProviderHandshakeResponse.AsObject> {
    const request = new protocol.ProviderHandshakeRequest();
    request.setEngineAddress("127.0.0.1:1");
    return (
      await this.ask<protocol.ProviderHandshakeResponse>((answer) => this.client.handshake(request, answer))
    ).toObject();
  }

  async version(): Promise<string> {
    return (await this.ask<PluginInfo>((answer) => this.client.getPluginInfo(new Empty(), answer))).getVersion();
  }

  async schema(): Promise<{ resources: Record<string, unknown>; functions: Record<string, unknown> }> {
    const answered = await this.ask<protocol.GetSchemaResponse>((answer) =>
      this.client.getSchema(new protocol.GetSchemaRequest(), answer),
    );
    return JSON.parse(answered.getSchema()) as {
      resources: Record<string, unknown>;
      functions: Record<string, unknown>;
    };
  }

  async checkConfig(inputs: ValueRecord, name = "default"): Promise<{ inputs: ValueRecord; failures: string[] }> {
    const request = new protocol.CheckRequest();
    request.setUrn(`urn:pulumi:dev::test::pulumi:providers:${this.plugin}::${name}`);
    request.setNews(toStruct(inputs));
    return checked(await this.ask<protocol.CheckResponse>((answer) => this.client.checkConfig(request, answer)));
  }

  async configure(args: ValueRecord): Promise<protocol.ConfigureResponse.AsObject> {
    const request = new protocol.ConfigureRequest();
    request.setArgs(toStruct(args));
    request.setAcceptsecrets(true);
    return (await this.ask<protocol.ConfigureResponse>((answer) => this.client.configure(request, answer))).toObject();
  }

  /** `before`: the inputs of the last time. */
  async check(
    type: string,
    inputs: ValueRecord,
    name = "it",
    before: ValueRecord = {},
  ): Promise<{ inputs: ValueRecord; failures: string[] }> {
    const request = new protocol.CheckRequest();
    request.setOlds(toStruct(before));
    request.setUrn(this.urn(type, name));
    request.setNews(toStruct(inputs));
    return checked(await this.ask<protocol.CheckResponse>((answer) => this.client.check(request, answer)));
  }

  /** `before`: the inputs of the last time. */
  async diff(
    type: string,
    id: string,
    state: ValueRecord,
    inputs: ValueRecord,
    before: ValueRecord = {},
  ): Promise<DiffAnswer> {
    const request = new protocol.DiffRequest();
    request.setUrn(this.urn(type));
    request.setId(id);
    request.setOlds(toStruct(state));
    request.setOldInputs(toStruct(before));
    request.setNews(toStruct(inputs));
    const answered = await this.ask<protocol.DiffResponse>((answer) => this.client.diff(request, answer));
    const detailed: Record<string, string> = {};
    answered.getDetaileddiffMap().forEach((change, path) => (detailed[path] = kinds[change.getKind()] ?? ""));
    return {
      changed: answered.getChanges() === protocol.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: answered.getReplacesList(),
      stables: answered.getStablesList(),
      detailed,
      deleteBeforeReplace: answered.getDeletebeforereplace(),
    };
  }

  /** `timeout` in seconds; the type's own where it is 0. */
  async create(
    type: string,
    inputs: ValueRecord,
    preview = false,
    timeout = 0,
  ): Promise<{ id: string; state: ValueRecord }> {
    const request = new protocol.CreateRequest();
    request.setUrn(this.urn(type));
    request.setProperties(toStruct(inputs));
    request.setPreview(preview);
    request.setTimeout(timeout);
    const answered = await this.ask<protocol.CreateResponse>((answer) => this.client.create(request, answer));
    return { id: answered.getId(), state: fromStruct(answered.getProperties()) };
  }

  async read(
    type: string,
    id: string,
    state: ValueRecord = {},
    inputs: ValueRecord = {},
  ): Promise<{ id: string; state: ValueRecord; inputs: ValueRecord }> {
    const request = new protocol.ReadRequest();
    request.setUrn(this.urn(type));
    request.setId(id);
    request.setProperties(toStruct(state));
    request.setInputs(toStruct(inputs));
    const answered = await this.ask<protocol.ReadResponse>((answer) => this.client.read(request, answer));
    return {
      id: answered.getId(),
      state: fromStruct(answered.getProperties()),
      inputs: fromStruct(answered.getInputs()),
    };
  }

  async update(
    type: string,
    id: string,
    state: ValueRecord,
    inputs: ValueRecord,
    preview = false,
  ): Promise<ValueRecord> {
    const request = new protocol.UpdateRequest();
    request.setUrn(this.urn(type));
    request.setId(id);
    request.setOlds(toStruct(state));
    request.setNews(toStruct(inputs));
    request.setPreview(preview);
    return fromStruct(
      (await this.ask<protocol.UpdateResponse>((answer) => this.client.update(request, answer))).getProperties(),
    );
  }

  async delete(type: string, id: string, state: ValueRecord): Promise<void> {
    const request = new protocol.DeleteRequest();
    request.setUrn(this.urn(type));
    request.setId(id);
    request.setProperties(toStruct(state));
    await this.ask<Empty>((answer) => this.client.delete(request, answer));
  }

  async invoke(name: string, args: ValueRecord = {}): Promise<{ result: ValueRecord; failures: string[] }> {
    const request = new protocol.InvokeRequest();
    request.setTok(name.includes(":") ? `${this.plugin}:${name}` : `${this.plugin}:index/${name}:${name}`);
    request.setArgs(toStruct(args));
    const answered = await this.ask<protocol.InvokeResponse>((answer) => this.client.invoke(request, answer));
    return {
      result: fromStruct(answered.getReturn()),
      failures: answered.getFailuresList().map((failure) => failure.getReason()),
    };
  }

  async cancel(): Promise<void> {
    await this.ask<Empty>((answer) => this.client.cancel(new Empty(), answer));
  }

  async parameterize(): Promise<void> {
    await this.ask<protocol.ParameterizeResponse>((answer) =>
      this.client.parameterize(new protocol.ParameterizeRequest(), answer),
    );
  }

  /**
   * `Group` as the engine names it; azure-native's types come with their module: `keyvault:Vault`.
   */
  private token(type: string): string {
    if (type.includes(":")) return `${this.plugin}:${type}`;
    return `${this.plugin}:index/${type.charAt(0).toLowerCase()}${type.slice(1)}:${type}`;
  }

  private urn(type: string, name = "it"): string {
    return `urn:pulumi:dev::test::${this.token(type)}::${name}`;
  }

  private ask<T>(call: (answer: (error: ServiceError | null, response: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      call((error, response) => {
        if (error) reject(error);
        else resolve(response);
      });
    });
  }
}

/** What an error says about the half that was done. */
export function halfDone(error: unknown): HalfDone | undefined {
  const metadata = (error as { metadata?: Metadata }).metadata ?? new Metadata();
  const [bytes] = metadata.get("grpc-status-details-bin");
  if (!(bytes instanceof Buffer)) return undefined;
  const [detail] = Status.deserializeBinary(bytes).getDetailsList();
  if (detail?.getTypeName() !== "pulumirpc.ErrorResourceInitFailed") return undefined;
  const failure = protocol.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
  return { id: failure.getId(), state: fromStruct(failure.getProperties()), reasons: failure.getReasonsList() };
}

/** The message of a call that has to fail. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return (error as ServiceError).details;
  }
  throw new Error("It was not refused.");
}

function checked(response: protocol.CheckResponse): { inputs: ValueRecord; failures: string[] } {
  return {
    inputs: fromStruct(response.getInputs()),
    failures: response.getFailuresList().map((failure) => failure.getReason()),
  };
}
