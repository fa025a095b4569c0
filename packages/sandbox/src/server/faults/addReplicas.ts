/**
 * Which replica answers a request, and the refusal of a write that names an object which another
 * replica lacks. The lags are in `../../cloud/replicas.ts`. The texts are the service's, as users
 * have reported them.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { decodeSegment } from "../../graph/match";
import type { EmulatedCloud } from "../../cloud/cloud";
import { fractions } from "../../cloud/fractions";
import { graphLikeError } from "../../cloud/graphLikeError";
import type { ReplicaService } from "../../cloud/replicaProfiles";
import { readAs, ReplicaReader, replicaCount, type Unseen } from "../../cloud/replicas";
import { isBatch } from "../../graph/batch";
import { isGraphPath } from "../../graph/entities";
import { isOwnPage } from "../requestLog";
import { claimsOf } from "../requestTally";
import { Draws } from "./draw";

/** The answer in place of the real one. */
interface Refused {
  /** Whether the write may have its effect all the same. */
  readonly mayLand: boolean;
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Of 25 refused creates, so many have their effect all the same. */
const landing = 1 / 25;
/** So often a signed-in user is answered by the replica of the time before. */
const sticking = 0.9;

/** Reads that a client sends as POST. */
const reading =
  /\/(getByIds|checkMember(Groups|Objects)|getMember(Groups|Objects)|runHuntingQuery|evaluate|userinfo|oauth2\/(v2\.0\/)?(token|devicecode|authorize))$/;

const services: readonly (readonly [RegExp, ReplicaService])[] = [
  [/^\/[^/]+\/oauth2\//, "tokens"],
  [
    /\/(policies\/roleManagement|identityGovernance\/privilegedAccess|roleManagement\/directory\/role(Eligibility|Assignment)Schedule)/,
    "privileged",
  ],
  [/\/identityGovernance\/entitlementManagement/, "catalogs"],
];

/** @param lagOf the least lag of what a request writes, which a fault has drawn: milliseconds. */
export function addReplicas(
  app: FastifyInstance,
  cloud: EmulatedCloud,
  lagOf: (request: FastifyRequest) => number | undefined,
): void {
  const { replicas } = cloud;
  const draws = new Draws(replicas.seed);
  const readers = new WeakMap<FastifyRequest, ReplicaReader>();
  const landed = new WeakMap<FastifyRequest, Refused>();
  // After the body was read, whose events would lose the reader.
  app.addHook("preHandler", (request, reply, done) => {
    const lag = lagOf(request);
    const [path = ""] = request.url.split("?", 1);
    const isApart = isOwnPage(request.url) || (isGraphPath(path) && isBatch(path));
    if (isApart || (lag === undefined && !replicas.isBehind)) {
      done();
      return;
    }
    const numbers = draws.numbers(request.method, request.url);
    const service = services.find(([paths]) => paths.test(path))?.[1] ?? "directory";
    const isReading = isRead(request.method, path);
    const now = cloud.now().getTime();
    const replica = replicaFor(request, numbers, replicas.seed);
    const isFound = (numbers[3] ?? 1) < replicas.found;
    const reader = new ReplicaReader(
      replicas,
      replica,
      service,
      isReading,
      now,
      isFound ? decodeSegment(path) : "",
      lag,
    );
    readers.set(request, reader);
    const refused = isReading || !isGraphPath(path) ? undefined : refusal(reader, request, path);
    if (refused !== undefined) {
      replicas.see("reference refused");
      if (!refused.mayLand || request.method !== "POST" || (numbers[2] ?? 1) >= landing) {
        void reply.code(refused.status).send(refused.body);
        return;
      }
      landed.set(request, refused);
    }
    readAs(reader, done);
  });
  app.addHook("onSend", (request, reply, payload, done) => {
    const refused = reply.statusCode < 300 ? landed.get(request) : undefined;
    if (refused !== undefined) {
      replicas.see("landed though refused");
      void reply.code(refused.status).removeHeader("location");
      done(null, JSON.stringify(refused.body));
      return;
    }
    const reader = readers.get(request);
    if (reader?.isReading === true && reader.isStale) {
      if (reader.service !== "tokens") replicas.see("stale read");
      else replicas.see(reply.statusCode < 400 ? "stale token" : "sign-in refused");
    }
    done(null, payload);
  });
}

/** An administrator's consent is a GET that writes. */
function isRead(method: string, path: string): boolean {
  if (method === "POST") return reading.test(path);
  return ["GET", "HEAD"].includes(method) && !path.endsWith("/adminconsent");
}

function replicaFor({ headers }: FastifyRequest, [which = 0, stays = 0]: number[], seed: number): number {
  const { oid, scp } = claimsOf(headers.authorization);
  const usual = typeof scp === "string" && stays < sticking ? fractions(`${seed}\n${String(oid)}`)[0] : undefined;
  return Math.floor((usual ?? which) * replicaCount);
}

function refusal(reader: ReplicaReader, { method, body }: FastifyRequest, path: string): Refused | undefined {
  const text = Buffer.isBuffer(body) ? body.toString("utf8").toLowerCase() : "";
  const asked = decodeSegment(path).toLowerCase();
  const unseen = [...reader.replicas.unseen(reader)];
  const inPath = unseen.find(({ id }) => asked.includes(id.toLowerCase()));
  const inBody = unseen.find(({ id, isReferable }) => isReferable && text.includes(id.toLowerCase()));
  const answer = inPath === undefined ? inBody && dangling(inBody, path) : unknown(inPath, method, path);
  return answer && { ...answer, mayLand: (inPath ?? inBody)?.hasProfile === true };
}

type Answer = Omit<Refused, "mayLand">;

function refused(status: number, code: string, message: string): Answer {
  return { status, body: graphLikeError(code, message) };
}

/** An object that the path names. */
function unknown({ id, object }: Unseen, method: string, path: string): Answer {
  if (/\/policies\/roleManagement/.test(path)) return refused(404, "ResourceNotFound", "The resource is not found.");
  if (method === "PATCH" && object["creationType"] === "Invitation")
    return refused(404, "Directory_ObjectNotFound", "Unable to read the company information from the directory.");
  return refused(
    404,
    "Request_ResourceNotFound",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** An object that the body names. The azuread plugin waits after exactly these. */
function dangling(unseen: Unseen, path: string): Answer {
  if (path.endsWith("/servicePrincipals"))
    return refused(
      400,
      "Request_BadRequest",
      `The appId '${unseen.id}' of the service principal does not reference a valid application object.`,
    );
  if (/\/appRoleAssign(edTo|ments)$/.test(path))
    return refused(400, "Request_BadRequest", "Not a valid reference update.");
  if (path.endsWith("/accessPackageResourceRequests"))
    return refused(400, "ResourceNotFoundInOriginSystem", "The resource is not in the origin system.");
  if (path.includes("/privilegedAccess/group/"))
    return refused(404, "ResourceNotFound", `The resource ${unseen.id} is not found.`);
  if (/\/roleManagement\/directory\/role\w+ScheduleRequests$/.test(path))
    return refused(400, "SubjectNotFound", "The subject is not found.");
  return unknown(unseen, "POST", path);
}
