/** Every path of this repository that a page names in backticks exists. */
import { execFileSync } from "node:child_process";
import path from "node:path";
import { lineOf, nodesOf, type MarkdownPage } from "../markdown";

/** Paths of the package, of what commands write, of a reader's repository or of another product. */
const elsewhere: readonly (string | RegExp)[] = [
  /^(cloud|keys|pulumi|state|previews)\//,
  /^(node_modules|dist|schemas|sdks|\.sandbox)\//,
  /^runtime\/|^Splunk_TA_MS_Security\/|^rest_ta\/|^current\/user\//,
  /^extensions\/auditLog\.ts$/,
  "sandbox.env",
];

/** What looks like a path: it has a file name's ending or a slash at its end. */
const pathLike = /^(?:\.?[\w-]+\/)+(?:[\w.-]+\.(?:ts|js|mjs|cjs|json|ya?ml|md|mod|sum|svg))?$|^[\w-]+\.(?:ts|js|md)$/;

/** Says for each path that is missing where it stands. The changelog may name files of the past. */
export function missingPaths(root: string, pages: readonly MarkdownPage[]): readonly string[] {
  const known = trackedPaths(root);
  return pages
    .filter(({ file }) => file !== "CHANGELOG.md")
    .flatMap((page) =>
      nodesOf(page.tree).flatMap((node) => {
        if (node.type !== "inlineCode" || !pathLike.test(node.value) || isElsewhere(node.value)) return [];
        const places = [node.value, path.posix.join(path.posix.dirname(page.file), node.value)];
        return places.some((place) => known.has(place))
          ? []
          : [`${page.file}:${lineOf(node)}: \`${node.value}\`: no such file`];
      }),
    );
}

function isElsewhere(value: string): boolean {
  return elsewhere.some((one) => (typeof one === "string" ? one === value : one.test(value)));
}

/**
 * All files of the checkout, their names alone, and the folders that hold them, with a slash at the
 * end.
 */
function trackedPaths(root: string): ReadonlySet<string> {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = listed.split("\n").filter((file) => file !== "");
  return new Set(files.flatMap((file) => [file, path.posix.basename(file), ...foldersOf(file)]));
}

function foldersOf(file: string): string[] {
  const parts = file.split("/").slice(0, -1);
  return parts.map((_, index) => `${parts.slice(0, index + 1).join("/")}/`);
}
