/** Programs of other parties, unmodified, that reach the sandbox by its proxy. */

export interface Tool {
  readonly name: string;
  readonly kind: "library" | "command" | "collector";
  /**
   * What is installed for it, at exact versions. Default: it is on the machine. A provider of Terraform is fetched as
   * `terraform init` does, outside the proxy. `uv`: its resolver, where pip's takes more than a quarter of an hour.
   */
  readonly install?:
    | { readonly from: "pypi" | "uv" | "npm"; readonly packages: readonly string[] }
    | { readonly from: "terraform"; readonly configuration: string };
  /** The command that must be on the machine. */
  readonly needs?: string;
  /** A script of this folder, or a command of the installation with its arguments; `$TOOLS` is this folder. */
  readonly run: { readonly script: string } | { readonly shell: string };
  /** What its output has if it worked. */
  readonly expected: RegExp;
  /** Where it is known not to work, and why. */
  readonly limit?: string;
}

/** Microsoft's own command line for Azure. */
const azureCli = "azure-cli==2.91.0";

/** The installer of the packages that pip resolves too slowly. */
export const uv = "uv==0.13.9";

/** Signs the Azure CLI in as the automation. */
const azLogin =
  'az login --service-principal --username "$AZURE_CLIENT_ID" --password "$AZURE_CLIENT_SECRET" --tenant "$AZURE_TENANT_ID" ' +
  "--allow-no-subscriptions --output none";

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
    expected: /^Contoso \d+\nallExternalUsers noExpiration\n100 alerts, 50 incidents, 1 row$/m,
  },
  {
    name: "Azure CLI",
    kind: "command",
    install: { from: "pypi", packages: [azureCli] },
    run: {
      shell:
        `${azLogin} && az ad group list --output none && az account list --query '[].name' --output tsv ` +
        "&& az rest --url https://graph.microsoft.com/v1.0/organization --query 'value[0].displayName' --output tsv",
    },
    expected: /^Security\n(.*\n)*Contoso$/m,
  },
  {
    name: "CLI for Microsoft 365",
    kind: "command",
    install: { from: "npm", packages: ["@pnp/cli-microsoft365@11.11.0"] },
    run: {
      shell:
        'm365 login --authType secret --secret "$AZURE_CLIENT_SECRET" --appId "$AZURE_CLIENT_ID" --tenant "$AZURE_TENANT_ID" ' +
        "&& m365 entra group list --output json",
    },
    expected: /"appTenant": "c0570500[^]*\[\]/,
  },
  {
    name: "ROADrecon",
    kind: "collector",
    install: { from: "pypi", packages: ["roadrecon==2.0.0"] },
    run: {
      shell:
        'cd "$HOME" && roadrecon auth --as-app -c "$AZURE_CLIENT_ID" -p "$AZURE_CLIENT_SECRET" -t "$AZURE_TENANT_ID"',
    },
    expected: /Tokens were written to/,
    limit:
      "`gather` takes no proxy from the environment (aiohttp), and asks graph.windows.net, which the sandbox does not emulate",
  },
  {
    name: "Cloud Custodian",
    kind: "collector",
    install: { from: "pypi", packages: ["c7n-azure==0.7.52"] },
    run: {
      shell:
        "AZURE_SUBSCRIPTION_ID=00000000-0000-4000-8000-000000000000 " +
        'custodian run -s "$HOME/custodian" "$TOOLS/custodian.yaml"',
    },
    // Each policy reads its objects: a refused or missing route gives 0 and an error.
    expected:
      /^(?!(?:[^]*ERROR))(?=[^]*policy:organization .*count:1 )(?=[^]*policy:users .*count:[1-9])(?=[^]*policy:security-defaults .*count:1 )(?=[^]*policy:authorization .*count:1 )[^]*policy:locations .*count:0 /,
  },
  {
    name: "overreach",
    kind: "collector",
    install: { from: "pypi", packages: ["overreach==0.1.0", azureCli] },
    run: {
      shell:
        `${azLogin} && overreach inventory --out "$HOME/inventory.json" && ` +
        'overreach roles-report --input "$HOME/inventory.json" --format csv',
    },
    expected: /Global Administrator,.*admin@/,
  },
  {
    name: "TenetSec",
    kind: "collector",
    install: { from: "pypi", packages: ["tenetsec==0.1.0"] },
    run: { shell: 'tenetsec --output-dir "$HOME/tenetsec" --format json && cat "$HOME"/tenetsec/*.json' },
    expected: /"Contoso"/,
    limit: "many of its addresses are none of Graph's (`security/threatProtection/…`, `security/transportRules`)",
  },
  {
    name: "ScoutSuite",
    kind: "collector",
    install: { from: "uv", packages: ["scoutsuite==5.14.0"] },
    run: {
      shell:
        'scout azure --service-principal --tenant "$AZURE_TENANT_ID" --client-id "$AZURE_CLIENT_ID" ' +
        '--client-secret "$AZURE_CLIENT_SECRET" --all-subscriptions --services aad rbac keyvault --no-browser ' +
        '--report-dir "$HOME/scout" && cat "$HOME"/scout/scoutsuite-results/*.js',
    },
    // It catches exceptions, and writes them to a file of its own.
    expected:
      /^exceptions =\s*\{\}(?=[^]*"policies_count": 1,)(?=[^]*"service_principals_count": [1-9])[^]*"role_assignments_count": [1-9]/m,
  },
  {
    name: "Prowler",
    kind: "collector",
    install: { from: "uv", packages: ["prowler==5.46.0"] },
    run: {
      shell:
        "prowler azure --sp-env-auth --service entra iam keyvault -M csv " +
        '-o "$HOME/prowler" --no-color; cat "$HOME"/prowler/*.csv',
    },
    // Its checks name what they read: directory roles, registered methods, role assignments of the subscription.
    expected:
      /^(?=[^]*There are 2 global administrators)(?=[^]*Privileged user Contoso Tenant Administrator has MFA)(?=[^]*iam_role_user_access_admin_restricted[^]*;PASS;Role assignment )/,
  },
  {
    name: "msticpy (Python)",
    kind: "library",
    install: { from: "uv", packages: ["msticpy[azure]==3.0.2"] },
    run: { script: "msticpyAzure.py" },
    expected: /^c0570500-5ab5-4000-8000-00000000000a,Security,Enabled$/m,
  },
  {
    name: "entra-stale-accounts",
    kind: "collector",
    install: { from: "pypi", packages: ["entra-stale-accounts==0.2.1"] },
    run: {
      shell:
        'ENTRA_TENANT_ID="$AZURE_TENANT_ID" ENTRA_CLIENT_ID="$AZURE_CLIENT_ID" ENTRA_CLIENT_SECRET="$AZURE_CLIENT_SECRET" ' +
        "entra-stale-accounts check",
    },
    expected: /^admin@.* never .*\n(?:.*\n)*2 stale account/m,
  },
  {
    name: "Terraform with azuread",
    kind: "command",
    needs: "terraform",
    install: { from: "terraform", configuration: "azuread.tf" },
    run: {
      shell:
        "terraform apply -no-color -input=false -auto-approve && " +
        "terraform plan -no-color -input=false -detailed-exitcode && " +
        "terraform destroy -no-color -input=false -auto-approve",
    },
    // What it has created it reads back unchanged: the plan between the two has no change.
    expected:
      /Apply complete! Resources: 13 added[^]*tenant = "c0570500[^]*\nNo changes\.[^]*Destroy complete! Resources: 13/,
  },
  {
    name: "PowerShell",
    kind: "command",
    needs: "pwsh",
    run: { shell: 'pwsh -NoProfile -NonInteractive -File "$TOOLS/organization.ps1"' },
    expected: /^Contoso$/m,
  },
];
