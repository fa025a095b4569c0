/** The one script and the one style of all pages, and the policy that allows nothing else. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { css } from "./style";

/** Of a program in one file, which has no files beside it: its build replaces the name by the script's text. */
declare const bundledPageScript: string | undefined;

let read: string | undefined;

/** The script that sorts and filters tables and highlights paths. */
export function script(): string {
  read ??=
    typeof bundledPageScript === "string"
      ? bundledPageScript
      : readFileSync(path.join(__dirname, "browser", "page.js"), "utf8");
  return read;
}

export function style(): string {
  return css;
}

/**
 * The policy of every page, in its own markup. A server that sends pages can send it as the header
 * `Content-Security-Policy`, too, with `frame-ancestors 'none'`, which a page itself can't ask for.
 * @param options.pictures whether the page has a picture in a data URL.
 */
export function contentSecurityPolicy({ pictures = false }: { readonly pictures?: boolean } = {}): string {
  const directives = [
    "default-src 'none'",
    `script-src '${hash(script())}'`,
    `style-src '${hash(style())}'`,
    ...(pictures ? ["img-src data:"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return directives.join("; ");
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text, "utf8").digest("base64")}`;
}
