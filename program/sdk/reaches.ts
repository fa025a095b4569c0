/** How a reach behaves where a release of the SDK has another member. */
type IfMissing =
  /** The SDK works as it does without the reach. */
  | "unpatched"
  /** The command stops with a message that names the member. */
  | "stops";

/** A place where this project uses more of Pulumi's SDK than its interface. */
export interface Reach {
  /** File of this folder. */
  readonly file: string;
  readonly what: string;
  readonly why: string;
  /** Processor time that it saves, measured as the page of the reaches says; or what else it gains. */
  readonly gain: { readonly milliseconds: number; readonly of: string } | string;
  /** Modules and their members, which a test looks for in the installed SDK. */
  readonly members: readonly (readonly [module: string, member: string])[];
  readonly ifMissing: IfMissing;
  readonly test: string;
}

/**
 * Releases of the SDK whose files have all members. The tests run 3.248.0, which the packages
 * install.
 */
export const sdkVersions = { from: "3.200.0", to: "3.276.0" };

const shortcutsTest = "test/e2e/program.test.ts";
const reachesTest = "test/program/sdk/reaches.test.ts";
const processTest = "test/program/sdk/reaches.process.test.ts";

export const reaches: readonly Reach[] = [
  {
    file: "lazyCompilers.js",
    what: "replaces `Module._load` while the SDK loads",
    why: "the SDK loads the TypeScript compiler and npm's tree reader to write functions into the state, which this program never does",
    gain: { milliseconds: 790, of: "a preview" },
    members: [["node:module", "_load"]],
    ifMissing: "unpatched",
    test: shortcutsTest,
  },
  {
    file: "sourceMaps.js",
    what: "removes the `Error.prepareStackTrace` that the SDK sets",
    why: "with it, Node.js 20 hangs while it prints an uncaught error (nodejs/node#64011)",
    gain: "an error in place of a hang; 43 ms of a preview",
    members: [],
    ifMissing: "unpatched",
    test: "test/e2e/program.test.ts",
  },
  {
    file: "sourcePositions.js",
    what: "replaces `Resource.stackTrace`",
    why: "the engine writes the place of each declaration into the state, which nobody reads",
    gain: "a quarter of the bytes of a state, which the engine writes twice for each resource; 47 ms of a preview",
    members: [["@pulumi/pulumi", "Resource.stackTrace"]],
    ifMissing: "unpatched",
    test: processTest,
  },
  {
    file: "promiseTraces.js",
    what: "wraps `debuggablePromise`",
    why: "the SDK records a stack trace for each promise, which only `PULUMI_DEBUG_PROMISE_LEAKS` shows",
    gain: { milliseconds: 79, of: "a preview" },
    members: [["@pulumi/pulumi/runtime/debuggable", "debuggablePromise"]],
    ifMissing: "unpatched",
    test: shortcutsTest,
  },
  {
    file: "grpcClients.js",
    what: "replaces three classes of gRPC clients with ones that are closed after a run",
    why: "the SDK leaves them open, and they keep everything of the run in memory",
    gain: "2 MB of memory for each stack of a fleet run",
    members: [
      ["@pulumi/pulumi/proto/engine_grpc_pb", "EngineClient"],
      ["@pulumi/pulumi/proto/resource_grpc_pb", "ResourceMonitorClient"],
      ["@pulumi/pulumi/proto/callback_grpc_pb", "CallbacksClient"],
    ],
    ifMissing: "unpatched",
    test: processTest,
  },
  {
    file: "smallSdk.js",
    what: "compiles `@pulumi/policy` with two modules of the SDK in place of all",
    why: "the whole SDK takes longer to load than the rest of the policy pack",
    gain: { milliseconds: 579, of: "a preview with the policy pack" },
    members: [
      ["@pulumi/pulumi/asset", ""],
      ["@pulumi/pulumi/output", "Output"],
    ],
    ifMissing: "unpatched",
    test: shortcutsTest,
  },
  {
    file: "remediation.js",
    what: "removes the call `remediate` from those that the policy pack serves",
    why: "the engine asks about each resource twice, first whether a rule would change it, and no rule does",
    gain: { milliseconds: 90, of: "a preview with the policy pack" },
    members: [["@pulumi/pulumi/proto/analyzer_grpc_pb", "AnalyzerService.remediate"]],
    ifMissing: "unpatched",
    test: processTest,
  },
  {
    file: "runState.js",
    what: "reads the SDK's record of a run",
    why: "a run that the engine has ended needs no message of the program's",
    gain: "one error message in place of two",
    members: [["@pulumi/pulumi/runtime/state", "getStore"]],
    ifMissing: "unpatched",
    test: "test/e2e/program.test.ts",
  },
  {
    file: "wholeOutputs.js",
    what: "waits for `Output.isKnown`",
    why: "a program must not end before every resource that its outputs wait for",
    gain: "an error in place of deleted resources",
    members: [["@pulumi/pulumi", "Output.prototype.apply"]],
    ifMissing: "stops",
    test: "test/e2e/program.test.ts",
  },
  {
    file: "inspectedOutput.ts",
    what: "reads `isKnown`, `isSecret` and `promise` of outputs, which the SDK's types leave out",
    why: "outputs keep their last value where a run makes none; the plugin's plain arguments must be known and no secrets",
    gain: "behaviour that the interface has no way for",
    members: [],
    ifMissing: "stops",
    test: reachesTest,
  },
  {
    file: "stackResources.ts",
    what: "invokes `pulumi:pulumi:readStackResourceOutputs`",
    why: "the program reads its own stack's state before it declares a resource",
    gain: "behaviour that the interface has no way for",
    members: [["@pulumi/pulumi", "runtime.invoke"]],
    ifMissing: "stops",
    test: "test/components/tenant/tenantFeatures.test.ts",
  },
  {
    file: "secretValue.ts",
    what: "reads and writes the marks of secret values",
    why: "the SDK's plugin server leaves them in the properties of custom resources",
    gain: "behaviour that the interface has no way for",
    members: ["isRpcSecret", "specialSecretSig", "specialSigKey", "unwrapRpcSecret"].map(
      (member) => ["@pulumi/pulumi/runtime/rpc", member] as const,
    ),
    ifMissing: "stops",
    test: "test/plugin/customResources.test.ts",
  },
  {
    file: "automationStack.ts",
    what: "replaces `selectStack`, `outputs` and `info` of the Automation API",
    why: "each starts the engine once more, and `selectStack` writes a file that all workers share",
    gain: "four starts of the engine for each stack of a fleet run",
    members: [
      ["@pulumi/pulumi/automation", "LocalWorkspace.prototype.selectStack"],
      ["@pulumi/pulumi/automation", "Stack.prototype.outputs"],
      ["@pulumi/pulumi/automation", "Stack.prototype.info"],
    ],
    ifMissing: "stops",
    test: reachesTest,
  },
  {
    file: "failUnfinishedRuns.ts",
    what: "replaces `LanguageServer.run` of the Automation API",
    why: "the SDK leaves out an error of the engine's connection, and may answer that all resources are declared",
    gain: "an error in place of deleted resources",
    members: [["@pulumi/pulumi/automation/server", "LanguageServer.prototype.run"]],
    ifMissing: "stops",
    test: reachesTest,
  },
  {
    file: "offlineRun.ts",
    what: "sets the monitor and the callback server of a run's own store",
    why: "the hand-out lists what the components declare before there is a stack, an engine or a sign-in",
    gain: "one list of what `up` creates: that of the components",
    members: [
      ["@pulumi/pulumi/runtime/state", "withLocalStorage"],
      ["@pulumi/pulumi/runtime/state", "getStore"],
      ["@pulumi/pulumi/runtime/mocks", "MockMonitor"],
      ["@pulumi/pulumi/runtime/settings", "waitForRPCs"],
    ],
    ifMissing: "stops",
    test: "test/cli/planned/plannedResources.test.ts",
  },
  {
    file: "engineCommand.ts",
    what: "gives the Automation API an object in place of its `PulumiCommand`",
    why: "the API's own runner leaves the engine in the group that Ctrl-C reaches (pulumi/pulumi#6334)",
    gain: "an orderly end of interrupted fleet runs",
    members: [["@pulumi/pulumi/automation", "LocalWorkspace.create"]],
    ifMissing: "stops",
    test: reachesTest,
  },
  {
    file: "sdkProvider.ts",
    what: "starts `cmd/dynamic-provider` as a process and passes calls on to it",
    why: "an extension's own dynamic resource is code, which the SDK evaluates",
    gain: "a host of dynamic resources that evaluates nothing itself",
    members: [["@pulumi/pulumi/proto/provider_grpc_pb", "ResourceProviderClient"]],
    ifMissing: "stops",
    test: "test/program/dynamicHost/serve.test.ts",
  },
];
