/** The table of what Microsoft's metadata has of the sandbox's types, and the sandbox lacks. */
import { format } from "prettier";
import { complexTypes, entitySets, type EntitySetName } from "../../../src/graph/entities";
import { navigations } from "../../../src/graph/expand";
import { namesOfType, securityMembers } from "./csdl";

/** The file `src/graph/entities/unservedNames.ts`. */
export function makeUnserved(): Promise<string> {
  const sets = (Object.keys(entitySets) as EntitySetName[]).map((name): [string, string[]] => {
    const { type, properties, links } = entitySets[name];
    return [type, Object.keys({ ...properties, ...links, ...navigations[name] })];
  });
  const complex = Object.entries(complexTypes).map(([type, properties]): [string, string[]] => [
    type,
    Object.keys(properties),
  ]);
  const served = new Map<string, string[]>();
  for (const [type, names] of [...sets, ...complex]) served.set(type, [...(served.get(type) ?? []), ...names]);
  const lines = [...served]
    .sort(([left], [right]) => left.localeCompare(right, "en"))
    .flatMap(([type, names]) => {
      const lacking = (all: readonly string[]) => all.filter((name) => !names.includes(name));
      const common = lacking(namesOfType("v1.0", type));
      const ofBeta = lacking(namesOfType("beta", type)).filter((name) => !common.includes(name));
      const text = `${common.join(" ")}|${ofBeta.join(" ")}`;
      return text === "|" ? [] : [`  ${type}: "${text}",`];
    });
  return file([
    "/**",
    " * Names that Microsoft's published metadata has and the sandbox lacks, by type: of both versions, then of beta.",
    " * Made from microsoftgraph/msgraph-metadata by `test/graph/judges.test.ts`. Don't edit it.",
    " */",
    "export const unservedNames: Readonly<Partial<Record<string, string>>> = {",
    ...lines,
    "};",
  ]);
}

/** The file `src/rehearsal/securityValues.ts`. */
export function makeSecurityValues(): Promise<string> {
  return file([
    "/**",
    " * Members of Defender's enumerations by property, and its types of evidence, as Microsoft's published metadata has them.",
    " * Made from microsoftgraph/msgraph-metadata by `test/graph/judges.test.ts`. Don't edit it.",
    " */",
    "export const securityValues: Readonly<Record<string, string>> = {",
    ...Object.entries(securityMembers()).map(([name, members]) => {
      return `  ${JSON.stringify(name)}: "${members}",`;
    }),
    "};",
  ]);
}

function file(lines: readonly string[]): Promise<string> {
  return format(lines.join("\n"), { parser: "typescript", printWidth: 120 });
}
