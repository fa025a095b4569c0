/** What a rule of this pack is, and how it becomes one of Pulumi's policies. */
import {
  UnknownValueError,
  type EnforcementLevel,
  type PolicyConfigSchema,
  type PolicyResource,
  type ResourceValidationPolicy,
  type Severity,
  type StackValidationPolicy,
} from "@pulumi/policy";
import { clockFrom } from "@defender-mssp/microsoft";
import { judgedType } from "../domain/resourceTypes";
import type { PolicySettings } from "./policySettings";

/** The text, if it is a known one. */
export { optionalText as knownText } from "@defender-mssp/errors/json";

/** What a preview doesn't know yet. It is never a violation: the `up` asks again, and knows. */
export const unknown: unique symbol = Symbol("unknown in this preview");

/** A parameter: JSON schema with a description and a default. `--policy-pack-config` sets it. */
export type ParameterSchema = PolicyConfigSchema["properties"][string];

/** A parameter that is a list of texts, empty by default. */
export const textList = { type: "array", items: { type: "string" }, default: [] } as const;

/** What a rule judges by, besides the resources. */
export interface Context<Parameters> {
  /**
   * The running stack's settings; undefined where they are wrong, and then nothing counts as asked
   * for.
   */
  readonly settings: PolicySettings | undefined;
  readonly parameters: Parameters;
  readonly now: Date;
}

export interface JudgedResource {
  /** The type's token, without the version that azure-native may have in it. */
  readonly type: string;
  readonly name: string;
  /** Type of the provider that makes it; undefined for a component. */
  readonly providerType?: string | undefined;
  /** Plain values, `unknown` where a preview doesn't know one. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface StackResource extends JudgedResource {
  readonly urn: string;
  /**
   * URNs of the resources that each property's value comes from: known in a preview even where the
   * value isn't.
   */
  readonly sources: Readonly<Record<string, readonly string[]>>;
}

export interface StackViolation {
  readonly problem: string;
  /** The resource that it is about; the whole stack where there is none. */
  readonly resource?: StackResource;
}

interface Description<Parameters> {
  /** Kebab case, and the rule's file is called the same in camel case. */
  readonly name: string;
  readonly severity: Severity;
  readonly level: EnforcementLevel;
  /** One sentence: what is kept, and what it keeps away. */
  readonly why: string;
  /** One sentence: what to do about a violation. */
  readonly remedy: string;
  /** A public page that says more. */
  readonly link: string;
  readonly parameters: Readonly<Record<keyof Parameters & string, ParameterSchema>>;
}

/** Judges one resource at a time, by its inputs. */
export interface ResourceRule<Parameters> extends Description<Parameters> {
  /** Tokens of the types that it judges; `all`: every resource. */
  readonly types: readonly string[] | "all";
  /** What is wrong with the resource. */
  readonly check: (resource: JudgedResource, context: Context<Parameters>) => readonly string[];
}

/** Judges all resources of a stack together, by their outputs. */
export interface StackRule<Parameters> extends Description<Parameters> {
  readonly checkStack: (resources: readonly StackResource[], context: Context<Parameters>) => readonly StackViolation[];
}

/** A rule, with parameters that only itself knows. */
export interface Rule extends Description<unknown> {
  readonly parameters: Readonly<Record<string, ParameterSchema>>;
  /** Tokens of the types that a rule about single resources judges. */
  readonly types?: readonly string[] | "all";
  /** @param settings of the running stack. */
  readonly policy: (settings: () => PolicySettings | undefined) => ResourceValidationPolicy | StackValidationPolicy;
}

export function resourceRule<Parameters extends object>(rule: ResourceRule<Parameters>): Rule {
  const { types, check } = rule;
  return {
    ...rule,
    policy: (settings) => ({
      ...metadata(rule),
      validateResource: (args, report) => {
        const type = judgedType(args.type);
        if (types !== "all" && !types.includes(type)) return;
        const context = { settings: settings(), parameters: parametersOf(rule, args.getConfig()), now: clockFrom()() };
        const resource = {
          type,
          name: args.name,
          providerType: args.provider?.type,
          properties: plainProperties(args.props),
        };
        for (const problem of check(resource, context)) report(problem);
      },
    }),
  };
}

export function stackRule<Parameters extends object>(rule: StackRule<Parameters>): Rule {
  return {
    ...rule,
    policy: (settings) => ({
      ...metadata(rule),
      validateStack: (args, report) => {
        const context = { settings: settings(), parameters: parametersOf(rule, args.getConfig()), now: clockFrom()() };
        for (const { problem, resource } of rule.checkStack(args.resources.map(stackResource), context)) {
          report(problem, resource?.urn);
        }
      },
    }),
  };
}

/**
 * The value at a path: `unknown` where it, or what it is in, isn't known; undefined where there is
 * none.
 */
export function valueAt(root: unknown, ...path: readonly string[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) {
      return value === unknown ? unknown : undefined;
    }
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** The known items of a list; none where the list isn't known, or there is none. */
export function knownItems(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list.filter((item) => item !== unknown) : [];
}

/**
 * Whether a property is left out or empty. A value that a preview does not know yet is not missing.
 */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

export function knownTexts(list: unknown): readonly string[] {
  return knownItems(list).filter((item) => typeof item === "string");
}

/** Those that there are. */
export function problems(...found: readonly (string | undefined)[]): readonly string[] {
  return found.filter((problem) => problem !== undefined);
}

function metadata({ name, severity, level, why, remedy, link, parameters }: Description<object>) {
  const properties = parameters as PolicyConfigSchema["properties"];
  return {
    name,
    description: `${why} ${remedy}`,
    severity,
    enforcementLevel: level,
    remediationSteps: remedy,
    url: link,
    ...(Object.keys(properties).length === 0 ? {} : { configSchema: { properties } }),
  };
}

/**
 * The engine fills defaults in as well, where it is asked by the command line; other callers don't.
 */
function parametersOf<Parameters>(rule: Description<Parameters>, configured: object): Parameters {
  const schemas = Object.entries<ParameterSchema>(rule.parameters);
  const defaults = Object.fromEntries(schemas.map(([name, schema]) => [name, schema.default as unknown]));
  return { ...defaults, ...configured } as Parameters;
}

function stackResource({ urn, type, name, props, propertyDependencies }: PolicyResource): StackResource {
  const sources = Object.entries(propertyDependencies).map(([property, from]) => [
    property,
    from.map((one) => one.urn),
  ]);
  return {
    urn,
    type: judgedType(type),
    name,
    properties: plainProperties(props),
    sources: Object.fromEntries(sources) as StackResource["sources"],
  };
}

function plainProperties(props: object): Record<string, unknown> {
  return plain(props) as Record<string, unknown>;
}

/**
 * Reading what isn't known throws, by which the SDK would end the whole rule: each value is read
 * for itself.
 */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const read = (key: string): unknown => {
    try {
      return plain((value as Record<string, unknown>)[key]);
    } catch (error) {
      if (error instanceof UnknownValueError) return unknown;
      throw error;
    }
  };
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => read(String(index)));
  return Object.fromEntries(Object.keys(value).map((key) => [key, read(key)]));
}
