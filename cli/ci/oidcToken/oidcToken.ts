/**
 * GitHub's OpenID Connect token in a file, for clients that read one: Pulumi's state in Azure
 * storage and its Key Vault secrets provider take it from AZURE_FEDERATED_TOKEN_FILE (Azure SDK's
 * WorkloadIdentityCredential). The azuread provider asks GitHub by itself.
 *
 * Source: https://docs.github.com/actions/reference/security/oidc
 */
import { messageOf, VisibleError } from "@defender-mssp/errors";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";

/** The `aud` that Entra expects for federated identity credentials. */
export const azureAudience = "api://AzureADTokenExchange";

/**
 * Writes the token to a file that only this user can read. It lives for minutes.
 * @throws VisibleError outside of a job with the permission `id-token: write`, or if GitHub returns
 * no token. It never contains a token
 */
export async function writeOidcToken(
  file: string,
  environment: NodeJS.ProcessEnv,
  audience = azureAudience,
): Promise<void> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: address, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = environment;
  if (address === undefined || address === "" || bearer === undefined || bearer === "") {
    throw new VisibleError(
      "GitHub offers no OpenID Connect token: the job requires the permission `id-token: write`, which pull requests from forks never have.",
    );
  }
  const url = new URL(address);
  const loopback = url.hostname === "127.0.0.1";
  if (url.protocol !== "https:" && !loopback) throw new VisibleError("ACTIONS_ID_TOKEN_REQUEST_URL must be https.");
  url.searchParams.set("audience", audience);
  const token = await requestedToken(url, bearer);
  await writeWholeFile(file, token, { mode: 0o600 });
}

async function requestedToken(url: URL, bearer: string): Promise<string> {
  const tries = 3;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(url, {
        headers: { authorization: `Bearer ${bearer}`, accept: "application/json" },
        redirect: "error",
        signal: AbortSignal.timeout(30_000),
      });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const answer = (await response.json()) as { value?: unknown };
      if (typeof answer.value === "string" && answer.value !== "") return answer.value;
      throw new Error("an answer without a token");
    } catch (error) {
      if (attempt < tries) {
        await new Promise((resolve) => setTimeout(resolve, 500 * attempt));
        continue;
      }
      const reason = error instanceof SyntaxError ? "no JSON" : messageOf(error);
      throw new VisibleError(`GitHub gave no OIDC token at ${url.host} in ${tries} tries: ${reason}.`);
    }
  }
}
