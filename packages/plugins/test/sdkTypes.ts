/**
 * What the SDK's own declarations (`@pulumi/azuread/*.d.ts`) say of a resource type or a function: the entries' judge.
 */
import fs from "node:fs";
import path from "node:path";

export interface SdkProperty {
  required: boolean;
  /** The type's declaration, such as `pulumi.Input<string>`. */
  type: string;
  /** The documentation. */
  text: string;
}

export type SdkProperties = Map<string, SdkProperty>;

const files = new Map<string, string>();

/**
 * The members of an interface or class in a declaration file of a package: `GroupArgs` of
 * `group.d.ts`.
 */
export function membersOf(plugin: string, file: string, name: string): SdkProperties {
  const text = declarations(plugin, file);
  const start = new RegExp(`\\n( *)export (declare class|interface) ${name}(?: extends [\\w.]+)? \\{`).exec(text);
  if (start === null) throw new Error(`${file} declares no ${name}.`);
  const [head, indentation = "", what] = start;
  const body = text.slice(start.index + head.length);
  const members: SdkProperties = new Map();
  const pattern = /(?:\/\*\*((?:[^*]|\*(?!\/))*)\*\/\s*)?(readonly )?(\w+)(\??): ([^;]+);/g;
  const own = body.slice(0, body.indexOf(`\n${indentation}}`));
  for (const [, documentation = "", , member = "", optional, type = ""] of own.matchAll(pattern)) {
    // A class has methods as well, whose parameters look like members.
    if (what === "interface" || type.startsWith("pulumi.Output<")) {
      members.set(member, { required: optional === "", type, text: documentation });
    }
  }
  return members;
}

/** The interface that a property's type names, such as `inputs.GroupDynamicMembership`, in the package's `types`. */
export function nestedMembersOf(plugin: string, type: string): SdkProperties | undefined {
  const named = /(inputs|outputs)\.(\w+)/.exec(type);
  if (named === null) return undefined;
  return membersOf(plugin, `types/${named[1] === "inputs" ? "input" : "output"}.d.ts`, named[2] ?? "");
}

function declarations(plugin: string, file: string): string {
  const known = files.get(`${plugin}/${file}`);
  if (known !== undefined) return known;
  const folder = path.dirname(require.resolve(`@pulumi/${plugin}/package.json`));
  const text = fs.readFileSync(path.join(folder, file), "utf8");
  files.set(`${plugin}/${file}`, text);
  return text;
}
