/** What a person must do before `pulumi destroy` of a stack. */
import { applicable } from "./kinds/accessKind";
import { kinds } from "./kinds/kinds";
import type { PrerequisiteSettings } from "./prerequisiteSettings";

/** With these settings, for each kind that a person ends first: sentences. */
export function beforeDestroy(settings: PrerequisiteSettings): string[] {
  return kinds.flatMap(({ isExpected, removal }) => {
    if (removal.by !== "person" || !isExpected(settings)) return [];
    const sentences = applicable(removal.beforeDestroy);
    return sentences === undefined ? [] : [sentences];
  });
}
