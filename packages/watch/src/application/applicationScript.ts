/** A shell script for the Azure CLI, of the one table of permissions. */
import { microsoftGraph } from "@defender-mssp/microsoft";
import { watchPermissions } from "../access/permissions";

export function applicationScript(): string {
  const permissions = watchPermissions.map(({ id }) => `${id}=Role`).join(" ");
  return `#!/bin/sh
# Registers an application of your own tenant that only reads, for mssp-watch.mjs. Run it once, after
# az login --tenant <your tenant> --allow-no-subscriptions
set -eu
# What it may read:
${watchPermissions.map(({ name, shows }) => `#   ${name}: ${shows}`).join("\n")}
app=$(az ad app create --display-name "Own look at the MSSP (reads only)" --sign-in-audience AzureADMyOrg --query appId --output tsv)
az ad sp create --id "$app" --output none
az ad app permission add --id "$app" --api ${microsoftGraph.appId} --api-permissions ${permissions}
echo "Waiting for the directory…" >&2
sleep 30
az ad app permission admin-consent --id "$app"
# A private key that this machine alone has, for 90 days. Instead of it, a pipeline can have a federated credential.
umask 077
openssl req -x509 -newkey rsa:3072 -nodes -days 90 -subj "/CN=mssp-watch" -keyout key.pem -out certificate.pem 2>/dev/null
cat key.pem certificate.pem > mssp-watch.pem
rm key.pem
az ad app credential reset --id "$app" --cert @certificate.pem --append --output none
echo "export ARM_TENANT_ID=$(az account show --query tenantId --output tsv)"
echo "export ARM_CLIENT_ID=$app"
echo "export ARM_CLIENT_CERTIFICATE_PATH=$(pwd)/mssp-watch.pem"
`;
}
