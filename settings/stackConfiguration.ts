/** The settings of a stack before they are checked, from the engine or from the stack's file. */
import type { SettingsFile } from "./problems";

/** The configuration of this run, in the form for `settings/index.ts`. */
export interface StackConfiguration {
  /** Value by key, without the project's name in front. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys whose values are encrypted in the stack's file. */
  readonly secretKeys: readonly string[];
  /** Places of the keys for errors; none where the stack has no file. */
  readonly file?: SettingsFile;
}
