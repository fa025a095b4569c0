/** Failures that are known: a search reports no more of them. A row ends with what mends it. */
import { failureKey, type Failure } from "./properties";

/** By a key, or the beginning of one up to a `:`. */
export const knownFailures: Readonly<Record<string, string>> = {
  "certificate:packageRequest": "an assignment policy without a mark is not searched, whoever may ask by it",
  "report:packageRequest": "an assignment policy without a mark is not searched, whoever may ask by it",
  "verify:packageRequest": "an assignment policy without a mark is not searched, whoever may ask by it",
  "certificate:activation": "a request to activate a membership that waits for its approval is not read",
  "report:activation": "a request to activate a membership that waits for its approval is not read",
  "verify:activation": "a request to activate a membership that waits for its approval is not read",
  "certificate:notification": "a notification rule of somebody else's with a recipient of the MSSP's is not searched",
  "report:notification": "a notification rule of somebody else's with a recipient of the MSSP's is not searched",
  "verify:groupOwnership": "an application of the MSSP's, whichever it is, is no foreign owner of a group",
  "report:groupOwnership": "an application of the MSSP's, whichever it is, is no foreign owner of a group",
  "verify:servicePrincipalOwnership": "an application of the MSSP's, whichever it is, is no foreign owner",
  "report:servicePrincipalOwnership": "an application of the MSSP's, whichever it is, is no foreign owner",
  "verify:membership:eligible": "an eligible member who was made a standing one passes for an activated one",
  "report:membership:eligible": "an eligible member who was made a standing one passes for an activated one",
  "verify:accessPackage": "who holds an access package of the customer's own is not looked at",
  "report:accessPackage": "who holds an access package of the customer's own is not looked at",
  "certificate:siemAuthorization": "an authorization of another application of the MSSP's is not searched",
  "report:siemAuthorization": "an authorization of another application of the MSSP's is not searched",
  "verify:siemAuthorization": "mssp verify checks the authorization of its own connector only",
  "verify:person:domain unknown": "without analysts and analystDomains nobody knows the MSSP's domains: not applicable",
  "report:gdap": "the report reads the customer's tenant only, and does not say so of GDAP relationships",
  "certificate:conditionalAccessExclusion":
    "an exclusion that names the MSSP's tenant stands among what gives no access",
};

/** What an adopted object had before the stack is the customer's: additions are not looked for there (docs/tenant.md). */
function isOfAdopted({ property, variant }: Failure): boolean {
  return ["verify", "report", "allowance"].includes(property) && variant.split(":").includes("adopted");
}

/** Of a principal whose domain nobody knows, the person is the failure: not what they hold. */
export function isKnown(failure: Failure): boolean {
  const key = failureKey(failure);
  return (
    isOfAdopted(failure) || Object.keys(knownFailures).some((known) => key === known || key.startsWith(`${known}:`))
  );
}
