/** The HTML files of a built site, and where their links lead. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** Paths of all pages below the folder, with `/`. */
export function builtPages(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.split(path.sep).join("/"))
    .filter((file) => file.endsWith(".html") && file !== "404.html")
    .sort();
}

/** A line for each link, image or script of a page that leads to no file or to no anchor of the site. */
export function deadLinks(folder: string, base: string): readonly string[] {
  return builtPages(folder).flatMap((page) =>
    targetsIn(readFileSync(path.join(folder, page), "utf8")).flatMap((target) => {
      if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) return [];
      const address = new URL(target, `http://site${base}${page}`);
      const below = decodeURIComponent(address.pathname);
      if (!below.startsWith(base)) return [`${page}: ${target}: outside the site`];
      const file = existingFile(path.join(folder, below.slice(base.length)));
      if (file === undefined) return [`${page}: ${target}: no such file`];
      const anchor = decodeURIComponent(address.hash.slice(1));
      if (anchor === "" || idsIn(file).has(anchor)) return [];
      return [`${page}: ${target}: no such anchor`];
    }),
  );
}

/** Addresses of other hosts from which a page loads something. */
export function loadedFromElsewhere(folder: string): readonly string[] {
  return builtPages(folder).flatMap((page) => {
    const html = readFileSync(path.join(folder, page), "utf8");
    const loaded = [...html.matchAll(/<(?:script|link|img|source|iframe)\b[^>]*\b(?:src|href)="(https?:[^"]*)"/g)];
    return loaded.map(([, address = ""]) => `${page}: ${address}`);
  });
}

const ids = new Map<string, ReadonlySet<string>>();

function idsIn(file: string): ReadonlySet<string> {
  const known = ids.get(file) ?? new Set(valuesOf(readFileSync(file, "utf8"), /\bid="([^"]*)"/g));
  ids.set(file, known);
  return known;
}

function targetsIn(html: string): readonly string[] {
  return [...new Set(valuesOf(html, /\b(?:href|src)="([^"]*)"/g))];
}

function valuesOf(html: string, attribute: RegExp): string[] {
  return [...html.matchAll(attribute)].map(([, value = ""]) => value.replaceAll("&amp;", "&"));
}

function existingFile(place: string): string | undefined {
  const file = existsSync(place) && statSync(place).isDirectory() ? path.join(place, "index.html") : place;
  return existsSync(file) ? file : undefined;
}
