/**
 * Conditional Access: policies, and What If.
 * https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy,
 * …/conditionalaccessroot-evaluate
 *
 * Texts of refusals are the sandbox's own.
 */
import { hasBegun } from "@defender-mssp/microsoft";
import type { Json } from "../../cloud/model";
import { whatIf } from "../conditionalAccess";
import { unreadableRequest } from "../graphErrors";
import { wholeSeconds } from "../identifiers";
import { innerOf, isObject, jsonText, textsIn, type JsonObject } from "../json";
import { licensed } from "../licences";
import { complete } from "../objects";
import { shape } from "../odata/shape";
import { permissions } from "../permissions";
import {
  actionResult,
  bothVersions,
  callBody,
  context,
  route,
  type RouteAnswer,
  type Call,
  type Route,
} from "../route";
import { checkComplex, merged } from "../validate";
import { alone, entityRoutes } from "./entityRoutes";

const entitySet = "conditionalAccessPolicies";
const versions = ["v1.0"] as const;

export const conditionalAccessRoutes: readonly Route[] = [
  ...entityRoutes({
    entitySet,
    versions,
    read: permissions.readConditionalAccess,
    write: permissions.writeConditionalAccess,
    licence: "conditionalAccess",
    create: ({ cloud }, values) => ({ ...checked(values, cloud.now()), createdDateTime: wholeSeconds(cloud.now()) }),
    body: (_call, { conditions, ...body }, policy) => {
      if (conditions === undefined) return body;
      // From terraform-provider-azuread's reports; which other bodies get it is not known.
      if (!isObject(conditions)) throw unreadableRequest(noPolicy);
      return { ...body, conditions: merged(policy?.["conditions"], conditions) };
    },
    change: ({ cloud }, values, policy) => {
      Object.assign(policy, complete(entitySet, { ...policy, ...checked(values, cloud.now()) }));
      return { modifiedDateTime: wholeSeconds(cloud.now()) };
    },
    remove: alone,
  }).map((route) =>
    route.method === "GET" && !route.path.endsWith("}") ? { ...route, versions: bothVersions } : route,
  ),
  ...licensed("conditionalAccess", [
    route("POST", "/identity/conditionalAccess/evaluate", permissions.evaluateConditionalAccess, evaluate, {
      versions,
    }),
  ]),
];

const noPolicy =
  "1007: Incoming ConditionalAccessPolicy object is null or does not match the schema of ConditionalAccessPolicy type. For examples, " +
  "please see API documentation at https://docs.microsoft.com/en-us/graph/api/conditionalaccessroot-post-policies?view=graph-rest-1.0.";

function evaluate(call: Call): RouteAnswer {
  const { signInIdentity, signInContext, signInConditions = {}, appliedPoliciesOnly } = callBody(call);
  if (!isObject(signInIdentity) || !isObject(signInContext))
    throw unreadableRequest("signInIdentity and signInContext are required.");
  const signIn = {
    identity: checkComplex("signInIdentity", signInIdentity, "signInIdentity"),
    context: checkComplex("signInContext", signInContext, "signInContext"),
    conditions: checkComplex("signInConditions", signInConditions, "signInConditions"),
  };
  const results = [...call.tenant.objects(entitySet).values()].map((policy) => {
    const reasons = whatIf(policy, signIn);
    const result = { ...policy, policyApplies: reasons.length === 0, analysisReasons: reasons.join(",") || "notSet" };
    return shape("whatIfAnalysisResults", complete("whatIfAnalysisResults", result), call.version);
  });
  const value = results.filter(({ policyApplies }) => appliedPoliciesOnly !== true || policyApplies === true);
  return actionResult(call, {
    "@odata.context": context(call, "Collection(microsoft.graph.whatIfAnalysisResult)"),
    value,
  });
}

/** The values of a create or an update, with the built-in authentication strength in full. */
function checked(values: JsonObject, now: Date): JsonObject {
  const { conditions, grantControls } = values;
  if (listIn(grantControls, "customAuthenticationFactors").length > 0 && hasBegun("custom-controls-closed", now)) {
    throw unreadableRequest("Custom controls can't be created or edited any more.");
  }
  if (isObject(conditions)) {
    const users = conditions["users"];
    const included = ["includeUsers", "includeGroups", "includeRoles"].flatMap((name) => listIn(users, name));
    if (included.length === 0 && !isObject(innerOf(users, "includeGuestsOrExternalUsers"))) {
      throw unreadableRequest("1001: The policy does not include users.");
    }
    if (listIn(conditions, "clientAppTypes").length === 0)
      throw unreadableRequest("The policy has no client app types.");
  }
  const strength = innerOf(grantControls, "authenticationStrength");
  if (!isObject(grantControls) || !isObject(strength)) return values;
  const id = jsonText(strength["id"]);
  const builtIn = builtInStrengths[id];
  if (builtIn === undefined) throw unreadableRequest(`There is no authentication strength '${id}'.`);
  if (listIn(grantControls, "builtInControls").includes("mfa")) {
    throw unreadableRequest("A policy requires either 'mfa' or an authentication strength.");
  }
  return { ...values, grantControls: { ...grantControls, authenticationStrength: { ...strength, ...builtIn } } };
}

function listIn(value: Json | undefined, name: string): string[] {
  return textsIn(innerOf(value, name));
}

/** https://learn.microsoft.com/entra/identity/authentication/concept-authentication-strengths */
const builtInStrengths: Readonly<Record<string, JsonObject>> = Object.fromEntries(
  [
    ["00000000-0000-0000-0000-000000000002", "Multifactor authentication"],
    ["00000000-0000-0000-0000-000000000003", "Passwordless MFA"],
    ["00000000-0000-0000-0000-000000000004", "Phishing-resistant MFA"],
  ].map(([id = "", displayName = ""]) => [
    id,
    {
      id,
      displayName,
      description: null,
      createdDateTime: "2021-12-01T00:00:00Z",
      modifiedDateTime: "2021-12-01T00:00:00Z",
      policyType: "builtIn",
      requirementsSatisfied: "mfa",
      allowedCombinations: ["fido2"],
    },
  ]),
);
