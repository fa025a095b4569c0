/**
 * Declares a component for a program in another language, with what a program in TypeScript does
 * beside it: signing in, and reading its state.
 */
import { clockFrom, type CallContext, type CloudName } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import * as pulumi from "@pulumi/pulumi";
import {
  connectorSecrets,
  contactObjectIds,
  deployedConsents,
  deployedSecrets,
  type EntitlementTerms,
  type PortalAccessChoice,
} from "../components";
import { markStack } from "../components/mark";
import { requireTenant, tenantProvider } from "../components/tenant/customerTenant";
import { stackResources } from "../program/sdk/stackResources";
import { pluginTypePrefix } from "../domain/resourceTypes";
import { argumentsOf } from "./arguments";
import { exposedComponents } from "./exposed";
import { takenProvider } from "./takenProvider";
import { isPrepared, preparedComponents } from "./preparedComponents";
import type { PackageSchema } from "./schema";

type Constructor = new (
  name: string,
  args: pulumi.Inputs,
  opts: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

/** @param context where the components look up what exists. Tests set it. */
export async function constructComponent(
  schema: PackageSchema,
  name: string,
  type: string,
  inputs: pulumi.Inputs,
  options: pulumi.ComponentResourceOptions,
  context: CallContext = {},
): Promise<pulumi.ComponentResource> {
  const { stackIdentity, ...given } = await argumentsOf(schema, type, inputs);
  if (stackIdentity !== undefined) markStack(identityFrom(stackIdentity as pulumi.Inputs));
  const prepared = type.slice(pluginTypePrefix.length);
  if (isPrepared(prepared)) return preparedComponents[prepared](name, given, options, context);
  const component = prepared as keyof typeof exposedComponents;
  const { provider: own, options: others } = takenProvider(options, "azuread");
  const provider =
    component === "GuestUser"
      ? undefined
      : await signIn(name, component, given, {
          own,
          parent: options.parent,
        });
  const args = { ...given, ...(await ownArguments(name, component, given, provider)) };
  // The arguments are as the schema, which is made of the classes' own types, says.
  const Component = exposedComponents[component] as unknown as Constructor;
  return new Component(name, args, provider === undefined ? options : { ...others, provider });
}

/** The argument, or single values of it, may be outputs. */
function identityFrom(argument: pulumi.Inputs): Parameters<typeof markStack>[0] {
  const identity = pulumi.output(argument) as pulumi.Output<{
    readonly stackId: string;
    readonly msspTenantId: string;
  }>;
  return { stackId: identity.stackId, msspTenantId: identity.msspTenantId };
}

/** The arguments that a program in TypeScript makes itself. */
async function ownArguments(
  name: string,
  component: keyof typeof exposedComponents,
  args: pulumi.Inputs,
  provider: pulumi.ProviderResource | undefined,
): Promise<pulumi.Inputs> {
  const clock = clockFrom(process.env);
  switch (component) {
    case "SiemConnector": {
      const deployed = await stackResources();
      return { clock, deployedSecrets: deployedSecrets(name, deployed), deployedConsents: deployedConsents(deployed) };
    }
    case "CustomerOnboarding": {
      const deployed = await stackResources();
      return {
        clock,
        connectorSecrets: connectorSecrets(name, deployed),
        connectorConsents: deployedConsents(deployed),
        approverObjectIds: await approversOf(args["portalAccess"] as PortalAccessChoice | undefined, provider),
      };
    }
    case "EntitlementAccess": {
      const { approvers } = args["terms"] as EntitlementTerms;
      return { approverObjectIds: await contactObjectIds(approvers, { provider }) };
    }
    case "PortalAccess":
      return {
        clock,
        approverObjectIds: await approversOf(args["access"] as PortalAccessChoice | undefined, provider),
      };
    default:
      return {};
  }
}

async function approversOf(
  access: PortalAccessChoice | undefined,
  provider: pulumi.ProviderResource | undefined,
): Promise<readonly string[]> {
  return access?.model === "entitlement" ? contactObjectIds(access.approvers, { provider }) : [];
}

/**
 * The azuread provider of the options, or a new one for the argument `tenantId`. Both have signed
 * in to that tenant: nothing is declared in the tenant of whoever is signed in on this machine.
 */
async function signIn(
  name: string,
  component: string,
  { tenantId, cloud }: pulumi.Inputs,
  { own, parent }: { readonly own: pulumi.ProviderResource | undefined; readonly parent?: pulumi.Resource },
): Promise<pulumi.ProviderResource> {
  if (tenantId === undefined) {
    if (own !== undefined) return own;
    throw new VisibleError(
      `${component} "${name}" needs an azuread provider for the customer's tenant in its option "providers".`,
    );
  }
  const tenant = pulumi.output(tenantId as pulumi.Input<string>);
  const provider = own ?? tenantProvider(`${name}-tenant`, tenant, cloud as CloudName | undefined, { parent });
  // Public in the SDK, left out of its types: undefined while the value is not known.
  const known: unknown = await (tenant as unknown as { promise(): Promise<unknown> }).promise();
  if (typeof known === "string") await requireTenant(provider, known);
  return provider;
}
