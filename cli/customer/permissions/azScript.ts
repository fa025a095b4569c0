/** A shell script that registers the MSSP's applications with the Azure CLI. */
import { clouds, flexibleCredentialsPath } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { requiredResourceAccess } from "./manifest";
import type { Permissions } from "../../access/permissions/needed";

/**
 * The script: multitenant applications with permissions and federated credentials for GitHub's
 * workflows. It can run again: it creates nothing twice, and updates the permissions of existing
 * applications.
 *
 * @param repository `owner/name`; without it no federated credential is made.
 * @throws VisibleError where the customers name different tenants of the MSSP.
 */
export function azScript(permissions: Permissions, repository?: string): string {
  const { msspTenantIds, automation, keeper, preview, customers } = permissions;
  const [tenant, ...others] = msspTenantIds;
  if (tenant === undefined || others.length > 0) {
    throw new VisibleError(
      `The stacks name different values of msspTenantId (${msspTenantIds.join(", ")}): select the stacks of one MSSP tenant with --stack.`,
    );
  }
  return [
    head(tenant),
    application("automation", "MSSP automation", requiredResourceAccess(automation)),
    ...(keeper.length === 0 ? [] : [application("keeper", "MSSP keeper", requiredResourceAccess(keeper))]),
    application("preview", "MSSP preview", requiredResourceAccess(preview)),
    repository === undefined
      ? withoutRepository
      : credentials(repository, clouds[customers[0]?.cloud ?? "public"].graphEndpoint),
    'echo "Variables of the pipeline: MSSP_TENANT_ID=$tenant MSSP_CLIENT_ID=$automation MSSP_PREVIEW_CLIENT_ID=$preview"\n',
  ].join("\n");
}

function head(tenant: string): string {
  return `#!/bin/sh
# Makes the MSSP's applications. Sign in first: az login --tenant ${tenant}
# Written by \`npx mssp permissions --format az\`. It was tried with a stand-in for az, not on a real tenant.
set -eu

# The page of yours that opens after an administrator has consented.
: "\${REDIRECT_URI:?set REDIRECT_URI to an https address of yours}"
tenant=${tenant}
signed_in="$(az account show --query tenantId --output tsv)"
if [ "$signed_in" != "$tenant" ]; then
  echo "Signed in to $signed_in; the applications belong to $tenant. Run: az login --tenant $tenant" >&2
  exit 1
fi
files="$(mktemp -d)"
trap 'rm -rf "$files"' EXIT
`;
}

function application(variable: string, name: string, access: object): string {
  return `# ${name}
cat > "$files/${variable}.json" <<'EOF'
${JSON.stringify(access, undefined, 2)}
EOF
${variable}="$(az ad app list --display-name "${name}" --query "[?displayName=='${name}'].appId" --output tsv)"
if [ -z "$${variable}" ]; then
  ${variable}="$(az ad app create --display-name "${name}" --sign-in-audience AzureADMultipleOrgs \\
    --web-redirect-uris "$REDIRECT_URI" --required-resource-accesses "@$files/${variable}.json" --query appId --output tsv)"
  az ad sp create --id "$${variable}" --output none
else
  az ad app update --id "$${variable}" --required-resource-accesses "@$files/${variable}.json"
fi
`;
}

const withoutRepository = `# No federated credential: --repository <owner/name> adds those of GitHub. npx mssp docs ci has GitLab's and Azure's.
`;

/**
 * Flexible credentials, which are a preview feature of Entra: only they can name the workflow's
 * file and branch.
 */
function credentials(repository: string, graph: string): string {
  const prefix = `claims['sub'] matches 'repo:${repository}:environment:`;
  const merged = `claims['job_workflow_ref'] matches '${repository}/.github/workflows/*@refs/heads/main'`;
  return `# What Entra accepts of GitHub. The ID says which repository has the name: one that takes the name later does not get in.
repository_id="$(gh api "repos/${repository}" --jq .id)"
credential() {
  object="$(az ad app show --id "$1" --query id --output tsv)"
  url="${graph}${flexibleCredentialsPath("$object")}"
  if [ -n "$(az rest --method GET --url "$url" --query "value[?name=='$2'].id" --output tsv)" ]; then return; fi
  cat > "$files/credential.json" <<EOF
{
  "name": "$2",
  "issuer": "https://token.actions.githubusercontent.com",
  "audiences": ["api://AzureADTokenExchange"],
  "claimsMatchingExpression": { "languageVersion": 1, "value": "$3 and claims['repository_id'] eq '$repository_id'" }
}
EOF
  az rest --method POST --url "$url" --body "@$files/credential.json" --output none
}
credential "$automation" customers "${prefix}customer-*' and ${merged}"
credential "$automation" release "${prefix}release' and ${merged}"
credential "$preview" preview "${prefix}preview'"
credential "$preview" drift "${prefix}drift'"
`;
}
