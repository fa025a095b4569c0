/**
 * Shared by the resource and the function for applications: reading and writing the blocks of an
 * application.
 */
import type { Value } from "../protocol/values";
import type { Fields } from "../schema/fields";
import {
  type ResourceProperties,
  type PropertyUsage,
  boolean,
  integer,
  list,
  objects,
  objectSet,
  set,
  string,
} from "../schema/property";
import { httpUrl, logoutUrl, notEmpty, oneOf, redirectUri, uuid } from "../schema/validators";
import type { GraphEntity } from "./graph";
import { nullIfEmpty, objectsAt, readFrom, textAt } from "./mapping";
import { published, publishedBy } from "./servicePrincipals";

type Json = Record<string, unknown>;

const scopeFields = published.oauth2PermissionScopes?.fields ?? {};

/** The same in a program's form. */
const scopeInputs: ResourceProperties = {
  ...Object.fromEntries(Object.keys(scopeFields).map((name) => [name, string("optional")])),
  enabled: boolean("optional", { default: true }),
  id: string("required", { check: uuid }),
  type: string("optional", { default: "User", check: oneOf("Admin", "User") }),
};

/** `optional` for the resource; `computed` for the function. */
export function requiredAccessFields(usage: PropertyUsage): ResourceProperties {
  const asked = usage === "optional" ? "required" : "computed";
  return {
    resourceAccesses: objects(asked, {
      id: string(asked, { graph: "id", check: uuid }),
      type: string(asked, { graph: "type", check: oneOf("Role", "Scope") }),
    }),
    resourceAppId: string(asked, { graph: "resourceAppId" }),
  };
}

export function redirectUriFields(
  usage: PropertyUsage,
  rules: { urn: boolean; anyScheme: boolean },
): ResourceProperties {
  return { redirectUris: set(usage, { maximumItems: 256, check: redirectUri(rules) }) };
}

export function implicitGrantFields(usage: PropertyUsage): ResourceProperties {
  return {
    accessTokenIssuanceEnabled: boolean(usage, { graph: "implicitGrantSettings.enableAccessTokenIssuance" }),
    idTokenIssuanceEnabled: boolean(usage, { graph: "implicitGrantSettings.enableIdTokenIssuance" }),
  };
}

export function webFields(usage: PropertyUsage): ResourceProperties {
  return {
    homepageUrl: string(usage, { graph: "homePageUrl", check: httpUrl }),
    logoutUrl: string(usage, { graph: "logoutUrl", check: logoutUrl }),
    ...redirectUriFields(usage, { urn: true, anyScheme: false }),
  };
}

export function apiFields(usage: PropertyUsage): ResourceProperties {
  return {
    knownClientApplications: set(usage, { graph: "knownClientApplications", check: uuid }),
    mappedClaimsEnabled: boolean(usage, { graph: "acceptMappedClaims" }),
    oauth2PermissionScopes: objectSet(usage, usage === "optional" ? scopeInputs : scopeFields),
    requestedAccessTokenVersion: integer(usage, { graph: "requestedAccessTokenVersion" }),
  };
}

/** One list for each kind of token. */
export function optionalClaimsFields(usage: PropertyUsage): ResourceProperties {
  const claims = objects(usage, {
    additionalProperties: list(usage, { graph: "additionalProperties" }),
    essential: boolean(usage, { graph: "essential" }),
    name: string(usage === "optional" ? "required" : usage, { graph: "name", check: notEmpty }),
    source: string(usage, { graph: "source" }),
  });
  return { accessTokens: claims, idTokens: claims, saml2Tokens: claims };
}

/** The blocks of an application as the official plugin reads them, each as one record. */
export function blocksOf(application: GraphEntity): {
  api: Record<string, Value>;
  optionalClaims: Record<string, Value> | null;
  publicClient: Record<string, Value>;
  requiredResourceAccesses: Record<string, Value>[];
  singlePageApplication: Record<string, Value>;
  web: Record<string, Value>;
  implicitGrant: Record<string, Value>;
} {
  const part = (name: string) => ((application as Json)[name] ?? {}) as GraphEntity;
  const api = readFrom(apiFields("computed"), part("api"));
  return {
    api: {
      ...api,
      oauth2PermissionScopes: publishedBy(part("api")).oauth2PermissionScopes ?? [],
      requestedAccessTokenVersion: api.requestedAccessTokenVersion || 1,
    },
    optionalClaims: optionalClaimsOf(application),
    publicClient: { redirectUris: uris(part("publicClient")) },
    requiredResourceAccesses: objectsAt(application, "requiredResourceAccess").map((access) => ({
      resourceAppId: textAt(access, "resourceAppId"),
      resourceAccesses: objectsAt(access, "resourceAccess").map((permission) => ({
        id: permission.id ?? "",
        type: textAt(permission, "type"),
      })),
    })),
    singlePageApplication: { redirectUris: uris(part("spa")) },
    web: { ...readFrom(webFields("computed"), part("web")), redirectUris: uris(part("web")) },
    implicitGrant: readFrom(implicitGrantFields("computed"), part("web")),
  };
}

/** A request's parts for the blocks that the stand-in writes. */
export function blocksFor(plan: Fields): { publicClient: object; spa: object; web: object } {
  const web = plan.block("web");
  const grant = web.block("implicitGrant");
  return {
    publicClient: { redirectUris: plan.block("publicClient").texts("redirectUris") },
    spa: { redirectUris: plan.block("singlePageApplication").texts("redirectUris") },
    web: {
      homePageUrl: nullIfEmpty(web.text("homepageUrl")),
      implicitGrantSettings: {
        enableAccessTokenIssuance: grant.flag("accessTokenIssuanceEnabled"),
        enableIdTokenIssuance: grant.flag("idTokenIssuanceEnabled"),
      },
      logoutUrl: nullIfEmpty(web.text("logoutUrl")),
      redirectUris: web.texts("redirectUris"),
    },
  };
}

export function requiredAccessFor(plan: Fields): object[] {
  return plan.blocks("requiredResourceAccesses").map((access) => ({
    resourceAppId: access.text("resourceAppId"),
    resourceAccess: access
      .blocks("resourceAccesses")
      .map((permission) => ({ id: permission.text("id"), type: permission.text("type") })),
  }));
}

function uris(platform: GraphEntity): string[] {
  const { redirectUris } = platform as { redirectUris?: string[] };
  return redirectUris ?? [];
}

function optionalClaimsOf(application: GraphEntity): Record<string, Value> | null {
  if (!application.optionalClaims) return null;
  const fields = optionalClaimsFields("computed").accessTokens?.fields ?? {};
  const claims = (name: string) =>
    objectsAt(application, `optionalClaims.${name}`).map((claim) => readFrom(fields, claim));
  return { accessTokens: claims("accessToken"), idTokens: claims("idToken"), saml2Tokens: claims("saml2Token") };
}
