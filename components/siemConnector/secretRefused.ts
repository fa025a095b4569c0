import { durationDays, secretLifetimeCap, secretRefusal } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";

/**
 * Says what to do where the tenant's app management policy refuses a secret: the provider prints Graph's error, which doesn't name the
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

function tooLong(days: number, cap: string | undefined): string {
  const refused = `The tenant's app management policy doesn't allow a client secret of ${days} days`;
  if (cap === undefined) {
    return (
      `${refused}. Its cap can't be read by the identity that runs this (Policy.Read.All); the customer finds it in the Entra admin ` +
      "center, App registrations > Application policies. Set connector.credential.days to no more than that."
    );
  }
  const allowed = durationDays(cap);
  return `${refused}: its cap is ${allowed === undefined ? cap : `${allowed} days`}. Set connector.credential.days to no more than that.`;
}

async function capOf(tenantId: pulumi.Input<string>): Promise<string | undefined> {
  const tenant = await new Promise<string>((resolve) => void pulumi.output(tenantId).apply(resolve));
  return await secretLifetimeCap(tenant).catch(() => undefined);
}
