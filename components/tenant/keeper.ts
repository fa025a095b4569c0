import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { VisibleError } from "@defender-mssp/errors";
import { adminConsentUrl, type CloudName } from "@defender-mssp/microsoft";
import { resourceKind } from "../../domain/kinds/kinds";
import { needsAutomation } from "../../domain/prerequisites";
import { azuread as azureadType, dynamic } from "../../domain/resourceTypes";
import { keepVariable } from "../../domain/naming";
import { keeperResource } from "../../domain/resourceNames";
import {
  automationName,
  signInSwitch,
  signsInWith,
  type PrerequisiteSettings,
} from "../../domain/prerequisiteSettings";
import { inThisRun } from "../hooks";

interface KeeperSettings extends PrerequisiteSettings {
  /** The customer's tenant ID, a UUID. */
  readonly tenantId: string;
  readonly cloud: CloudName;
  readonly msspApplications?: PrerequisiteSettings["msspApplications"] & {
    readonly automation: { readonly id: string; readonly name?: string };
  };
}

/** Prepares what a keeper changes in a stack. Without the setting, nothing. */
export interface Keeper {
  /** Declares what the keeper owns besides the groups, once the other resources are declared. */
  readonly declareOwner: (opts: pulumi.CustomResourceOptions) => void;
  /** Resolves when the engine has seen every resource. @throws VisibleError in a preview that only the automation may do. */
  readonly refuse: () => Promise<void>;
}

/**
 * Two identities of the MSSP's take turns: the automation, which the customer enables for the minutes of a run, and the
 * keeper, which stands and has few permissions. Of both a preview without a change shows none:
 * - the groups and the connector's application name their service principals as owners, never "the caller";
 * - guests have no mark: the keeper may invite, and not change a user.
 *
 * In a run of the keeper, a create or an update that only the automation may do ends the run before the first change;
 * without a preview, before its own change. What the engine deletes fails at the service.
 *
 * @throws VisibleError if the tenant does not have one of the two.
 */
export async function prepareKeeper(settings: KeeperSettings, provider: azuread.Provider): Promise<Keeper | undefined> {
  const { automation, keeper } = settings.msspApplications ?? {};
  if (automation === undefined || keeper === undefined) return undefined;
  const [{ clientId }, ...owners] = await Promise.all([
    azuread.getClientConfig({ provider }),
    ...[automation, keeper].map(({ id }) => objectIdOf(id, settings, provider)),
  ]);
  const isKeeper = clientId === keeper.id && process.env[keepVariable] !== "on";
  const refused: string[] = [];
  const hook = (operation: "create" | "update") =>
    new pulumi.ResourceHook(
      `keeper-before-${operation}`,
      inThisRun(({ urn, type, name }: pulumi.ResourceHookArgs) => {
        if (!needsAutomation({ type, urn }, operation, settings)) return;
        const what = `${operation} ${name} (${type.split(":").at(-1)})`;
        if (!pulumi.runtime.isDryRun()) throw new Error(onlyTheAutomation([what], settings));
        refused.push(what);
      }),
      { onDryRun: true },
    );
  const hooks = isKeeper ? { beforeCreate: [hook("create")], beforeUpdate: [hook("update")] } : {};
  const resources: pulumi.Resource[] = [];
  pulumi.runtime.registerStackTransformation(({ resource, type, props, opts }) => {
    resources.push(resource);
    const own = isKeeper && resourceKind({ type }) !== undefined ? { ...opts, hooks: joined(opts.hooks, hooks) } : opts;
    if (type === azureadType("Group")) return { props: { ...props, owners }, opts: own };
    return { props: type === dynamic("Guest") ? { ...props, managedBy: undefined } : props, opts: own };
  });
  return {
    declareOwner: (opts) => {
      const [, ownerObjectId = ""] = owners;
      const application = resources.find((resource) => resource instanceof azuread.ApplicationRegistration);
      if (application !== undefined && signsInWith("secret")(settings))
        new azuread.ApplicationOwner(keeperResource, { applicationId: application.id, ownerObjectId }, opts);
    },
    refuse: async () => {
      if (!isKeeper || !pulumi.runtime.isDryRun()) return;
      await new Promise<void>((resolve) => pulumi.all(resources.map(({ urn }) => urn)).apply(() => resolve()));
      if (refused.length > 0) throw new VisibleError(onlyTheAutomation(refused.sort(), settings));
    },
  };
}

function joined(one: pulumi.ResourceHookBinding = {}, other: pulumi.ResourceHookBinding): pulumi.ResourceHookBinding {
  return {
    ...one,
    beforeCreate: [...(one.beforeCreate ?? []), ...(other.beforeCreate ?? [])],
    beforeUpdate: [...(one.beforeUpdate ?? []), ...(other.beforeUpdate ?? [])],
  };
}

async function objectIdOf(
  clientId: string,
  { tenantId, cloud }: KeeperSettings,
  provider: azuread.Provider,
): Promise<string> {
  try {
    return (await azuread.getServicePrincipal({ clientId }, { provider })).objectId;
  } catch {
    throw new VisibleError(
      `The tenant ${tenantId} has no service principal of the application ${clientId}, which msspApplications names, or this identity ` +
        `may not read it (Application.Read.All). Its administrator consents at ${adminConsentUrl(cloud, tenantId, clientId)}. Nothing was changed.`,
    );
  }
}

function onlyTheAutomation(what: readonly string[], settings: KeeperSettings): string {
  return (
    `The keeper may not do this, the automation (${automationName(settings)}) may:\n${what.map((one) => `- ${one}`).join("\n")}\n` +
    `The customer enables it for the run, under ${signInSwitch}; ` +
    "npx mssp fleet up --keep does the rest without it. See npx mssp docs keeper."
  );
}
