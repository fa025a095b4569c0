/**
 * The pages of the sandbox, for a person with a browser: `/` and `/pages/*`. The sandbox's own, not
 * Microsoft's. They only read, and show no secret: each property that they show is named here or in
 * `objects.ts`.
 */
import { isUuid } from "@defender-mssp/microsoft";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { graphLikeError } from "../../cloud/graphLikeError";
import { describe } from "./describe";
import type * as renderer from "./renderers";
import type { Shown } from "./shown";

/** Adds `GET /` (HTML, or JSON with `Accept: application/json`) and `GET /pages/tenants/{id}`. */
export function addPages(app: FastifyInstance, shown: Shown): void {
  app.register((scope, _options, done) => {
    scope.get("/", (request, reply) => {
      void reply.header("vary", "accept");
      const description = describe(shown);
      if (prefersJson(request)) return sent(reply).send(description);
      return html(reply, renderers().overviewPage(description, shown));
    });
    scope.get<{ Params: { id: string } }>("/pages/tenants/:id", (request, reply) => {
      const id = request.params.id.toLowerCase();
      const tenant = shown.cloud.records().find((one) => one.id === id);
      if (tenant !== undefined) return html(reply, renderers().tenantPage(tenant, shown));
      const what = isUuid(id) ? `The sandbox has no tenant ${id}.` : "A tenant's page is /pages/tenants/<tenant ID>.";
      return sent(reply).code(404).send(graphLikeError("ResourceNotFound", what));
    });
    done();
  });
}

/** No text of a tenant can load or run anything. */
function html(reply: FastifyReply, page: string): FastifyReply {
  const policy = `${renderers().contentSecurityPolicy()}; frame-ancestors 'none'`;
  return sent(reply).header("content-security-policy", policy).type("text/html; charset=utf-8").send(page);
}

/** Loaded on demand: most sandboxes run without a look at their pages. */
function renderers(): typeof renderer {
  return require("./renderers") as typeof renderer;
}

/** No other origin can frame or read it. */
function sent(reply: FastifyReply): FastifyReply {
  return reply.headers({
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
}

/** A browser names text/html first; a client that names neither gets the page. */
function prefersJson({ headers }: FastifyRequest): boolean {
  const accept = (headers.accept ?? "").toLowerCase();
  const json = accept.indexOf("application/json");
  const page = accept.indexOf("text/html");
  return json >= 0 && (page < 0 || json < page);
}
