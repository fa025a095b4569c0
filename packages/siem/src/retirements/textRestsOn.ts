import { publishedPermissions, type RestsOn } from "@defender-mssp/microsoft";

/** Characters that Java's properties and URLs escape. */
const unescaped = (text: string): string =>
  text
    .replaceAll(/\\([:=/])/g, "$1")
    .replaceAll(/%3A/gi, ":")
    .replaceAll(/%2F/gi, "/");

const address = /(?:https?:\/\/)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?:\/[^\s"'<>,;)?#&]*)?/gi;
const permission = /\b[A-Z]\w*(?:\.\w+)+/g;

/**
 * What a text rests on, such as a SIEM product's settings: the hosts and paths, the permissions, the
 * hunting tables and the add-ons that it names.
 */
export function textRestsOn(text: string): RestsOn {
  const plain = unescaped(text);
  const words = [...new Set(plain.match(/\w+/g) ?? [])];
  const permissions = [...new Set(plain.match(permission) ?? [])].flatMap(publishedPermissions);
  return {
    urls: [...new Set(plain.match(address) ?? [])],
    permissions,
    tables: words,
    columns: words,
    packages: words,
  };
}
