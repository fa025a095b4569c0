/**
 * The JSON schema (draft 2020-12) of a stack's file: an editor completes its keys, describes them and
 * underlines mistakes. The program refuses more: a schema can't compare settings with each other.
 */
import * as z from "zod/mini";
import { settingKeys, settingsSchema } from "./index";
import { settingsReference } from "./reference";
import { settingText } from "./setting";
import { jsonFormOf } from "./validators";

type JsonSchema = Readonly<Record<string, unknown>>;

/** Settings that are also accepted as one word, with the key of the map that it stands for. */
const shorthand: Readonly<Record<string, string>> = {
  portalAccess: "model",
  conditionalAccess: "mode",
  connector: "kind",
};

/** Namespaces of the program's providers and of the engine. An extension may need another one. */
const otherNamespaces = "^(azuread|azure-native|random|pulumi|azure|aws|gcp|kubernetes|command|tls|time):";

export function settingsJsonSchema(): object {
  const { properties } = z.toJSONSchema(settingsSchema, {
    io: "output",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const text = settingText(zodSchema);
      Object.assign(jsonSchema, jsonFormOf(zodSchema), text === undefined ? {} : { description: text.description });
    },
  }) as unknown as { readonly properties: Readonly<Record<string, JsonSchema>> };
  const isRequired = new Set(settingsReference().flatMap(({ key, required }) => (required ? [key] : [])));
  const settings = settingKeys.map((key) => [keyPattern(key), withShorthand(key, properties[key] ?? {})]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Settings of a customer's stack (Pulumi.<stack>.yaml)",
    type: "object",
    properties: {
      config: {
        description: "Each key with the project's name in front.",
        type: "object",
        patternProperties: Object.fromEntries([...settings, [otherNamespaces, {}]]) as object,
        additionalProperties: false,
        // The models that have no list of analysts may omit it: the program knows.
        allOf: settingKeys.filter((key) => isRequired.has(key) && key !== "analysts").map(hasKey),
      },
      encryptionsalt: { type: "string" },
      secretsprovider: { type: "string" },
      encryptedkey: { type: "string" },
    },
    required: ["config"],
  };
}

/** A key with any project's name in front, or none. */
function keyPattern(key: string): string {
  return `^([A-Za-z][A-Za-z0-9_.-]*:)?${key}$`;
}

/** Requires a key that may have a prefix: not all names are others. */
function hasKey(key: string): object {
  return {
    description: `${key} is required.`,
    not: { propertyNames: { not: { pattern: keyPattern(key) } } },
  };
}

function withShorthand(key: string, schema: JsonSchema): JsonSchema {
  const inner = shorthand[key];
  if (inner === undefined) return schema;
  const { description, properties, ...map } = schema;
  const keys = properties as Readonly<Record<string, JsonSchema>>;
  const { credential } = keys;
  const inside =
    key === "connector" && credential !== undefined ? { ...keys, credential: wordOr("type", credential) } : keys;
  return { description, ...wordOr(inner, { ...map, properties: inside }) };
}

/** The value of one key of a map, or the map. */
function wordOr(key: string, map: JsonSchema): JsonSchema {
  const keys = map["properties"] as Readonly<Record<string, JsonSchema>>;
  return { anyOf: [keys[key] ?? {}, map] };
}
