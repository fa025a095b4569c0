/**
 * The control routes, `/sandbox/*`: a second command joins the sandbox of a first one. The
 * sandbox's own, not Microsoft's. A lease or a companion's server is an open connection, which ends with its
 * holder.
 */
import { isUuid } from "@defender-mssp/microsoft";
import { timingSafeEqual } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { VisibleError } from "@defender-mssp/errors";
import type { EmulatedCloud } from "../cloud/cloud";
import type { Json } from "../cloud/model";
import type { PermissionUse } from "../cloud/permissionUse";
import { setSwitches, switchValues } from "../cloud/switches";
import type { TenantDescription } from "../cloud/tenantMaker";
import { putEvents } from "../defender/customDetections/putEvents";
import { changeConsent, type ConsentChange } from "./changeConsent";
import type { Companion } from "./companion";
import { ClockControl } from "./clockControl";
import { permissionReport } from "./permissionReport";

/** Events, or a seed, of one command at most. */
const longestBody = 64 * 1024 * 1024;

/** Data for a joined command, besides the files of the home. */
export interface JoinAnswer {
  readonly pid: number;
  readonly httpsPort: number;
  readonly httpPort: number;
  readonly clientSecret: string;
  /** `SandboxOptions.pluginSet`. */
  readonly pluginSet?: string | undefined;
  /** How far a person has moved the server's clock. */
  readonly movedMilliseconds: number;
  /** Factor of the replicas' lags; undefined without lags. */
  readonly timeScale?: number | undefined;
}

/** The open connections of the commands that have joined. */
export class Leases {
  readonly #open = new Set<ServerResponse>();
  readonly #waiting = new Set<() => void>();
  /** Whether new leases are refused: the sandbox is stopping. */
  isClosed = false;

  get count(): number {
    return this.#open.size;
  }

  take(connection: ServerResponse): void {
    this.#open.add(connection);
    connection.once("close", () => {
      this.#open.delete(connection);
      if (this.#open.size > 0) return;
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    });
  }

  /** Resolves when no lease is held. */
  async none(): Promise<void> {
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** Refuses new leases and ends existing ones. */
  close(): void {
    this.isClosed = true;
    for (const connection of this.#open) connection.destroy();
  }
}

export interface ControlOptions {
  readonly cloud: EmulatedCloud;
  readonly token: string;
  readonly leases: Leases;
  /** By the last part of their route. */
  readonly companions: Readonly<Record<string, Companion>>;
  readonly permissionUse: PermissionUse;
  readonly undocumented: () => readonly string[];
  readonly sandbox: () => JoinAnswer;
  /** Ends the sandbox. Missing: it ends with the command that it was started for. */
  readonly onStopRequest?: () => void;
}

/** Answer of `/sandbox/status`. */
export interface SandboxStatus {
  readonly pid: number;
  readonly httpsPort: number;
  readonly httpPort: number;
  /** How many other commands use it. */
  readonly joined: number;
  /** Whether it runs until it is stopped, not only for one command. */
  readonly staysUp: boolean;
}

export function addControl(app: FastifyInstance, options: ControlOptions): void {
  app.addHook("onRequest", async (request, reply) => {
    if (!hasToken(request, options.token))
      await reply.code(401).send({ error: "The control token is missing or wrong." });
  });
  app.get("/sandbox/hello", () => ({ pid: process.pid }));
  app.get("/sandbox/status", () => statusOf(options));
  app.post("/sandbox/stop", (request, reply) => stop(request, reply, options));
  app.get("/sandbox/permissions", () => permissionReport(options.cloud, options.permissionUse));
  app.post("/sandbox/permissions/forget", () => {
    options.permissionUse.forget();
    return {};
  });
  const clock = new ClockControl(options.cloud);
  app.get("/sandbox/clock", () => clock.state());
  app.post("/sandbox/clock", (request, reply) => answered(reply, () => clock.change(request.body)));
  app.get("/sandbox/undocumented", () => ({ requests: options.undocumented() }));
  app.post("/sandbox/tenant", (request, reply) => changeTenant(request, reply, options.cloud));
  app.post("/sandbox/consent", (request, reply) =>
    answered(reply, () => changeConsent(options.cloud, request.body as ConsentChange)),
  );
  app.post("/sandbox/events", { bodyLimit: longestBody }, (request, reply) =>
    takeEvents(request, reply, options.cloud),
  );
  app.post("/sandbox/seed", { bodyLimit: longestBody }, (request, reply) => takeSeed(request, reply, options.cloud));
  app.post("/sandbox/lease", (request, reply) => giveLease(request, reply, options));
  for (const [name, companion] of Object.entries(options.companions))
    app.post(`/sandbox/${name}`, (request, reply) => openServer(request, reply, companion));
}

function statusOf({ leases, onStopRequest, sandbox }: ControlOptions): SandboxStatus {
  const { pid, httpsPort, httpPort } = sandbox();
  return { pid, httpsPort, httpPort, joined: leases.count, staysUp: onStopRequest !== undefined };
}

/** With `force` also while other commands use it. The connection ends when the process has stopped. */
async function stop(request: FastifyRequest, reply: FastifyReply, options: ControlOptions): Promise<FastifyReply> {
  const { leases, onStopRequest } = options;
  const { force } = (request.body ?? {}) as { force?: unknown };
  return answered(reply, () => {
    if (onStopRequest === undefined) {
      throw new VisibleError(
        `Process ${process.pid} runs the sandbox for its own command (\`sandbox run\`), and stops it when that has ended.`,
      );
    }
    if (leases.count > 0 && force !== true) {
      const users = leases.count === 1 ? "Another command uses" : `${leases.count} other commands use`;
      throw new VisibleError(`${users} this sandbox. Wait until that has ended, or stop it at once with --force.`);
    }
    leases.isClosed = true;
    // The answer is sent first.
    setImmediate(onStopRequest);
    return statusOf(options);
  });
}

/** Sets switches of a tenant, and answers all of them. */
async function changeTenant(request: FastifyRequest, reply: FastifyReply, cloud: EmulatedCloud): Promise<FastifyReply> {
  const { tenantId, set } = request.body as { tenantId: string; set: Record<string, string> };
  return answered(reply, () => {
    const tenant = cloud.tenant(tenantId);
    setSwitches(tenant, set);
    cloud.changed();
    return { switches: switchValues(tenant) };
  });
}

/** Puts events into a tenant, and answers which rules ran. */
async function takeEvents(request: FastifyRequest, reply: FastifyReply, cloud: EmulatedCloud): Promise<FastifyReply> {
  const { tenantId, tables, as } = request.body as { tenantId: string; tables: Json; as?: string };
  return answered(reply, () => putEvents(cloud, cloud.tenant(tenantId), tables, as));
}

/** Adds the objects of a seed. What reads it is loaded then. */
async function takeSeed(request: FastifyRequest, reply: FastifyReply, cloud: EmulatedCloud): Promise<FastifyReply> {
  const { seedTenants } = await import("../seed/seedTenants.js");
  return answered(reply, () => ({ tenants: seedTenants(cloud, request.body) }));
}

/** The result of `action` as JSON; an error for people as its text. */
async function answered(reply: FastifyReply, action: () => object | Promise<object>): Promise<FastifyReply> {
  try {
    return await reply.send(await action());
  } catch (error) {
    if (error instanceof VisibleError) return await reply.code(400).send({ error: error.message });
    throw error;
  }
}

async function giveLease(request: FastifyRequest, reply: FastifyReply, options: ControlOptions): Promise<FastifyReply> {
  const { cloud, leases } = options;
  if (leases.isClosed) return reply.code(503).send({ error: "The sandbox is stopping." });
  leases.take(reply.raw);
  for (const description of tenantDescriptions(request.body)) cloud.describedTenant(description);
  await cloud.saved();
  return held(reply, options.sandbox());
}

/** A companion's server, for as long as the program that asked for it holds the connection. */
async function openServer(request: FastifyRequest, reply: FastifyReply, companion: Companion): Promise<FastifyReply> {
  try {
    const server = await companion.open(request.body as Json);
    if (reply.raw.closed) server.end();
    reply.raw.once("close", () => server.end());
    void server.ended.then(() => reply.raw.destroy());
    return await held(reply, server.answer);
  } catch (error) {
    if (error instanceof VisibleError) return await held(reply, { error: error.message });
    throw error;
  }
}

/** Answers a line and keeps the connection open. */
function held(reply: FastifyReply, line: object): FastifyReply {
  reply.hijack();
  reply.raw.writeHead(200, { "content-type": "application/x-ndjson" });
  reply.raw.write(`${JSON.stringify(line)}\n`);
  return reply;
}

function tenantDescriptions(body: unknown): TenantDescription[] {
  const { tenants } = (typeof body === "object" && body !== null ? body : {}) as { tenants?: unknown };
  if (!Array.isArray(tenants)) return [];
  return (tenants as TenantDescription[]).filter(({ tenantId }) => typeof tenantId === "string" && isUuid(tenantId));
}

function hasToken(request: FastifyRequest, token: string): boolean {
  const expected = Buffer.from(`Bearer ${token}`);
  const actual = Buffer.from(request.headers.authorization ?? "");
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
