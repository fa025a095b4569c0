import { decisionAbout } from "../declarableTypes";
import { isProgramType } from "../../domain/resourceTypes";
import { stackRule, textList } from "../rule";

export const knownResourceTypes = stackRule<{ also: readonly string[] }>({
  name: "known-resource-types",
  severity: "high",
  level: "mandatory",
  why: "A stack has only the resource types of this program: no rule judges any other type.",
  remedy:
    "Remove the resource, or name its type in the parameter also. A type that gives access needs a rule first (`npx mssp docs policy`).",
  link: "https://learn.microsoft.com/entra/identity-platform/secure-least-privileged-access",
  parameters: {
    also: {
      ...textList,
      description:
        "Tokens of types that stacks may have in addition. A type that gives access is refused nevertheless.",
    },
  },
  checkStack: (resources, { parameters: { also } }) =>
    resources.flatMap((resource) => {
      const problem = typeProblem(resource.type, also);
      return problem === undefined ? [] : [{ problem, resource }];
    }),
});

function typeProblem(type: string, also: readonly string[]): string | undefined {
  if (isProgramType(type)) return undefined;
  const decision = decisionAbout(type);
  if (decision === "refused" || decision === "undecided") {
    return `${type} gives access, or may give it, and no rule judges it`;
  }
  return also.includes(type) ? undefined : `${type} is not a type of this program`;
}
