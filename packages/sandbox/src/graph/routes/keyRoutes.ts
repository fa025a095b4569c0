/**
 * `addKey` and `removeKey`: the caller proves that it has the private key of a certificate that is there.
 * https://learn.microsoft.com/graph/api/application-addkey, …/application-rollkey-prooftoken
 */
import { jwtVerify } from "jose";
import { readCertificate } from "../../cloud/readCertificate";
import { acceptCertificates, credentialsOf } from "../credentials";
import { find } from "../directory";
import { EmulatedGraphError, badRequest } from "../graphErrors";
import { isObject, jsonText } from "../json";
import { permissions } from "../permissions";
import { actionResult, callBody, context, noContent, parameter, route, type Call, type Route } from "../route";
import { checkComplex } from "../validate";
import { refuseLocked } from "../appInstanceLock";
import { subject } from "./referenceRoutes";

type Owner = "applications" | "servicePrincipals";

export const keyRoutes: readonly Route[] = (["applications", "servicePrincipals"] as const).flatMap((owner) => {
  const needed = owner === "applications" ? permissions.writeApplication : permissions.writeServicePrincipal;
  const options: Partial<Route> = {
    // "An application does not need any specific permission to roll its own keys."
    needsNone: (call) => find(call.tenant, owner, parameter(call, "id"))?.["appId"] === call.caller.applicationId,
    before: (call) => checkProof(call, owner),
  };
  return [
    route("POST", `/${owner}/{id}/addKey`, needed, (call) => add(call, owner), options),
    route("POST", `/${owner}/{id}/removeKey`, needed, (call) => remove(call, owner), options),
  ];
});

/** Azure AD Graph, whose token the proof once was. */
const audience = "00000002-0000-0000-c000-000000000000";
/** In seconds. */
const longestProof = 600;

/** Code, status and text as clients report them: microsoftgraph/microsoft-graph-docs 14626 and 22076. */
async function checkProof(call: Call, owner: Owner): Promise<void> {
  const object = subject(call, owner);
  const now = call.cloud.now();
  const proof = jsonText(callBody(call)["proof"]);
  const isValid = (moment: string, isBefore: boolean): boolean => Date.parse(moment) <= now.getTime() === isBefore;
  const certificates = credentialsOf(object, "keyCredentials")
    .filter(
      ({ startDateTime, endDateTime }) =>
        isValid(jsonText(startDateTime), true) && isValid(jsonText(endDateTime), false),
    )
    .flatMap(({ key }) => readCertificate(jsonText(key)) ?? []);
  const options = { algorithms: ["RS256"], audience, issuer: object.id, currentDate: now };
  const proofs = certificates.map(async ({ publicKey }) => {
    // Clients' clocks differ: five minutes, as in a sign-in.
    const { payload } = await jwtVerify(proof, publicKey, { ...options, clockTolerance: 300 });
    return (payload.exp ?? Infinity) - (payload.nbf ?? 0) <= longestProof;
  });
  const isProven = (await Promise.allSettled(proofs)).some((each) => each.status === "fulfilled" && each.value);
  if (!isProven)
    throw new EmulatedGraphError(401, "Authentication_MissingOrMalformed", "Access Token missing or malformed.");
}

function add(call: Call, owner: Owner) {
  const object = subject(call, owner);
  if (owner === "servicePrincipals") refuseLocked(call, object, ["keyCredentials"]);
  const { keyCredential = null } = callBody(call);
  const { type = null, usage = null, key = null } = isObject(keyCredential) ? keyCredential : {};
  if (type !== "AsymmetricX509Cert" || usage !== "Verify" || key === null)
    throw badRequest(
      "The sandbox takes keys of the type AsymmetricX509Cert for the usage Verify, with the certificate in `key`.",
    );
  const before = credentialsOf(object, "keyCredentials");
  const added = acceptCertificates(owner, undefined, [checkComplex("keyCredential", keyCredential, "keyCredential")]);
  object["keyCredentials"] = [...before, ...added];
  call.cloud.changed();
  const odataContext = context(call, "microsoft.graph.keyCredential");
  return actionResult(call, { "@odata.context": odataContext, ...added[0], key: null });
}

function remove(call: Call, owner: Owner) {
  const object = subject(call, owner);
  const keyId = jsonText(callBody(call)["keyId"]).toLowerCase();
  const before = credentialsOf(object, "keyCredentials");
  const left = before.filter((credential) => credential["keyId"] !== keyId);
  // The text is the sandbox's own.
  if (left.length === before.length) throw badRequest(`No key credential found with keyId '${keyId}'.`);
  object["keyCredentials"] = left;
  call.cloud.changed();
  return noContent;
}
