/**
 * Create, read, update and delete of the resources that no provider plugin offers, by the logic in
 * `@defender-mssp/microsoft` that Pulumi's dynamic provider calls for a program in TypeScript.
 */
import * as microsoft from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { isRpcSecret, specialSecretSig, specialSigKey, unwrapRpcSecret } from "../program/sdk/secretValue";
import { pluginTypePrefix, type DynamicResourceType } from "../domain/resourceTypes";
import { dynamicResourceLogic } from "../domain/stateCode";
import { parseUrn } from "../domain/urn";

type Values = Readonly<Record<string, unknown>>;

/** The methods of a Pulumi provider, less its URN. */
interface Logic {
  check(
    olds: Values,
    news: Values,
  ): { readonly inputs: Record<string, unknown>; readonly failures: { property: string; reason: string }[] };
  diff(id: string, olds: Values, news: Values): DiffAnswer | Promise<DiffAnswer>;
  create(news: Values): Promise<{ readonly id: string; readonly outs: Values }>;
  read(id: string, props: Values): Promise<{ readonly id: string; readonly props?: Values; readonly inputs?: Values }>;
  update(id: string, olds: Values, news: Values): Promise<{ readonly outs: Values }>;
  delete(id: string, props: Values): Promise<void>;
}

interface DiffAnswer {
  readonly changes: boolean;
  readonly replaces: string[];
  readonly deleteBeforeReplace: boolean;
}

export const customResources = {
  check(urn: string, olds: Values = {}, news: Values = {}) {
    const inputs = { ...markOf(urn), ...plain(news) };
    const checked = logicOf(urn).check(plain(olds), inputs);
    return Promise.resolve({ ...checked, inputs: asSecretAs(news, checked.inputs) });
  },

  async diff(id: string, urn: string, olds: Values, news: Values) {
    return logicOf(urn).diff(id, plain(olds), plain(news));
  },

  async create(urn: string, news: Values) {
    const { id, outs } = await logicOf(urn).create(plain(news));
    return { id, outs: asSecretAs(news, outs) };
  },

  async read(id: string, urn: string, props: Values = {}) {
    if (Object.keys(props).length === 0) {
      throw new VisibleError(
        `${typeOf(urn)} cannot be imported. Declare it: an existing object is adopted where its documentation says so.`,
      );
    }
    const found = await logicOf(urn).read(id, plain(props));
    if (found.id === "") return { id: "", props: {} };
    return { ...found, props: asSecretAs(props, found.props ?? {}), inputs: asSecretAs(props, found.inputs ?? {}) };
  },

  async update(id: string, urn: string, olds: Values, news: Values) {
    const { outs } = await logicOf(urn).update(id, plain(olds), plain(news));
    return { outs: asSecretAs({ ...olds, ...news }, outs) };
  },

  async delete(id: string, urn: string, props: Values) {
    await logicOf(urn).delete(id, plain(props));
  },
};

/** Returns the type in a URN, without the package. */
function typeOf(urn: string): string {
  return parseUrn(urn).type.replace(pluginTypePrefix, "");
}

function logicOf(urn: string): Logic {
  const type = typeOf(urn);
  if (Object.hasOwn(dynamicResourceLogic, type)) {
    return microsoft[dynamicResourceLogic[type as DynamicResourceType]];
  }
  throw new VisibleError(`The package defender-mssp has no resource ${type}.`);
}

/** The mark of a resource that a program declares by itself, as `components/mark.ts` makes it. */
function markOf(urn: string): Values {
  const { stack, project, name } = parseUrn(urn);
  return marked.has(typeOf(urn)) ? { managedBy: `${project}/${stack}/${name}` } : {};
}

const marked: ReadonlySet<string> = new Set([
  "AlertNotificationRule",
  "ConnectedOrganization",
  "CrossTenantPartner",
  "DefenderRoleDefinition",
  "DefenderSiemAuthorization",
  "DetectionRule",
]);

/** Without the engine's marks of secrets. */
function plain(value: Values): Record<string, unknown> {
  return withoutSecrets(value) as Record<string, unknown>;
}

/** A value without the engine's marks of secrets. */
export function withoutSecrets(value: unknown): unknown {
  if (isRpcSecret(value)) return withoutSecrets(unwrapRpcSecret(value));
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutSecrets(one)]));
}

/** The values, each a secret where the value of the same name is one, or holds one. */
function asSecretAs(marks: Values, values: Values): Record<string, unknown> {
  const entries = Object.entries(values).map(
    ([key, value]) => [key, holdsSecret(marks[key]) ? secret(value) : value] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function holdsSecret(value: unknown): boolean {
  if (isRpcSecret(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSecret);
}

function secret(value: unknown): Record<string, unknown> {
  return { [specialSigKey]: specialSecretSig, value };
}
