/** Asks a rule about samples, in the form in which Pulumi's SDK asks a policy. */
import { defaultConnectorAccess, tierNames } from "@defender-mssp/microsoft";
import * as sdk from "@pulumi/policy";
import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import type { Rule } from "../../policy/rule";
import type { PolicySettings } from "../../policy/policySettings";
import { requiredSettings } from "../settings/required";

/** How the engine writes a value that a preview doesn't know. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const contoso: PolicySettings = {
  ...requiredSettings,
  msspName: "Fabrikam Security",
  cloud: "public",
  analysts: [],
  notificationRules: [],
  defenderCalls: { mode: "manual" },
  connector: defaultConnectorAccess,
  portalAccess: {
    model: "rbac",
    tiers: {
      tier1: { name: tierNames.tier1 },
      tier2: { name: tierNames.tier2 },
      approvers: { name: tierNames.approvers },
    },
  },
};

export interface Given {
  /** The stack's settings, Contoso's unless others are given; `wrong` for settings that can't be read. */
  readonly settings?: PolicySettings | "wrong";
  /** Parameters by `--policy-pack-config`; the defaults otherwise. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Type of the provider that makes the resource. */
  readonly provider?: string;
}

/** What the rule says about one resource. */
export function judge(
  rule: Rule,
  type: string,
  properties: Readonly<Record<string, unknown>>,
  given: Given = {},
): string[] {
  const { validateResource } = policyOf(rule, given) as ResourceValidationPolicy;
  if (typeof validateResource !== "function") throw new Error(`${rule.name} judges stacks`);
  const said: string[] = [];
  const args = {
    type,
    name: "sample",
    props: asTheSdkHasThem(properties),
    ...(given.provider === undefined
      ? {}
      : { provider: { type: given.provider, name: "made", urn: "urn:made", props: {} } }),
    getConfig: () => given.parameters ?? {},
  };
  void validateResource(args as unknown as Parameters<typeof validateResource>[0], (message) => said.push(message));
  return said;
}

export interface Sample {
  readonly type: string;
  readonly name?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  /** Names of the samples that a property's value comes from. */
  readonly sources?: Readonly<Record<string, readonly string[]>>;
}

/** What the rule says about a stack with these resources. */
export function judgeStack(rule: Rule, samples: readonly Sample[], given: Given = {}): string[] {
  const { validateStack } = policyOf(rule, given) as StackValidationPolicy;
  const said: string[] = [];
  const args = {
    resources: samples.map(({ type, name = type, properties = {}, sources = {} }) => ({
      type,
      name,
      urn: `urn:${name}`,
      props: asTheSdkHasThem(properties),
      propertyDependencies: Object.fromEntries(
        Object.entries(sources).map(([property, names]) => [property, names.map((one) => ({ urn: `urn:${one}` }))]),
      ),
    })),
    getConfig: () => given.parameters ?? {},
  };
  void validateStack(args as unknown as Parameters<typeof validateStack>[0], (message) => said.push(message));
  return said;
}

/**
 * Properties whose unknown values throw when they are read. The SDK exports the function, and
 * leaves it out of its types.
 */
function asTheSdkHasThem(properties: object): Record<string, unknown> {
  const { unknownCheckingProxy } = sdk as unknown as {
    readonly unknownCheckingProxy: (properties: object) => Record<string, unknown>;
  };
  return unknownCheckingProxy(properties);
}

function policyOf(rule: Rule, { settings = contoso }: Given): ResourceValidationPolicy | StackValidationPolicy {
  return rule.policy(() => (settings === "wrong" ? undefined : settings));
}

/** A time so many days from now: ISO 8601. */
export function inDays(days: number): string {
  return new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString();
}
