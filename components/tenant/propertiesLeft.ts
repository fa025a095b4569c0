import { applicable } from "../../domain/kinds/accessKind";
import { resourceKind } from "../../domain/kinds/kinds";

/** Properties that an adopted object of this type keeps; undefined for a type that is not adopted. */
export function propertiesLeft(type: string): readonly string[] | undefined {
  const kind = resourceKind({ type });
  return kind && applicable(kind.leftWhenAdopted);
}
