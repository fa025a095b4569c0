/**
 * How a setting is declared: its validator together with what a reader must know about it.
 * `reference.ts` lists them.
 */
import * as z from "zod/mini";

/** What a reader must know about a setting. Markdown. */
export interface SettingText {
  /** What it does, in one or two sentences. */
  readonly description: string;
  /** What applies if it is not set: a value in backticks, or words. Only for optional settings. */
  readonly default?: string;
  /** A value as it stands in a stack's file: YAML, in flow style. */
  readonly example: string;
  /** Allowed values, where the validator doesn't say. */
  readonly values?: string;
}

/** What a validator accepts, for readers. */
export type CheckedValue<Validator extends z.core.$ZodType> = DeepReadonly<z.output<Validator>>;
type DeepReadonly<Value> = Value extends object ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> } : Value;

const texts = z.registry<SettingText>();

/** A setting, or a key of a map, that must be set. */
export function required<Validator extends z.core.$ZodType>(validator: Validator, text: SettingText): Validator {
  if (texts.has(validator)) throw new Error(`one validator for two settings: ${text.description}`);
  texts.add(validator, text);
  return validator;
}

/** A setting, or a key of a map, that need not be set. */
export function optional<Validator extends z.core.$ZodType>(validator: Validator, text: SettingText) {
  const setting = z.optional(validator);
  texts.add(setting, text);
  return setting;
}

export function settingText(setting: z.core.$ZodType): SettingText | undefined {
  return texts.get(setting);
}
