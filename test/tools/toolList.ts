/** Programs of other parties, unmodified, that reach the sandbox by its proxy. */

export interface Tool {
  readonly name: string;
  readonly kind: "library" | "command" | "collector";
  /** What is installed for it, at exact versions. Default: it is on the machine. */
  readonly install?: { readonly from: "pypi" | "npm"; readonly packages: readonly string[] };
  /** A script of this folder, or a command of the installation with its arguments; `$TENANT` and others are variables. */
  readonly run: { readonly script: string } | { readonly shell: string };
  /** What its output has if it worked. */
  readonly expected: RegExp;
  /** Where it is known not to work, and why. */
  readonly limit?: string;
}

/** Microsoft's own sign-in, and the calls that a client makes with it. */
const azureIdentity = "azure-identity==1.27.0";

export const tools: readonly Tool[] = [
  {
    name: "curl",
    kind: "command",
    run: {
      shell:
        'printf "client_id=%s&client_secret=%s&grant_type=client_credentials&scope=https://graph.microsoft.com/.default" ' +
        '"$AZURE_CLIENT_ID" "$AZURE_CLIENT_SECRET" | curl -s -d @- "https://login.microsoftonline.com/$AZURE_TENANT_ID/oauth2/v2.0/token" ' +
        '| sed \'s/.*"access_token":"\\([^"]*\\)".*/authorization: Bearer \\1/\' | curl -s -H @- https://graph.microsoft.com/v1.0/organization',
    },
    expected: /"displayName":"Contoso"/,
  },
  {
    name: "azure-identity and requests (Python)",
    kind: "library",
    install: { from: "pypi", packages: [azureIdentity, "requests==2.34.2"] },
    run: { script: "azureIdentity.py" },
    expected: /^Contoso$/m,
  },
  {
    name: "msal and httpx (Python)",
    kind: "library",
    install: { from: "pypi", packages: ["msal==1.39.0", "httpx==0.28.1"] },
    run: { script: "msalHttpx.py" },
    expected: /^1 https:\/\/graph\.microsoft\.com\/v1\.0\/users$/m,
  },
  {
    name: "msgraph-sdk (Python)",
    kind: "library",
    install: { from: "pypi", packages: [azureIdentity, "msgraph-sdk==1.65.0"] },
    run: { script: "graphSdk.py" },
    expected: /^Contoso \d+$/m,
  },
];
