/**
 * Every setting with its description, read from the declarations: `Pulumi.yaml` and docs/reference
 * are generated from this list.
 */
import * as z from "zod/mini";
import { settingsSchema } from "./index";
import { settingText } from "./setting";
import { valuesOf } from "./validators";

export interface SettingReference {
  /**
   * The key without the project's name; a key inside a map or a list as `connector.credential.days`
   * or `analysts[].email`.
   */
  readonly key: string;
  readonly required: boolean;
  /** What it does, in one or two sentences. Markdown. */
  readonly description: string;
  /**
   * What applies if it is not set: a value in backticks, or words. Absent for required settings.
   */
  readonly default?: string;
  /** The allowed values, as the error for another value states them. */
  readonly values: string;
  /** A value as it stands in a stack's file: YAML, in flow style. */
  readonly example: string;
  /** Accepts what is allowed, apart from what other settings forbid. */
  readonly validator: z.core.$ZodType;
}

/** All settings, each followed by the keys inside its value. */
export function settingsReference(): readonly SettingReference[] {
  return referenceOfMap(settingsSchema.shape, "");
}

function referenceOfMap(shape: z.core.$ZodLooseShape, prefix: string): readonly SettingReference[] {
  return Object.entries(shape).flatMap(([name, setting]) => {
    const key = `${prefix}${name}`;
    const text = settingText(setting as z.core.$ZodType);
    if (text === undefined) throw new Error(`the setting ${key} has no description`);
    const isOptional = setting instanceof z.ZodMiniOptional;
    const validator = (isOptional ? setting.def.innerType : setting) as z.core.$ZodType;
    const { description, example, default: fallback, values = valuesOf(validator) ?? allowedBy(validator) } = text;
    if (isOptional === (fallback === undefined))
      throw new Error(`${key}: optional settings, and only they, have a default`);
    const own = {
      key,
      required: !isOptional,
      description,
      ...(isOptional ? { default: fallback } : {}),
      values,
      example,
      validator,
    };
    return [own, ...referenceInside(validator, key)];
  });
}

/** The keys of a map, of the maps in a list, and of the map among alternatives. */
function referenceInside(validator: z.core.$ZodType, key: string): readonly SettingReference[] {
  if (validator instanceof z.ZodMiniObject) return referenceOfMap(validator.def.shape, `${key}.`);
  if (validator instanceof z.ZodMiniPipe) return referenceInside(validator.def.out, key);
  if (validator instanceof z.ZodMiniArray) return referenceInside(validator.def.element, `${key}[]`);
  if (validator instanceof z.ZodMiniUnion) return validator.def.options.flatMap((one) => referenceInside(one, key));
  return [];
}

/** The error of a validator for a missing value. */
function allowedBy(validator: z.core.$ZodType): string {
  const [issue] = z.safeParse(validator, Symbol("no value")).error?.issues ?? [];
  if (issue === undefined) throw new Error("a validator that accepts everything needs `values`");
  return issue.message;
}
