import { readTenantFeatures, secretRefusal } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { inThisRun } from "../hooks";

/**
 * Explains what to do when the tenant's app management policy refuses a client secret: the policy
 * could not be read beforehand, or it is newer than the stack's first secret
 * (`requireTenantFeatures` checks before that one). The provider prints Graph's error, which does
 * not name the longest lifetime; it is read from the policy if the identity has `Policy.Read.All`.
 */
export function explainRefusedSecret(name: string, tenantId: pulumi.Input<string>, days: number): pulumi.ErrorHook {
  const explain = async ({ errors }: pulumi.ErrorHookArgs): Promise<boolean> => {
    const refusal = secretRefusal(errors.join("\n"));
    if (refusal === "forbidden") await pulumi.log.error(`${forbidden} ${otherCredentials}`);
    if (refusal === "tooLong") await pulumi.log.error(`${tooLong(days, await capOf(tenantId))} ${otherCredentials}`);
    return false; // a retry would be refused, too
  };
  return new pulumi.ErrorHook(`${name}-secret-refused`, inThisRun(explain));
}

const otherCredentials = "Or use a certificate or a federated credential (setting connector.credential).";
const forbidden =
  "The tenant's app management policy forbids client secrets. The customer can exempt this application.";

function tooLong(days: number, cap: number | undefined): string {
  const refused = `The tenant's app management policy doesn't allow a client secret that is valid for ${days} days`;
  const longest = "Set connector.credential.days to that number or less.";
  if (cap !== undefined) return `${refused}; its maximum is ${cap} days. ${longest}`;
  return (
    `${refused}. Reading its maximum requires Policy.Read.All; the customer finds it in the Entra admin center, ` +
    `Enterprise applications > Application policies. ${longest}`
  );
}

async function capOf(tenantId: pulumi.Input<string>): Promise<number | undefined> {
  const tenant = await new Promise<string>((resolve) => void pulumi.output(tenantId).apply(resolve));
  const features = await readTenantFeatures(tenant).catch(() => undefined);
  const cap = features?.longestSecretDays;
  return cap === Infinity ? undefined : cap;
}
