/**
 * The authorization endpoint. Without a password or consent page: the tenant's first administrator,
 * or the user of `login_hint`, is signed in at once. The token endpoint refuses permissions without
 * consent.
 */
import { randomUUID } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { escaped } from "@defender-mssp/errors/escape";
import type { EmulatedCloud } from "../cloud/cloud";
import type { Client } from "./client";
import { clientIn, listOf, propertyOf, signedInUser, tenantOf, propertyText } from "./signInDirectory";
import { EntraError, entraErrors, errorBody } from "./entraErrors";
import { Parameters } from "./parameters";
import { isSameAddress } from "./redirectUris";
import { delegatedScopes } from "./scopes";
import type { TokenMaker } from "./tokens";

/** The destination of the answer, after the check of the redirect URI. */
interface ReplyAddress {
  readonly redirectUri: string;
  readonly mode: "query" | "fragment" | "form_post";
  readonly state: string | undefined;
}

export async function authorize(
  cloud: EmulatedCloud,
  tokens: TokenMaker,
  request: FastifyRequest,
  reply: FastifyReply,
  version: 1 | 2,
): Promise<FastifyReply> {
  const parameters = request.method === "POST" ? Parameters.ofBody(request) : Parameters.ofQuery(request);
  let address: ReplyAddress | undefined;
  try {
    const { tenant: name } = request.params as { tenant: string };
    const clientId = parameters.need("client_id");
    const client = clientIn(cloud, tenantOf(cloud, name, clientId), clientId);
    address = replyAddress(client, parameters);
    return await answer(reply, address, { code: await newCode(tokens, client, parameters, address, version) });
  } catch (error) {
    if (!(error instanceof EntraError)) throw error;
    const body = errorBody(error, request, cloud.now(), cloud.services.login);
    // Without a valid redirect URI the error is shown to the user, not sent to the client.
    if (address === undefined) return reply.code(400).type("text/html; charset=utf-8").send(errorPage(body));
    return answer(reply, address, {
      error: error.error,
      error_description: propertyText(body["error_description"]),
    });
  }
}

function replyAddress(client: Client, parameters: Parameters): ReplyAddress {
  const registered = ["web", "spa", "publicClient"].flatMap((platform) =>
    listOf(propertyOf(client.application?.[platform], "redirectUris")).map(propertyText),
  );
  const redirectUri = parameters.get("redirect_uri") ?? registered[0];
  if (redirectUri === undefined) throw entraErrors.noRedirectRegistered();
  if (!registered.some((candidate) => isSameAddress(candidate, redirectUri))) {
    throw entraErrors.redirectMismatch(redirectUri, client.clientId);
  }
  const mode = parameters.get("response_mode");
  return {
    redirectUri,
    mode: mode === "fragment" || mode === "form_post" ? mode : "query",
    state: parameters.get("state"),
  };
}

async function newCode(
  tokens: TokenMaker,
  client: Client,
  parameters: Parameters,
  address: ReplyAddress,
  version: 1 | 2,
): Promise<string> {
  const responseType = parameters.need("response_type");
  if (responseType !== "code") throw entraErrors.unsupportedResponseType(responseType);
  if (version === 2) parameters.need("scope");
  const codeChallenge = parameters.get("code_challenge");
  const method = parameters.get("code_challenge_method") ?? "plain";
  if (codeChallenge !== undefined && method !== "plain" && method !== "S256") {
    throw entraErrors.unsupportedChallengeMethod();
  }
  const nonce = parameters.get("nonce");
  return tokens.sealCode({
    codeId: randomUUID(),
    tenantId: client.tenant.id,
    clientId: client.clientId,
    servicePrincipalId: client.servicePrincipal.id,
    userId: signedInUser(client.tenant, parameters.get("login_hint")).id,
    scopes: delegatedScopes(parameters, version),
    redirectUri: address.redirectUri,
    ...(nonce === undefined ? {} : { nonce }),
    ...(codeChallenge === undefined
      ? {}
      : { codeChallenge, codeChallengeMethod: method === "S256" ? ("S256" as const) : ("plain" as const) }),
  });
}

async function answer(
  reply: FastifyReply,
  address: ReplyAddress,
  result: Record<string, string>,
): Promise<FastifyReply> {
  const values = {
    ...result,
    ...(address.state === undefined ? {} : { state: address.state }),
    ...("code" in result ? { session_state: randomUUID() } : {}),
  };
  if (address.mode === "form_post") {
    return reply.type("text/html; charset=utf-8").send(formPage(address.redirectUri, values));
  }
  const target = new URL(address.redirectUri);
  const encoded = new URLSearchParams(values);
  if (address.mode === "fragment") target.hash = encoded.toString();
  else for (const [name, value] of encoded) target.searchParams.set(name, value);
  return reply.redirect(target.href, 302);
}

function errorPage(body: Record<string, unknown>): string {
  const description = escaped(propertyText(body["error_description"]));
  return `<!DOCTYPE html>
<html lang="en"><head><title>Sign in to your account</title></head>
<body><h1>Sorry, but we're having trouble signing you in.</h1><p>${description}</p></body></html>
`;
}

function formPage(action: string, values: Readonly<Record<string, string>>): string {
  const fields = Object.entries(values).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  return `<!DOCTYPE html>
<html lang="en"><head><title>Working...</title></head>
<body onload="document.forms[0].submit()"><form method="POST" action="${escaped(action)}">${fields.join("")}
<noscript><button>Continue</button></noscript></form></body></html>
`;
}
