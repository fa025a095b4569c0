/**
 * Looks for secrets in bytes: as they are, and in the forms that they take on their way through
 * JSON, URLs, forms, Basic authentication and dumps of bytes.
 */

/** A secret in a place where it must not be. */
export interface Finding {
  /** Which secret, never its value. */
  readonly secret: string;
  readonly form: Form;
  /** The file, the command's stream or the process. */
  readonly place: string;
  /** Where in it, in bytes. */
  readonly offset: number;
}

export type Form = "plain" | "JSON" | "URL" | "form" | "hex" | "base64" | "shape";

interface Needle {
  readonly secret: string;
  readonly form: Form;
  readonly bytes: Buffer;
}

/** Shorter ones would be found by chance. */
const shortest = 8;

export class SecretSearch {
  readonly #values = new Map<string, string>();
  /** By their first four bytes: one look-up for each place, however many secrets there are. */
  readonly #needles = new Map<number, Needle[]>();
  readonly #heads = new Uint8Array(1 << 16);

  /** Names of the secrets that are looked for, sorted. */
  get names(): readonly string[] {
    return [...new Set(this.#values.values())].sort();
  }

  add(name: string, value: string): void {
    if (this.#values.has(value)) return;
    if (value.length < shortest) throw new Error(`${name} is too short to be told from other text`);
    this.#values.set(value, name);
    for (const [form, text] of formsOf(value)) this.#addNeedle({ secret: name, form, bytes: Buffer.from(text) });
  }

  /** All that is found in a place. */
  find(place: string, content: Buffer | string): Finding[] {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    const found: Finding[] = [];
    let head = 0;
    for (let end = 0; end < bytes.length; end++) {
      head = ((head << 8) | (bytes[end] ?? 0)) >>> 0;
      if (this.#heads[hashOf(head)] === 0) continue;
      const offset = end - 3;
      for (const { secret, form, bytes: needle } of this.#needles.get(head) ?? []) {
        if (needle.equals(bytes.subarray(offset, offset + needle.length))) found.push({ secret, form, place, offset });
      }
    }
    return found;
  }

  #addNeedle(needle: Needle): void {
    const head = needle.bytes.readUInt32BE(0);
    this.#heads[hashOf(head)] = 1;
    const others = this.#needles.get(head);
    if (others === undefined) this.#needles.set(head, [needle]);
    else others.push(needle);
  }
}

/** What Entra's and the sandbox's secrets look like: finds those, too, that nobody has told of. */
const shapes: Readonly<Record<string, RegExp>> = {
  "client secret": /[\w~-]{3}8Q~[\w~-]{34}/g,
  "signed token": /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/g,
  "sealed token": /eyJ[\w-]{10,}\.\.[\w-]{16}\.[\w-]{20,}\.[\w-]{22}/g,
  "redeem URL": /https?:[^\s"]{1,100}redeem\?rd=/g,
};

/** What looks like a secret, in plain. */
export function findShapes(place: string, content: Buffer | string): Finding[] {
  const text = typeof content === "string" ? content : content.toString("latin1");
  return Object.entries(shapes).flatMap(([secret, shape]) =>
    [...text.matchAll(shape)].map(({ index }): Finding => ({ secret, form: "shape", place, offset: index })),
  );
}

function hashOf(head: number): number {
  return (head ^ (head >>> 16)) & 0xffff;
}

/** Each spelling once, the plainest name for it. */
export function formsOf(value: string): [Form, string][] {
  const hex = Buffer.from(value).toString("hex");
  const spellings: [Form, string][] = [
    ["plain", value],
    ...[json, goJson].flatMap((escape): [Form, string][] => [
      ["JSON", escape(value)],
      ["JSON", escape(escape(value))],
    ]),
    ["URL", encodeURIComponent(value)],
    ["form", new URLSearchParams([["", value]]).toString().slice(1)],
    ["hex", hex],
    ["hex", hex.toUpperCase()],
    ...base64Forms(value).map((text): [Form, string] => ["base64", text]),
  ];
  return [...new Map(spellings.toReversed().map(([form, text]) => [text, form]))].map(([text, form]) => [form, text]);
}

function json(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

/** Go's encoding/json also escapes what HTML would take for markup. */
function goJson(value: string): string {
  return json(value).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
}

/**
 * What is always the same in the base64 of a text that has the value in it: three forms, by where in a group of three
 * bytes it begins. The characters at the edges, which also depend on the neighbours, are left out.
 */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64url");
    const from = Math.ceil((before * 8) / 6);
    const core = text.slice(from, Math.floor(((before + bytes.length) * 8) / 6));
    return [core, core.replaceAll("-", "+").replaceAll("_", "/")];
  });
}
