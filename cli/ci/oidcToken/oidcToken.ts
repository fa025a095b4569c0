/**
 * GitHub's OpenID Connect token in a file, for clients that read one: Pulumi's state in Azure
 * storage and its Key Vault secrets provider take it from AZURE_FEDERATED_TOKEN_FILE (Azure SDK's
 * WorkloadIdentityCredential). The azuread provider asks GitHub by itself.
 *
 * Source: https://docs.github.com/actions/reference/security/oidc
 */
import { messageOf, VisibleError } from "@defender-mssp/errors";
import { recordOf, textOf } from "@defender-mssp/errors/json";
import { request } from "@defender-mssp/microsoft/http";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";

/** The `aud` that Entra expects for federated identity credentials. */
export const azureAudience = "api://AzureADTokenExchange";

/**
 * Writes the token to a file that only this user can read. It lives for minutes.
 * @throws VisibleError outside of a job with the permission `id-token: write`, or if GitHub returns
 * no token. It never contains a token
 */
export async function writeOidcToken(file: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: address, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = environment;
  if (address === undefined || address === "" || bearer === undefined || bearer === "") {
    throw new VisibleError(
      "GitHub offers no OpenID Connect token: the job requires the permission `id-token: write`, which pull requests from forks never have.",
    );
  }
  const url = new URL(address);
  const loopback = url.hostname === "127.0.0.1";
  if (url.protocol !== "https:" && !loopback) throw new VisibleError("ACTIONS_ID_TOKEN_REQUEST_URL must be https.");
  url.searchParams.set("audience", azureAudience);
  const token = await requestedToken(url, bearer);
  await writeWholeFile(file, token, { mode: 0o600 });
}

async function requestedToken(url: URL, token: string): Promise<string> {
  try {
    const { body } = await request(url.href, {
      token,
      tries: 3,
      timeout: 30_000,
      isWhole: (answer) => tokenIn(answer) !== "",
    });
    return tokenIn(body);
  } catch (error) {
    throw new VisibleError(`GitHub returned no OpenID Connect token: ${messageOf(error)}`, { cause: error });
  }
}

function tokenIn(answer: unknown): string {
  return textOf(recordOf(answer)["value"]);
}
