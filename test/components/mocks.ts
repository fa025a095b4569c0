/**
 * Pulumi mocks that record what the engine would be asked for: not only types, names and inputs, but the options as
 * well, which `pulumi.runtime.setMocks` alone doesn't show. What they don't prove: that the engine and a provider
 * accept it, and in which order; that is for the tests on the real engine.
 */
import { publishedApplications } from "@defender-mssp/microsoft";
import * as grpc from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import { CallbacksClient } from "@pulumi/pulumi/proto/callback_grpc_pb";
import { CallbackInvokeRequest, type Callback, type CallbackInvokeResponse } from "@pulumi/pulumi/proto/callback_pb";
import {
  ResourceHookRequest,
  ResourceHookResponse,
  ErrorHookRequest,
  ErrorHookResponse,
  type RegisterErrorHookRequest,
  type RegisterResourceHookRequest,
  type RegisterResourceRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- a module without types
const { withoutPromiseTraces } = require("../../program/sdk/shortcuts.js") as {
  readonly withoutPromiseTraces: () => void;
};
// As the program does. They take a third of these tests' time.
withoutPromiseTraces();

/** One resource that was asked for. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** `<type>::<name>` of the parent, empty for none. */
  readonly parent: string;
  /** The explicit provider's URN and ID, empty for none. */
  readonly provider: string;
  readonly custom: boolean;
  /** Names of the resources that it waits for, sorted. */
  readonly dependsOn: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly additionalSecretOutputs: readonly string[];
  readonly beforeUpdate: readonly string[];
}

export interface Invocation {
  readonly token: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly provider: string;
}

export interface Hook {
  readonly name: string;
  readonly onDryRun: boolean;
  /** Runs the hook as the engine does. @returns its error, empty for none. */
  run(oldInputs: Record<string, JavaScriptValue>, newInputs: Record<string, JavaScriptValue>): Promise<string>;
}

export interface ErrorHook {
  readonly name: string;
  /** Runs the hook as the engine does after a failed call. @returns whether the call is to be made again. */
  run(errors: string[]): Promise<boolean>;
}

export interface Recording {
  readonly resources: Registration[];
  readonly invocations: Invocation[];
  readonly hooks: Hook[];
  readonly errorHooks: ErrorHook[];
}

export interface MockOptions {
  /** Outputs that differ from the inputs, by type. */
  readonly outputs?: Readonly<Record<string, object>>;
  /** As in a preview: outputs that the cloud decides are unknown. */
  readonly preview?: boolean;
  /** The tenant that the credentials reach, or the error of a failed sign-in. */
  readonly reached?: string | Error;
  /** The resources that the stack has deployed before: types, or outputs as well. */
  readonly deployed?: readonly (string | { readonly type: string; readonly outputs: object })[];
  /** The outputs of resources that the stack has deployed before, by URN. */
  readonly state?: Readonly<Record<string, { readonly type: string; readonly outputs: Record<string, unknown> }>>;
  /** Is waited for before the stack's state is answered. */
  readonly whileStateIsRead?: () => Promise<void>;
  /** Properties of each existing vault; none: there is no vault. */
  readonly vault?: Readonly<Record<string, unknown>>;
  /** How many applications of the SIEM connector's name the tenant has; or why nobody may look. */
  readonly namesakes?: number | Error;
}

export const tenantId = "c0570500-0000-4000-8000-00000000000a";
export const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";

let recording: Recording = { resources: [], invocations: [], hooks: [], errorHooks: [] };

/** Starts a recording. The components must be imported after the first call's file has been. */
export async function startMocks(options: MockOptions = {}): Promise<Recording> {
  recording = { resources: [], invocations: [], hooks: [], errorHooks: [] };
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => ({
        id:
          options.preview && isNamedByTenant(type) ? undefined : `${name}${isNamedByTenant(type) ? "-object" : "-id"}`,
        state: {
          ...(inputs as object),
          ...(options.preview ? {} : computed(type, name, inputs as Record<string, unknown>)),
          ...options.outputs?.[type],
        },
      }),
      call: ({ token, inputs, provider }) => {
        recording.invocations.push({ token, inputs: inputs as Record<string, unknown>, provider: provider ?? "" });
        const answered = () => answer(token, inputs as Record<string, unknown>, options);
        const isState = token === "pulumi:pulumi:readStackResourceOutputs";
        return isState && options.whileStateIsRead ? options.whileStateIsRead().then(answered) : answered();
      },
    },
    "defender-mssp",
    "dev",
    options.preview ?? false,
    "organization",
  );
  // Most tests of a component leave the provider out.
  pulumi.runtime.setConfig("azuread:tenantId", tenantId);
  return recording;
}

/**
 * Value and secretness of an output, whose value is undefined while it is unknown, and where there is no such output.
 */
export async function resolved<T>(
  output: pulumi.Output<T> | undefined,
): Promise<{ value: T | undefined; secret: boolean }> {
  if (output === undefined) return { value: undefined, secret: false };
  const isSecret = await pulumi.isSecret(output);
  const known = await (output as unknown as { readonly isKnown: Promise<boolean> }).isKnown;
  if (!known) return { value: undefined, secret: isSecret };
  return { value: await new Promise<T>((resolve) => void output.apply(resolve)), secret: isSecret };
}

/** The only resource of a type. */
export function only(type: string): Registration {
  const found = recording.resources.filter((resource) => resource.type === type);
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type}`);
  return found[0]!;
}

/** Waits until everything that has been declared is registered. */
export async function settled(): Promise<void> {
  // On a loaded machine the next registration may take a while: nothing new several times in a row
  // counts.
  for (let quiet = 0; quiet < 5;) {
    const before = recorded();
    await new Promise((resolve) => setTimeout(resolve, 50));
    quiet = recorded() === before ? quiet + 1 : 0;
  }
}

function recorded(): number {
  return recording.resources.length + recording.invocations.length + recording.hooks.length;
}

/** Whether a resource's ID is the object ID in the tenant, which a preview doesn't know. */
function isNamedByTenant(type: string): boolean {
  return /:(Guest|MsspServicePrincipal)$/.test(type);
}

/** What the cloud would have decided. */
function computed(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  switch (type) {
    case "pulumi-nodejs:dynamic/defender-mssp:Guest":
      return { objectId: `${name}-object`, adopted: false, inviteRedeemUrl: `https://login.example/redeem?${name}` };
    case "pulumi-nodejs:dynamic/defender-mssp:PortalAccessModel":
      return { directoryScope: "/" };
    case "pulumi-nodejs:dynamic/defender-mssp:StackIdentity":
      return { stackId: "a0b1c2d3e4f5a6b7" };
    case "azuread:index/group:Group":
      return { objectId: `${name}-object` };
    case "azuread:index/applicationRegistration:ApplicationRegistration":
      return { clientId: `${name}-client` };
    case "azuread:index/servicePrincipal:ServicePrincipal":
      return { objectId: `${name}-object` };
    case "azuread:index/applicationPassword:ApplicationPassword":
      return { value: "sec~ret", keyId: "key" };
    case "random:index/randomId:RandomId":
      return { hex: "0123abcd" };
    case "random:index/randomUuid:RandomUuid":
      return { result: "00000000-0000-4000-8000-00000000abcd" };
    case "azure-native:keyvault:Vault":
      return { name: inputs["vaultName"] };
    case "azure-native:keyvault:Secret":
      return { name: inputs["secretName"] };
    case "azure-native:resources:ResourceGroup":
      return { name: inputs["resourceGroupName"] };
    case "pulumi-nodejs:dynamic/defender-mssp:MsspServicePrincipal":
      return { objectId: `${name}-object`, displayName: "Fabrikam SIEM", adopted: false };
    case "pulumi-nodejs:dynamic/defender-mssp:DefenderSiemAuthorization":
      return { adopted: false, status: inputs["mode"] === "endpoint" ? "authorized" : "manual" };
    case "pulumi-nodejs:dynamic/defender-mssp:AlertNotificationRule":
      return { adopted: false, status: inputs["mode"] === "endpoint" ? "configured" : "manual" };
    default:
      return {};
  }
}

function answer(
  token: string,
  inputs: Record<string, unknown>,
  { reached, deployed, state, vault, namesakes = 0 }: MockOptions,
) {
  switch (token) {
    case "azuread:index/getClientConfig:getClientConfig":
      // As the engine's errors come over gRPC.
      if (reached instanceof Error) throw Object.assign(reached, { details: reached.message });
      return { tenantId: reached ?? tenantId, clientId: "c", objectId: "o", id: "i" };
    case "azure-native:authorization:getClientConfig":
      if (reached instanceof Error) throw Object.assign(reached, { details: reached.message });
      return { tenantId: reached ?? msspTenantId, clientId: "c", objectId: "o", subscriptionId: "s" };
    case "azure-native:keyvault:getVault":
      if (vault === undefined) throw Object.assign(new Error("not found"), { details: "not found" });
      return { id: "vault", name: inputs["vaultName"], properties: vault };
    case "azuread:index/getServicePrincipal:getServicePrincipal":
      return { objectId: `principal-of-${String(inputs["clientId"])}`, ...permissionsOf(String(inputs["clientId"])) };
    case "azuread:index/getUser:getUser": {
      const { userPrincipalName, mail } = inputs as { userPrincipalName?: string; mail?: string };
      const found = userPrincipalName?.startsWith("upn.") ? userPrincipalName : mail?.startsWith("mail.") && mail;
      if (!found) throw Object.assign(new Error("User not found"), { details: "User not found" });
      return { objectId: `user-of-${found}` };
    }
    case "azuread:index/getApplication:getApplication":
      if (namesakes !== 1) {
        const found = namesakes === 0 ? "Application not found" : "Multiple applications found";
        const message = namesakes instanceof Error ? namesakes.message : found;
        throw Object.assign(new Error(message), { details: message });
      }
      return { clientId: "namesake-client", objectId: "namesake-object" };
    case "pulumi:pulumi:readStackResourceOutputs":
      return {
        outputs: {
          ...Object.fromEntries(
            (deployed ?? []).map((one, index) => {
              const resource = typeof one === "string" ? { type: one, outputs: {} } : one;
              return [`urn:pulumi:dev::defender-mssp::${resource.type}::deployed${index}`, resource];
            }),
          ),
          ...state,
        },
      };
    default:
      throw new Error(`unexpected function ${token}`);
  }
}

function permissionsOf(clientId: string) {
  const { appRoles, scopes } = publishedApplications.find(({ appId }) => appId === clientId)!;
  return { appRoleIds: appRoles, oauth2PermissionScopeIds: scopes };
}

type Callback1 = (error: Error | null, response: unknown) => void;

/** `setMocks` makes its monitor itself, so what it leaves out is added to the class. */
const monitor = MockMonitor.prototype as MockMonitor & {
  registerResourceHook?: (request: RegisterResourceHookRequest, callback: Callback1) => void;
  registerErrorHook?: (request: RegisterErrorHookRequest, callback: Callback1) => void;
};
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its monitor below
const registerResource = monitor.registerResource;

monitor.registerResource = async function (this: MockMonitor, request: RegisterResourceRequest, callback: Callback1) {
  if (request.getType() !== "pulumi:pulumi:Stack") recording.resources.push(registrationOf(request));
  await registerResource.call(this, request, callback);
};

monitor.registerResourceHook = (request, callback) => {
  const {
    name,
    onDryRun,
    callback: target,
  } = { name: request.getName(), onDryRun: request.getOnDryRun(), callback: request.getCallback()! };
  recording.hooks.push({ name, onDryRun, run: (olds, news) => runHook(target, olds, news) });
  callback(null, {});
};

monitor.registerErrorHook = (request, callback) => {
  const target = request.getCallback()!;
  recording.errorHooks.push({ name: request.getName(), run: (errors) => runErrorHook(target, errors) });
  callback(null, {});
};

function registrationOf(request: RegisterResourceRequest): Registration {
  const hooks = request.getHooks();
  return {
    type: request.getType(),
    name: request.getName(),
    inputs: request.getObject()?.toJavaScript() ?? {},
    parent: shortUrn(request.getParent()),
    provider: request.getProvider(),
    custom: request.getCustom(),
    dependsOn: [...new Set(request.getDependenciesList().map((urn) => urn.split("::").slice(3).join("::")))].sort(),
    ignoreChanges: request.getIgnorechangesList(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    beforeUpdate: hooks?.getBeforeUpdateList() ?? [],
  };
}

function shortUrn(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return urn === "" ? "" : `${types.split("$").pop() ?? ""}::${name}`;
}

async function runErrorHook(target: Callback, errors: string[]): Promise<boolean> {
  const request = new ErrorHookRequest();
  request.setErrorsList(errors);
  request.setFailedOperation("create");
  return ErrorHookResponse.deserializeBinary(await invoked(target, request.serializeBinary())).getRetry();
}

async function runHook(
  target: Callback,
  oldInputs: Record<string, JavaScriptValue>,
  newInputs: Record<string, JavaScriptValue>,
): Promise<string> {
  const request = new ResourceHookRequest();
  request.setOldInputs(Struct.fromJavaScript(oldInputs));
  request.setNewInputs(Struct.fromJavaScript(newInputs));
  return ResourceHookResponse.deserializeBinary(await invoked(target, request.serializeBinary())).getError();
}

async function invoked(target: Callback, request: Uint8Array): Promise<Uint8Array> {
  const invoke = new CallbackInvokeRequest();
  invoke.setToken(target.getToken());
  invoke.setRequest(request);
  const client = new CallbacksClient(target.getTarget(), grpc.credentials.createInsecure());
  try {
    const response = await new Promise<CallbackInvokeResponse>((resolve, reject) => {
      client.invoke(invoke, (error, answered) => (error === null ? resolve(answered) : reject(error)));
    });
    return response.getResponse_asU8();
  } finally {
    client.close();
  }
}
