import { readTenantFeatures, secretRefusal } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";

/**
 * Says what to do where the tenant's app management policy refuses a secret after all: it couldn't be read beforehand, or it is newer than
 * the stack's first secret (`requireTenantFeatures` looks before the first one). The provider prints Graph's error, which doesn't name the
 * cap. It is read from the policy where the identity that runs this may (`Policy.Read.All`).
 */
export function explainRefusedSecret(name: string, tenantId: pulumi.Input<string>, days: number): pulumi.ErrorHook {
  const explain = async ({ errors }: pulumi.ErrorHookArgs): Promise<boolean> => {
    const refusal = secretRefusal(errors.join("\n"));
    if (refusal === "forbidden") await pulumi.log.error(`${forbidden} ${otherCredentials}`);
    if (refusal === "tooLong") await pulumi.log.error(`${tooLong(days, await capOf(tenantId))} ${otherCredentials}`);
    return false; // the same call would be refused again
  };
  return new pulumi.ErrorHook(`${name}-secret-refused`, explain);
}

const otherCredentials =
  "Or take a credential that it allows: certificate or federated (setting connector.credential).";
const forbidden =
  "The tenant's app management policy forbids client secrets. The customer may exempt this application.";

function tooLong(days: number, cap: number | undefined): string {
  const refused = `The tenant's app management policy doesn't allow a client secret of ${days} days`;
  const longest = "Set connector.credential.days to no more than that.";
  if (cap !== undefined) return `${refused}: its cap is ${cap} days. ${longest}`;
  return (
    `${refused}. Its cap can't be read by the identity that runs this (Policy.Read.All); the customer finds it in the Entra admin ` +
    `center, Enterprise applications > Application policies. ${longest}`
  );
}

async function capOf(tenantId: pulumi.Input<string>): Promise<number | undefined> {
  const tenant = await new Promise<string>((resolve) => void pulumi.output(tenantId).apply(resolve));
  const features = await readTenantFeatures(tenant).catch(() => undefined);
  const cap = features?.longestSecretDays;
  return cap === Infinity ? undefined : cap;
}
