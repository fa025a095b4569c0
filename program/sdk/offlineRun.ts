import { missingMember } from "./missingMember";

/** A resource that a program declares. */
export interface OfflineResource {
  /** Such as `azuread:index/group:Group`. */
  readonly type: string;
  /** Name in the program. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** False for a component. */
  readonly isCustom: boolean;
}

/** What stands in for the engine and the providers. */
export interface OfflineAnswers {
  /** ID and outputs of a resource, as its provider would return them; the inputs are among the outputs. */
  readonly created: (resource: OfflineResource) => { readonly id: string; readonly outputs: Record<string, unknown> };
  /** Result of a provider's function. @param token such as `azuread:index/getUser:getUser`. */
  readonly called: (token: string, inputs: Readonly<Record<string, unknown>>) => Record<string, unknown>;
}

/** What the SDK keeps of one run. */
interface Store {
  readonly settings: { readonly options: Record<string, unknown>; monitor?: unknown };
  /** The server by which an engine calls hooks: there is no engine. */
  callbacks?: object;
  supportsResourceHooks: boolean;
  supportsErrorHooks: boolean;
  supportsDeletedWith: boolean;
  supportsReplaceWith: boolean;
  supportsAliasSpecs: boolean;
}

interface State {
  readonly withLocalStorage?: <Result>(run: () => Promise<Result>) => Promise<Result>;
  readonly getStore?: () => Store;
}

interface Mocks {
  readonly MockMonitor?: new (mocks: object) => object;
}

interface MockArguments {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly custom?: boolean;
}

/**
 * Runs declarations without an engine, a provider or a request, and returns once all of them are
 * registered. Other runs of the process know nothing of it.
 * @throws VisibleError for an SDK without the members that this needs.
 */
export async function offlineRun(declare: () => Promise<void>, answers: OfflineAnswers): Promise<void> {
  /* eslint-disable @typescript-eslint/no-require-imports -- modules without types, loaded only when this runs */
  const { withLocalStorage, getStore } = require("@pulumi/pulumi/runtime/state") as State;
  const { MockMonitor } = require("@pulumi/pulumi/runtime/mocks") as Mocks;
  const { waitForRPCs } = require("@pulumi/pulumi/runtime/settings") as { waitForRPCs?: () => Promise<void> };
  /* eslint-enable */
  if (withLocalStorage === undefined || getStore === undefined) throw missingMember("runtime/state.withLocalStorage");
  if (MockMonitor === undefined) throw missingMember("runtime/mocks.MockMonitor");
  if (waitForRPCs === undefined) throw missingMember("runtime/settings.waitForRPCs");
  const monitor = new MockMonitor({
    newResource: ({ type, name, inputs, custom = true }: MockArguments) => {
      const { id, outputs } = answers.created({ type, name, inputs, isCustom: custom });
      return { id, state: { ...inputs, ...outputs } };
    },
    call: ({ token, inputs }: { readonly token: string; readonly inputs: Record<string, unknown> }) =>
      answers.called(token, inputs),
  });
  await withLocalStorage(async () => {
    const store = getStore();
    store.settings.monitor = monitor;
    Object.assign(store.settings.options, { monitorAddr: "mock", dryRun: false });
    store.callbacks = {
      registerResourceHook: nothing,
      registerErrorHook: nothing,
      awaitStackRegistrations: nothing,
      shutdown: () => {},
    };
    store.supportsResourceHooks = true;
    store.supportsErrorHooks = true;
    store.supportsDeletedWith = true;
    store.supportsReplaceWith = true;
    store.supportsAliasSpecs = true;
    await declare();
    await waitForRPCs();
  });
}

async function nothing(): Promise<void> {}
