/** Every setting that a page names in backticks, such as `connector.kind`, is one of the schema's. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { lineOf, nodesOf, type MarkdownPage } from "../markdown";

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

/** Says for each name that is none where it stands. A name with a file's ending is a file. */
export function unknownSettings(root: string, pages: readonly MarkdownPage[]): readonly string[] {
  const schema = JSON.parse(readFileSync(path.join(root, "settings.schema.json"), "utf8")) as Schema;
  const settings = Object.entries(schema.properties?.["config"]?.patternProperties ?? {});
  const byName = new Map(settings.map(([pattern, setting]) => [/(\w+)\$$/.exec(pattern)?.[1] ?? "", setting]));
  return pages.flatMap((page) =>
    nodesOf(page.tree).flatMap((node) => {
      if (node.type !== "inlineCode" || !/^[a-z]\w*(\.[a-z]\w*(\[\])?)+$/i.test(node.value)) return [];
      const [first = "", ...keys] = node.value.replaceAll("[]", "").split(".");
      const setting = byName.get(first);
      if (setting === undefined || /^(ts|js|json|ya?ml|md)$/.test(keys.at(-1) ?? "") || hasKey(setting, keys))
        return [];
      return [`${page.file}:${lineOf(node)}: \`${node.value}\`: no such setting`];
    }),
  );
}

function hasKey(schema: Schema, keys: readonly string[]): boolean {
  const [key, ...rest] = keys;
  if (key === undefined) return true;
  const { properties = {}, additionalProperties, items, anyOf = [], oneOf = [], allOf = [] } = schema;
  const { [key]: property } = properties;
  if (property !== undefined && hasKey(property, rest)) return true;
  if (typeof additionalProperties === "object" && hasKey(additionalProperties, rest)) return true;
  if (items !== undefined && hasKey(items, keys)) return true;
  return [...anyOf, ...oneOf, ...allOf].some((part) => hasKey(part, keys));
}
