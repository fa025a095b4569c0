/** The parts of Pulumi's package schema that the plugin uses: https://www.pulumi.com/docs/iac/using-pulumi/extending-pulumi/schema/ */
export interface PackageSchema {
  readonly name: string;
  readonly displayName: string;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly homepage?: string;
  readonly license: string;
  readonly repository?: string;
  readonly publisher: string;
  readonly meta: { readonly moduleFormat: string };
  /** Options of the generators of SDKs, by language. */
  readonly language: Readonly<Record<string, object>>;
  readonly types: Readonly<Record<string, TypeSchema>>;
  readonly resources: Readonly<Record<string, ResourceSchema>>;
  readonly functions: Readonly<Record<string, FunctionSchema>>;
}

export interface FunctionSchema {
  readonly description: string;
  readonly inputs: TypeSchema;
  readonly outputs: TypeSchema;
}

export interface ResourceSchema {
  readonly description: string;
  readonly isComponent?: boolean;
  readonly inputProperties: Readonly<Record<string, PropertySchema>>;
  readonly requiredInputs: readonly string[];
  readonly properties: Readonly<Record<string, PropertySchema>>;
  readonly required: readonly string[];
}

export interface PropertySchema extends TypeSchema {
  readonly secret?: boolean;
  /** Pulumi's generators ignore the key `plugin`, which only this plugin reads. */
  readonly language?: { readonly plugin: { readonly mustBeKnown: true } };
}

export interface TypeSchema {
  readonly description?: string;
  readonly type?: "string" | "number" | "boolean" | "array" | "object";
  /** `#/types/<token>`, or `pulumi.json#/Any`. */
  readonly $ref?: string;
  readonly const?: string;
  readonly enum?: readonly { readonly value: string }[];
  readonly items?: TypeSchema;
  readonly additionalProperties?: TypeSchema;
  readonly properties?: Readonly<Record<string, PropertySchema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly { readonly $ref: string }[];
  readonly discriminator?: { readonly propertyName: string; readonly mapping: Readonly<Record<string, string>> };
  /** Its value must be known in a preview. */
  readonly plain?: boolean;
}
