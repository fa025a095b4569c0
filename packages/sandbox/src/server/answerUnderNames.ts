/** Requests under Microsoft's own host names, which come by the proxy. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { TokenRefused, type Cloud } from "../cloud/model";
import { underNames } from "../cloud/serviceNames";
import { namesOfCloud, serviceHost } from "../proxy/serviceHost";

/** Answers them under the names that the client used. */
export function answerUnderNames(app: FastifyInstance): void {
  // After the body was read, whose events would lose the names.
  app.addHook("preHandler", (request, _reply, done) => {
    const host = serviceHost(request.hostname);
    if (host === undefined) done();
    else underNames(namesOfCloud(host.cloud), done);
  });
}

export function isUnderName(request: FastifyRequest): boolean {
  return serviceHost(request.hostname) !== undefined;
}

/** Whether a request has a bearer token that the sandbox has not issued: a real one, for example. */
export async function hasForeignToken(cloud: Cloud, request: FastifyRequest): Promise<boolean> {
  try {
    await cloud.authenticate(request, "graph");
    return false;
  } catch (error) {
    if (error instanceof TokenRefused) return error.reason !== "missing" && error.reason !== "audience";
    throw error;
  }
}
