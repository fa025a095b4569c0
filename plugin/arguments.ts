/**
 * The arguments of a component as its TypeScript class takes them, from what another language has
 * sent. The schema says which of them may be outputs; the others are plain values, and must be
 * known in a preview.
 */
import { VisibleError } from "@defender-mssp/errors";
import * as pulumi from "@pulumi/pulumi";
import { inspected } from "../program/sdk/inspectedOutput";
import { keyText, printable, shortened } from "../settings/problems";
import { mustBeKnown } from "./mustBeKnown";
import type { PackageSchema, PropertySchema, TypeSchema } from "./schema";

interface Problem {
  readonly path: string;
  readonly reason: string;
}

/**
 * @throws VisibleError that names every argument that is wrong. No value is in the message: it may
 * be a secret.
 */
export async function argumentsOf(schema: PackageSchema, type: string, inputs: pulumi.Inputs): Promise<pulumi.Inputs> {
  const resource = schema.resources[type];
  if (resource === undefined) throw new VisibleError(`The package defender-mssp has no component ${type}.`);
  const { inputProperties: properties, requiredInputs: required } = resource;
  return checkedArguments(schema, { properties, required }, inputs);
}

/** As `argumentsOf`, for the arguments of this type. */
export async function checkedArguments(
  schema: PackageSchema,
  type: TypeSchema,
  inputs: pulumi.Inputs,
): Promise<pulumi.Inputs> {
  const reader = new ArgumentReader(schema);
  const read = await reader.object(inputs, type, "");
  if (reader.problems.length === 0) return read;
  const lines = reader.problems.map(({ path, reason }) => `${path}: ${reason}`);
  throw new VisibleError(lines.length === 1 ? (lines[0] ?? "") : lines.map((line) => `\n- ${line}`).join(""));
}

class ArgumentReader {
  readonly problems: Problem[] = [];
  readonly #schema: PackageSchema;

  constructor(schema: PackageSchema) {
    this.#schema = schema;
  }

  async object(value: object, { properties = {}, required = [] }: TypeSchema, path: string): Promise<pulumi.Inputs> {
    const given = Object.entries(value).filter(([, one]) => one !== undefined && one !== null);
    for (const [key] of given.filter(([one]) => !Object.hasOwn(properties, one))) {
      this.#refuse(join(path, keyText(key)), `no such argument; there are ${Object.keys(properties).join(", ")}`);
    }
    const names = given.map(([key]) => key);
    for (const key of required.filter((one) => !names.includes(one))) this.#refuse(join(path, key), "is required");
    const read = given.map(async ([key, one]) => {
      const property = properties[key];
      return [key, property === undefined ? undefined : await this.#value(one, property, join(path, key))] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  }

  async #value(value: unknown, type: PropertySchema, path: string): Promise<unknown> {
    if (!pulumi.Output.isInstance(value)) return this.#known(value, type, path);
    if (!mustBeKnown(type)) return value;
    const output = inspected(value);
    if (!(await output.isKnown)) {
      return this.#refuse(
        path,
        "its value must be known in a preview; it is an output of a resource that does not exist yet",
      );
    }
    if (await output.isSecret) return this.#refuse(path, "must not be a secret: its value is readable in the state");
    return this.#known(await output.promise(), type, path);
  }

  #known(value: unknown, type: PropertySchema, path: string): unknown {
    if (type.oneOf !== undefined) return this.#member(value, type, path);
    if (type.$ref === "pulumi.json#/Any") return this.#any(value, path);
    const named = type.$ref === undefined ? type : { ...this.#type(type.$ref), plain: type.plain };
    const allowed = named.const === undefined ? named.enum?.map((one) => one.value) : [named.const];
    if (allowed !== undefined) {
      return allowed.includes(value as string) ? value : this.#refuse(path, `must be one of ${allowed.join(", ")}`);
    }
    const kind = named.type ?? "object";
    if (kind === "array") {
      if (!Array.isArray(value)) return this.#refuse(path, "must be a list");
      // The mark of a list counts for its items as well.
      const item = { ...named.items, ...(type.language === undefined ? {} : { language: type.language }) };
      return Promise.all(value.map((one, index) => this.#value(one, item, `${path}[${index}]`)));
    }
    if (kind !== "object") return typeof value === kind ? value : this.#refuse(path, `must be a ${kind}`);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return this.#refuse(path, "must be a map");
    const values = named.additionalProperties;
    return values === undefined ? this.object(value, named, path) : this.#map(value, values, path);
  }

  /** Any value of JSON. Each part must be known. */
  async #any(value: unknown, path: string): Promise<unknown> {
    if (Array.isArray(value)) {
      return Promise.all(value.map((item: unknown, index) => this.#value(item, anyKnown, `${path}[${index}]`)));
    }
    return typeof value === "object" && value !== null ? this.#map(value, anyKnown, path) : value;
  }

  async #map(value: object, type: TypeSchema, path: string): Promise<pulumi.Inputs> {
    const entries = Object.entries(value).map(
      async ([key, one]) => [key, await this.#value(one, type, join(path, keyText(key)))] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }

  /**
   * The member of a union that the discriminator names; without one, the first whose required keys
   * are there.
   */
  #member(value: unknown, { oneOf = [], discriminator, plain }: TypeSchema, path: string): unknown {
    if (typeof value !== "object" || value === null) return this.#refuse(path, "must be a map");
    const given = value as Readonly<Record<string, unknown>>;
    if (discriminator === undefined) {
      const found = oneOf.find(({ $ref }) =>
        (this.#type($ref).required ?? []).every((key) => given[key] !== undefined),
      );
      const keys = oneOf.map(({ $ref }) => (this.#type($ref).required ?? []).join(" and "));
      return found === undefined
        ? this.#refuse(path, `must have ${keys.join(", or ")}`)
        : this.#known(value, { ...found, plain }, path);
    }
    const { propertyName, mapping } = discriminator;
    const chosen = given[propertyName];
    const $ref = typeof chosen === "string" && Object.hasOwn(mapping, chosen) ? mapping[chosen] : undefined;
    return $ref === undefined
      ? this.#refuse(join(path, propertyName), `must be one of ${Object.keys(mapping).join(", ")}`)
      : this.#known(value, { $ref, plain }, path);
  }

  #type($ref: string): TypeSchema {
    return this.#schema.types[$ref.slice("#/types/".length)] ?? {};
  }

  /** Returns what stands for the argument until all of them have been read. */
  #refuse(path: string, reason: string): unknown {
    this.problems.push({ path: printable(shortened(path)), reason });
    return undefined;
  }
}

/** A value of which nothing is known but that a preview must know it. */
const anyKnown = { $ref: "pulumi.json#/Any", plain: true } as const;

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
