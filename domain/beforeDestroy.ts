/** What a person must do before `pulumi destroy` of a stack. */
import { applicable } from "./kinds/accessKind";
import { kinds } from "./kinds/kinds";
import { automationName, hasKeeper, signInSwitch, type PrerequisiteSettings } from "./prerequisiteSettings";

/** Whom a whole removal takes where a keeper stands: one sentence. */
export function automationRemoves(settings: PrerequisiteSettings): string | undefined {
  if (!hasKeeper(settings)) return undefined;
  return (
    `Before \`pulumi destroy\` the customer enables the automation (${automationName(settings)}): ${signInSwitch}. ` +
    "The keeper's `destroy` stops at the first object that it may not delete; the same command by the automation goes on."
  );
}

/** With these settings, for each kind that a person ends first: sentences. */
export function beforeDestroy(settings: PrerequisiteSettings): string[] {
  const ofPeople = kinds.flatMap(({ isExpected, removal }) => {
    if (removal.by !== "person" || !isExpected(settings)) return [];
    const sentences = applicable(removal.beforeDestroy);
    return sentences === undefined ? [] : [sentences];
  });
  const byAutomation = automationRemoves(settings);
  return byAutomation === undefined ? ofPeople : [...ofPeople, byAutomation];
}
