/**
 * JSON batching: up to 20 requests in one, https://learn.microsoft.com/graph/json-batching. Each
 * inner request goes through the whole server, with its log, counts and faults. The texts of the
 * errors are from issue threads and recorded answers of clients; those that no document has say so.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Cloud, Json } from "../cloud/model";
import type { GraphVersion } from "./entities";
import { EmulatedGraphError, errorBody, unreadableRequest } from "./graphErrors";
import { innerOf, isObject, jsonText, type JsonObject } from "./json";
import { decodeSegment } from "./match";
import { bothVersions } from "./route";

/** The route, which is none of the table: it answers with the answers of others. */
export const batchRoute = { method: "POST", path: "/$batch", versions: bothVersions } as const;

const mostRequests = 20;
const methods: ReadonlySet<string> = new Set(["GET", "POST", "PATCH", "PUT", "DELETE"]);
const writes: ReadonlySet<string> = new Set(["POST", "PATCH", "PUT"]);

/**
 * The headers of an inner request that Graph's routes read. No other one is passed on: the token
 * is always the batch's own.
 */
const passedHeaders: ReadonlySet<string> = new Set(["client-request-id", "consistencylevel", "content-type"]);

/** The headers of an inner answer, spelled as in the documented example. */
const shownHeaders = [
  "Location",
  "Retry-After",
  "WWW-Authenticate",
  "Cache-Control",
  "x-ms-resource-unit",
  "OData-Version",
  "Content-Type",
] as const;

interface InnerRequest {
  readonly id: string;
  readonly method: string;
  /** Path with the version, and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | Buffer | undefined;
  /** IDs in lower case, of requests before this one. */
  readonly dependsOn: readonly string[];
}

interface InnerAnswer extends JsonObject {
  id: string;
  status: number;
  headers: JsonObject;
  body: Json;
}

/** The batch that the current request is part of. A client cannot set it. */
const currentBatch = new AsyncLocalStorage<FastifyRequest>();

/** Whether a path with the version is that of batches. */
export function isBatch(path: string): boolean {
  const [, name = "", ...rest] = path.split("/").filter((segment) => segment !== "");
  return rest.length === 0 && decodeSegment(name).toLowerCase() === "$batch";
}

/** Whether the current request is part of a batch. */
export function isInBatch(): boolean {
  return currentBatch.getStore() !== undefined;
}

/** The origin of Graph as the client called it, also for a request in its batch. */
export function graphOrigin(cloud: Cloud, request: FastifyRequest): string {
  return (currentBatch.getStore() ?? request).protocol === "https" ? cloud.services.graph : cloud.origins.http;
}

/** Answers a batch. Throws the service's 400 for a malformed one, before any inner request. */
export async function answerBatch(
  request: FastifyRequest,
  reply: FastifyReply,
  cloud: Cloud,
  version: GraphVersion,
  body: Json | undefined,
): Promise<FastifyReply> {
  // What the service answers to a batch in a batch is not documented.
  if (isInBatch()) throw invalidBatch();
  const answers = new Map<string, Promise<InnerAnswer>>();
  for (const one of readRequests(body, version)) {
    const earlier = one.dependsOn.flatMap((id) => answers.get(id) ?? []);
    answers.set(one.id.toLowerCase(), answerInOrder(request, cloud, one, earlier));
  }
  // The service answers in any order. This is never that of the requests, so that no client
  // relies on it.
  const responses = (await Promise.all(answers.values())).reverse();
  return reply.header("content-type", "application/json").send(Buffer.from(JSON.stringify({ responses })));
}

/** Sends an inner request when those that it depends on have succeeded. */
async function answerInOrder(
  batch: FastifyRequest,
  cloud: Cloud,
  one: InnerRequest,
  earlier: readonly Promise<InnerAnswer>[],
): Promise<InnerAnswer> {
  const failed = (await Promise.all(earlier)).some(({ status }) => status >= 400);
  // A version in the URL is a part of the path: microsoftgraph/msgraph-sdk-javascript 1178.
  const [, version] = /^\/[^/]+\/+(v1\.0|beta)(?=[/?]|$)/i.exec(one.target) ?? [];
  if (!failed && version === undefined) return currentBatch.run(batch, async () => await send(batch, one));
  const error = failed
    ? // The status is documented, code and text are not.
      new EmulatedGraphError(424, "FailedDependency", "Failed Dependency")
    : unreadableRequest(`Resource not found for the segment '${version}'.`);
  const requestId = randomUUID();
  return {
    id: one.id,
    status: error.status,
    headers: { "Content-Type": "application/json" },
    body: errorBody(error, cloud.now(), requestId, requestId),
  };
}

async function send(batch: FastifyRequest, { id, method, target, headers, payload }: InnerRequest) {
  const { authorization } = batch.headers;
  const response = await batch.server.inject({
    method: method as "GET",
    url: target,
    headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
    ...(payload === undefined ? {} : { payload }),
  });
  const shown = shownHeaders.flatMap((name) => {
    const value = response.headers[name.toLowerCase()];
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  const answer: InnerAnswer = {
    id,
    status: response.statusCode,
    headers: Object.fromEntries(shown),
    body: response.payload === "" ? null : (JSON.parse(response.payload) as Json),
  };
  return answer;
}

function readRequests(body: Json | undefined, version: GraphVersion): InnerRequest[] {
  const requests = innerOf(body, "requests");
  if (!Array.isArray(requests) || requests.length === 0) throw invalidBatch();
  if (requests.length > mostRequests) throw unreadableRequest("Number of requests inside batch exceeds the limit.");
  const known = new Set<string>();
  return requests.map((item) => {
    const one = readRequest(item, version);
    const id = one.id.toLowerCase();
    if (known.has(id)) throw unreadableRequest(`Request Id ${one.id} has to be unique in a batch.`);
    if (one.dependsOn.some((other) => !known.has(other))) {
      // Only the text's beginning is known: microsoftgraph/msgraph-sdk-dotnet-core 891.
      throw unreadableRequest(`Invalid dependency for request Id ${one.id}.`);
    }
    known.add(id);
    return one;
  });
}

function readRequest(item: Json, version: GraphVersion): InnerRequest {
  if (!isObject(item)) throw invalidBatch();
  const id = jsonText(item["id"]);
  const method = jsonText(item["method"]).toUpperCase();
  if (id === "" || !methods.has(method)) throw invalidBatch();
  const headers = readHeaders(item["headers"]);
  const body = item["body"] ?? undefined;
  const contentType = headers["content-type"] ?? "";
  if (body === undefined ? writes.has(method) : contentType === "") {
    throw unreadableRequest(`Write request id : ${id} does not contain Content-Type header or body.`);
  }
  return {
    id,
    method,
    target: targetOf(jsonText(item["url"]), version),
    headers,
    payload: body === undefined || !writes.has(method) ? undefined : payloadOf(body, contentType),
    dependsOn: readDependencies(item["dependsOn"]),
  };
}

function readHeaders(value: Json | undefined): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw invalidBatch();
  const headers: Record<string, string> = {};
  for (const [name, text] of Object.entries(value)) {
    // Printable ASCII: all that HTTP allows in these headers.
    if (typeof text !== "string" || !/^[\x20-\x7e]*$/.test(text)) throw invalidBatch();
    if (passedHeaders.has(name.toLowerCase())) headers[name.toLowerCase()] = text;
  }
  return headers;
}

function readDependencies(value: Json | undefined): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidBatch();
  return value.map((id) => {
    if (typeof id !== "string") throw invalidBatch();
    return id.toLowerCase();
  });
}

/** A body is JSON, or base64 for another type, such as an image. */
function payloadOf(body: Json, contentType: string): string | Buffer {
  if (typeof body === "string" && !contentType.includes("json")) return Buffer.from(body, "base64");
  return JSON.stringify(body);
}

/**
 * Path and query of a relative URL. It can only lead to Graph's routes of the batch's version:
 * `..`, in any spelling that a URL parser accepts, is resolved before the check.
 */
function targetOf(url: string, version: GraphVersion): string {
  const root = `/${version}/`;
  if (url === "" || /^[a-z][a-z\d+.-]*:/i.test(url)) throw invalidBatch();
  const { pathname, search } = new URL(root + url.replace(/^\//, ""), "http://127.0.0.1");
  if (!pathname.startsWith(root)) throw invalidBatch();
  return pathname + search;
}

function invalidBatch(): EmulatedGraphError {
  return unreadableRequest("Invalid batch payload format.");
}
