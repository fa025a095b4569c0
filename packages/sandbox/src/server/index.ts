/**
 * Starts and stops the sandbox: the emulated cloud of one home, behind an HTTPS and an HTTP
 * listener on this machine.
 */
import { readFile } from "node:fs/promises";
import type http from "node:http";
import { VisibleError } from "@defender-mssp/errors";
import { Clock } from "../cloud/clock";
import { EmulatedCloud } from "../cloud/cloud";
import type { Json } from "../cloud/model";
import type { SandboxEnvironment } from "../cloud/sandboxEnvironment";
import { clearHome, isSandboxHome, prepareHome, sandboxPaths, setAsideHome, type SandboxPaths } from "../cloud/home";
import { msspTenantId } from "../cloud/identity";
import { generateSecret } from "../cloud/secrets";
import type { PermissionUse } from "../cloud/permissionUse";
import type { TenantDescription } from "../cloud/tenantMaker";
import { Replicas, type ReplicaOptions } from "../cloud/replicas";
import { Store } from "../cloud/store";
import { setSwitches, switchValues } from "../cloud/switches";
import { newTenant } from "../seed/newTenant";
import type { SeededTenant } from "../seed/seedTenants";
import { putEvents, type EventsAnswer } from "../defender/customDetections/putEvents";
import { detectionIntervalFor } from "../defender/detections";
import { tokenKeys, type TokenKeys } from "../entra/keys";
import type { OpenProxy, ProxiedSandbox, ProxyOptions } from "../proxy/openProxy";
import { makeApp, type Exchange } from "./app";
import { areas } from "./areas";
import { ClockControl } from "./clockControl";
import type { Companion } from "./companion";
import { certificateFiles, serverCertificate, type ServerCertificate } from "./serverCertificate";
import { changeConsent, type ChangedConsent, type ConsentChange } from "./changeConsent";
import { ask, changeSwitches, isAlive, takeLease, type Lease } from "./controlClient";
import { addControl, Leases } from "./addControl";
import { Faults, type FaultOptions } from "./faults/index";
import { prepareEnvironment, type EnvironmentOptions } from "./environment";
import { listen, listenForHome, type Listener } from "./listener";
import { claim, currentOwner, type HomeOwner } from "./owner";
import { readPermissionUse, writePermissionUse } from "./permissionFile";

export type { ChangedConsent, ConsentAct } from "./changeConsent";
export { automationPermissions } from "../graph/newDirectory";
export type { TenantDescription } from "../cloud/tenantMaker";
export type { Exchange } from "./app";
export type { SeededTenant } from "../seed/seedTenants";
export type { EventsAnswer } from "../defender/customDetections/putEvents";
export {
  cutKinds,
  faultKinds,
  sights,
  type CutKind,
  type FaultKind,
  type FaultOptions,
  type Sight,
} from "./faults/index";
export { lagsOf, replicaProfiles, type ReplicaProfile, type ReplicaService } from "../cloud/replicaProfiles";
export { replicaSights, type ReplicaOptions, type ReplicaSight } from "../cloud/replicas";
export type { EnvironmentOptions } from "./environment";
export { commandEnvironment, type SandboxEnvironment } from "../cloud/sandboxEnvironment";
export type { Companion, CompanionServer } from "./companion";
export type { OpenProxy, ProxyOptions } from "../proxy/openProxy";
export { guarded, isSandboxHome, writeWhenDifferent } from "../cloud/home";
export { sandboxHome } from "./environment";
export type { ClockChange, ClockState } from "./clockControl";
export type { SandboxStatus } from "./addControl";
export type { IdentityUse, UsedPermission } from "../cloud/permissionUse";
export type { PermissionReport } from "./permissionReport";
export { forgetPermissionUse, sandboxPermissions } from "./permissionFile";
export { environmentOfRunning, openServerLog, runningSandbox, sandboxClock, stopSandbox } from "./running";

export interface SandboxOptions {
  /** The sandbox's folder, created if it is missing. */
  readonly home: string;
  /** The HTTPS port. By default the home's usual one, or a free one while that is in use. */
  readonly port?: number;
  /** Tenants to create at the start, with their names. */
  readonly tenants?: readonly TenantDescription[];
  /** Asked when a tenant is used that is not there: a stack may have been added since the start. */
  readonly describeTenants?: () => Promise<readonly TenantDescription[]>;
  readonly clock?: Clock;
  /** How many alerts each tenant's Defender has at any time, give or take one; 2160 by default. */
  readonly alerts?: number;
  /** Gets a line for each request, without secrets. */
  readonly log?: (line: string) => void;
  /**
   * Receives each request with its answer, including secrets: for a test that searches secrets in
   * other places.
   */
  readonly observe?: (exchange: Exchange) => void;
  /**
   * A new home gets the signing key that this process has made for others: for tests, which start
   * many sandboxes. A key takes 0.12 s of CPU time.
   */
  readonly sharesSigningKey?: boolean;
  /** Injected faults. Default: none. */
  readonly faults?: FaultOptions;
  /** How long writes take until each replica has them. Default: no time. */
  readonly replicas?: ReplicaOptions;
  /** What the clock shows at the start, ISO 8601. Default: the machine's time. */
  readonly asOf?: string;
  /** Servers for other programs, each by the control route of its name. */
  readonly companions?: Readonly<Record<string, Companion>>;
  /** Name of the set of plugins of the command that starts it, which `environmentOfRunning` tells others. */
  readonly pluginSet?: string;
  /** Called when `stopSandbox` asks for the end. Without it the sandbox refuses. */
  readonly onStopRequest?: () => void;
}

/** A sandbox that commands can use. */
export interface Sandbox {
  /** Process that runs it. */
  readonly pid: number;
  readonly origins: { readonly https: string; readonly http: string };
  /**
   * Creates the certificate files, and returns the environment of a command.
   */
  environment(options?: EnvironmentOptions): Promise<SandboxEnvironment>;
  /** Starts a proxy, by which programs reach it under Microsoft's own names. */
  proxy(options: ProxyOptions): Promise<OpenProxy>;
  stop(): Promise<void>;
}

/** A sandbox that this process runs. */
export interface OwnSandbox extends Sandbox {
  readonly cloud: EmulatedCloud;
  /** Requests that no route answers, such as `GET /v1.0/me/messages`, in order. */
  readonly undocumentedRequests: readonly string[];
  /** The injected faults, if any: counts, and `percent`, which can be set. */
  readonly faults: Faults | undefined;
  /** Which permissions requests have needed, in this and earlier processes. */
  readonly permissionUse: PermissionUse;
  /** How many other commands use it. */
  readonly joined: number;
  /** Resolves when no other command uses it; from then on none can join. */
  closeToOthers(): Promise<void>;
}

/** A sandbox that another process runs. */
export interface JoinedSandbox extends Sandbox {
  /** Resolves when that process has ended, or `stop` was called. */
  readonly ended: Promise<void>;
}

/**
 * Starts the sandbox of a home. Throws `VisibleError` if another process runs it, or on a port,
 * file or disk error.
 */
export async function startSandbox(options: SandboxOptions): Promise<OwnSandbox> {
  const result = await startOrFindOwner(options);
  if ("started" in result) return result.started;
  throw new VisibleError(
    `The sandbox in ${sandboxPaths(options.home).home} is run by process ${result.owner.pid} already. Stop that one, or choose another folder with --home.`,
  );
}

/**
 * Starts the sandbox of a home, or joins the one that runs. Throws `VisibleError` for options that
 * a running sandbox cannot apply: another port, a number of alerts, faults.
 */
export async function openSandbox(options: SandboxOptions): Promise<OwnSandbox | JoinedSandbox> {
  for (;;) {
    const result = await startOrFindOwner(options);
    if ("started" in result) return result.started;
    refuseLateOptions(options, result.owner);
    const lease = await takeLease(result.owner, options.tenants ?? []);
    if (lease !== undefined) return joined(options, lease);
    // It is stopping: wait until it has.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Refuses options that apply only at the start. Throws `VisibleError`: ignoring them would falsify
 * the results.
 */
function refuseLateOptions({ home, ...options }: SandboxOptions, owner: HomeOwner): void {
  const late = (["alerts", "faults", "replicas", "asOf"] as const)
    .filter((name) => options[name] !== undefined)
    .map((name) => `--set ${name}`);
  if (late.length === 0) return;
  throw new VisibleError(
    `The sandbox in ${sandboxPaths(home).home} is run by process ${owner.pid} already: ${late.join(" and ")} can ` +
      "only be given to the command that starts it. " +
      "Stop that one, or choose another folder with --home.",
  );
}

/** Whether this process has started the sandbox. */
export function isOwn(sandbox: OwnSandbox | JoinedSandbox): sandbox is OwnSandbox {
  return "cloud" in sandbox;
}

/**
 * Sets switches of a tenant (`../cloud/switches.ts`), in the running sandbox, otherwise on disk.
 * Returns all switches of the tenant. Throws `VisibleError` for an unknown switch or value.
 */
export async function setTenantSwitches(
  options: SandboxOptions,
  tenantId: string,
  set: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const result = await startOrFindOwner(options);
  if ("owner" in result) return changeSwitches(result.owner, { tenantId, set });
  const { started } = result;
  try {
    const tenant = started.cloud.tenant(tenantId);
    setSwitches(tenant, set);
    started.cloud.changed();
    return switchValues(tenant);
  } finally {
    await started.stop();
  }
}

/**
 * Gives or removes a tenant's consent to an application, or enables or disables it there, in the running sandbox,
 * otherwise on disk. @throws VisibleError where the tenant does not have the application
 */
export async function changeTenantConsent(options: SandboxOptions, change: ConsentChange): Promise<ChangedConsent> {
  const result = await startOrFindOwner(options);
  if ("owner" in result) return ask<ChangedConsent>(result.owner, "POST", "/sandbox/consent", change);
  const { started } = result;
  try {
    return changeConsent(started.cloud, change);
  } finally {
    await started.stop();
  }
}

/**
 * Puts events into a tenant, in the running sandbox, otherwise on disk, and runs the custom detection
 * rules that are due. @param tables rows by the table's name. @param as classification of the new alerts.
 * Throws `VisibleError`.
 */
export async function putTenantEvents(
  options: SandboxOptions,
  tenantId: string,
  tables: Json,
  as?: string,
): Promise<EventsAnswer> {
  const result = await startOrFindOwner(options);
  if ("owner" in result) return ask<EventsAnswer>(result.owner, "POST", "/sandbox/events", { tenantId, tables, as });
  const { started } = result;
  try {
    return await putEvents(started.cloud, started.cloud.tenant(tenantId), tables, as);
  } finally {
    await started.stop();
  }
}

/**
 * Adds the users, groups, applications and switches of a seed to its tenants, in the running sandbox,
 * otherwise on disk. Tenants that are missing are made, objects that are there stay as they are.
 * @param seed `{ tenants: [ … ] }`, see docs/sandbox.md. @throws VisibleError that names every wrong place; then
 * nothing is changed
 */
export async function seedSandbox(options: SandboxOptions, seed: unknown): Promise<readonly SeededTenant[]> {
  const result = await startOrFindOwner(options);
  if ("owner" in result)
    return (await ask<{ tenants: SeededTenant[] }>(result.owner, "POST", "/sandbox/seed", seed as object)).tenants;
  const { started } = result;
  try {
    const { seedTenants } = await import("../seed/seedTenants.js");
    return seedTenants(started.cloud, seed);
  } finally {
    await started.stop();
  }
}

/**
 * Deletes all data of a home: tenants, keys, and `others`, folders that other programs keep there.
 * Throws `VisibleError` while a sandbox runs there.
 */
export async function resetSandbox(home: string, others: readonly string[] = []): Promise<"reset" | "nothing there"> {
  if (!(await isSandboxHome(home))) return "nothing there";
  const paths = sandboxPaths(home);
  // During the deletion it is the owner, and answers that it is stopping.
  let token = "";
  const listener = await listen((request, response) => {
    const isHello = request.url === "/sandbox/hello" && request.headers.authorization === `Bearer ${token}`;
    response.writeHead(isHello ? 200 : 503).end();
  });
  try {
    const result = await claim(paths.home, listener.port, isAlive);
    if ("owner" in result) {
      throw new VisibleError(
        `The sandbox in ${paths.home} is in use by process ${result.owner.pid}. Stop that first; nothing was deleted.`,
      );
    }
    ({ token } = result.claimed);
    await clearHome(paths.home, others);
    return "reset";
  } finally {
    await listener.close(0);
  }
}

/**
 * Renames a home that a program of another format wrote. @returns its new place; undefined where there is none.
 * @throws VisibleError while a sandbox runs there.
 */
export async function setAsideSandbox(home: string): Promise<string | undefined> {
  const { home: folder } = sandboxPaths(home);
  return setAsideHome(folder, async () => {
    const owner = await currentOwner(folder, isAlive);
    if (owner === undefined) return;
    throw new VisibleError(
      `The sandbox in ${folder} is of another version, and process ${owner.pid} runs it. Stop that first; nothing was changed.`,
    );
  });
}

/**
 * The cloud of a home as on disk, also while a sandbox runs, with the tenants that the next start
 * would create. Writes nothing.
 */
export async function readCloud(home: string, tenants: readonly TenantDescription[] = []): Promise<EmulatedCloud> {
  const cloud = await EmulatedCloud.open(new Store(sandboxPaths(home).cloud, "read-only"), newTenant);
  makeTenants(cloud, tenants);
  return cloud;
}

async function startOrFindOwner(
  options: SandboxOptions,
): Promise<{ readonly started: OwnSandbox } | { readonly owner: HomeOwner }> {
  const paths = await prepareHome(options.home);
  // The common case of a second command, without a listener.
  const running = await currentOwner(paths.home, isAlive);
  if (running !== undefined) return { owner: running };
  const gate = new Gate();
  const httpListener = await listen(gate.handler);
  try {
    const result = await claim(paths.home, httpListener.port, isAlive);
    if ("owner" in result) {
      gate.open(refuse);
      await httpListener.close(0);
      return result;
    }
    return { started: await start(options, paths, result.claimed, gate, httpListener) };
  } catch (error) {
    gate.open(refuse);
    await httpListener.close(0);
    throw error;
  }
}

/** Holds requests until the cloud is loaded: the port is known and claimed before. */
class Gate {
  #open: ((handler: http.RequestListener) => void) | undefined;
  readonly #handler = new Promise<http.RequestListener>((resolve) => (this.#open = resolve));

  readonly handler: http.RequestListener = (request, response) => {
    void this.#handler.then((handler) => {
      handler(request, response);
    });
  };

  open(handler: http.RequestListener): void {
    this.#open?.(handler);
  }
}

const refuse: http.RequestListener = (_request, response) => {
  response.writeHead(503).end();
};

/** The parts of a home's server before it listens. */
interface Opened {
  readonly cloud: EmulatedCloud;
  readonly keys: TokenKeys;
  readonly certificate: ServerCertificate;
  /** The automation's client secret, valid while this server runs. */
  readonly clientSecret: string;
  readonly faults: Faults | undefined;
  readonly permissionUse: PermissionUse;
}

async function openHome(options: SandboxOptions, paths: SandboxPaths): Promise<Opened> {
  const clock = options.clock ?? new Clock();
  const store = new Store(paths.cloud, "owned");
  const faults = options.faults === undefined ? undefined : new Faults(options.faults, clock);
  const { seed } = options.faults ?? {};
  const replicas = new Replicas(clock, {
    profile: "calm",
    ...(seed === undefined ? {} : { seed }),
    ...options.replicas,
  });
  replicas.hasFaults = faults?.mayLag === true;
  const [cloud, keys, certificate] = await Promise.all([
    EmulatedCloud.open(store, newTenant, clock, replicas),
    tokenKeys(paths.keys, options.sharesSigningKey),
    serverCertificate(paths.keys, clock.now()),
  ]);
  // Clients judge the certificate by the machine's time.
  if (options.asOf !== undefined) new ClockControl(cloud).change({ set: options.asOf });
  cloud.setSealingKey(keys.sealingKey);
  if (options.alerts !== undefined) cloud.detectionInterval = detectionIntervalFor(options.alerts);
  await store.removeLeftovers();
  const clientSecret = generateSecret();
  cloud.acceptPassingSecret(clientSecret);
  const permissionUse = await readPermissionUse(paths.permissions);
  return { cloud, keys, certificate, clientSecret, faults, permissionUse };
}

async function start(
  options: SandboxOptions,
  paths: SandboxPaths,
  owner: HomeOwner,
  gate: Gate,
  httpListener: Listener,
): Promise<OwnSandbox> {
  const opened = await openHome(options, paths);
  const { cloud, keys, certificate, clientSecret, faults, permissionUse } = opened;
  const leases = new Leases();
  const undocumentedRequests: string[] = [];
  let httpsPort = 0;
  const { pluginSet, companions = {} } = options;
  const sandbox = () => ({
    pid: process.pid,
    httpsPort,
    httpPort: httpListener.port,
    clientSecret,
    pluginSet,
    movedMilliseconds: cloud.clock.movedMilliseconds,
    timeScale: timeScaleOf(cloud),
  });
  const undocumented = () => undocumentedRequests;
  const app = await makeApp({
    cloud,
    keys,
    areas,
    permissionUse,
    control: (scope) =>
      addControl(scope, {
        cloud,
        token: owner.token,
        leases,
        companions,
        permissionUse,
        undocumented,
        sandbox,
        ...(options.onStopRequest === undefined ? {} : { onStopRequest: options.onStopRequest }),
      }),
    ...(options.describeTenants === undefined ? {} : { describeTenants: options.describeTenants }),
    ...(options.log === undefined ? {} : { log: options.log }),
    ...(options.observe === undefined ? {} : { observe: options.observe }),
    ...(faults === undefined ? {} : { faults }),
    onUndocumented: (request) => undocumentedRequests.push(request),
  });
  const handler: http.RequestListener = (request, response) => {
    app.routing(request, response);
  };
  const httpsListener = await listenForClients(options, paths, handler, certificate);
  httpsPort = httpsListener.port;
  cloud.setOrigins(originsOf(httpsPort, httpListener.port));
  await saveTenants(cloud, options.tenants, httpsListener);
  gate.open(handler);
  const close = async () => {
    await httpsListener.close();
    await cloud.saved();
    if (permissionUse.isChanged) await writePermissionUse(paths.permissions, permissionUse);
    await app.close();
    // Last: while it answers, this process is the home's owner.
    await httpListener.close();
  };
  return ownSandbox({ ...opened, paths, leases, companions, undocumentedRequests, httpsPort, close });
}

/** Where the tenants can't be made or written, the listener is closed again. */
async function saveTenants(
  cloud: EmulatedCloud,
  tenants: SandboxOptions["tenants"],
  listener: Listener,
): Promise<void> {
  try {
    makeTenants(cloud, tenants ?? []);
    await cloud.saved();
  } catch (error) {
    await listener.close(0);
    throw error;
  }
}

/** The HTTPS listener: on the port of the options, else on the port that the home had before. */
function listenForClients(
  { port }: SandboxOptions,
  { home }: SandboxPaths,
  handler: http.RequestListener,
  certificate: Parameters<typeof listenForHome>[2],
): Promise<Listener> {
  return port === undefined ? listenForHome(home, handler, certificate) : listen(handler, { port, certificate });
}

interface Running extends Opened {
  readonly paths: SandboxPaths;
  readonly leases: Leases;
  readonly companions: Readonly<Record<string, Companion>>;
  readonly undocumentedRequests: readonly string[];
  readonly httpsPort: number;
  /** Saves the cloud and ends both listeners. */
  close(): Promise<void>;
}

function ownSandbox(running: Running): OwnSandbox {
  const { cloud, faults, permissionUse, paths, leases, companions, undocumentedRequests, httpsPort } = running;
  return {
    pid: process.pid,
    origins: cloud.origins,
    cloud,
    undocumentedRequests,
    faults,
    permissionUse,
    get joined() {
      return leases.count;
    },
    environment: (environmentOptions) => {
      const { clientSecret, certificate, cloud } = running;
      const { movedMilliseconds } = cloud.clock;
      const access = { httpsPort, clientSecret, certificate: certificate.certificate, movedMilliseconds };
      return prepareEnvironment(paths, { ...access, timeScale: timeScaleOf(cloud) }, environmentOptions);
    },
    proxy: (proxyOptions) => {
      const { clientSecret, certificate } = running;
      return proxyTo({ httpsPort, certificate: certificate.certificate, clientSecret }, proxyOptions);
    },
    closeToOthers: async () => {
      while (leases.count > 0) await leases.none();
      leases.isClosed = true;
    },
    stop: async () => {
      leases.close();
      for (const companion of Object.values(companions)) await companion.stop();
      await running.close();
    },
  };
}

function joined(options: SandboxOptions, lease: Lease): JoinedSandbox {
  const { pid, httpsPort, httpPort, clientSecret } = lease.sandbox;
  if (options.port !== undefined && options.port !== httpsPort) {
    lease.end();
    throw new VisibleError(
      `The sandbox in ${sandboxPaths(options.home).home} runs already (process ${pid}), on port ${httpsPort}. Leave --port out to join it.`,
    );
  }
  const paths = sandboxPaths(options.home);
  return {
    pid,
    origins: originsOf(httpsPort, httpPort),
    ended: lease.ended,
    environment: (environmentOptions) => prepareEnvironment(paths, lease.sandbox, environmentOptions),
    proxy: async (proxyOptions) => {
      const certificate = await readFile(certificateFiles(paths.keys).certificate, "utf8");
      return proxyTo({ httpsPort, certificate, clientSecret }, proxyOptions);
    },
    stop: async () => {
      lease.end();
      await lease.ended;
    },
  };
}

/** What the environment of a client says of the replicas. */
function timeScaleOf(cloud: EmulatedCloud): number | undefined {
  return cloud.replicas.timeScale(cloud.records());
}

/** File of the certificate, in PEM, that clients of the sandbox in a home trust. */
export function certificateFile(home: string): string {
  return certificateFiles(sandboxPaths(home).keys).certificate;
}

/** Loaded on demand: few commands need a proxy. */
async function proxyTo(sandbox: ProxiedSandbox, options: ProxyOptions): Promise<OpenProxy> {
  const { openProxy } = await import("../proxy/openProxy.js");
  return openProxy(sandbox, options);
}

function originsOf(httpsPort: number, httpPort: number): { https: string; http: string } {
  return { https: `https://127.0.0.1:${httpsPort}`, http: `http://127.0.0.1:${httpPort}` };
}

/** The MSSP's tenant always exists; tenants of stacks get their names. */
function makeTenants(cloud: EmulatedCloud, tenants: readonly TenantDescription[]): void {
  for (const description of [...tenants, { tenantId: msspTenantId }]) cloud.describedTenant(description);
}
