/** What a language says, with English in place of the rest: a new kind of access needs English words only. */
export type Translation<T> = { readonly [Key in keyof T]?: T[Key] extends string ? string : Translation<T[Key]> };

/** Behind an English text among those of another language. */
export const englishMark = "[en]";

/** A text that the language lacks is the English one with its mark. */
export function translated<T extends object>(english: T, translation: Translation<T> = {}): T {
  const own = translation as Readonly<Record<string, unknown>>;
  const texts = Object.entries(english).map(([key, text]: [string, unknown]) => [
    key,
    typeof text === "object" && text !== null
      ? translated(text, own[key] ?? {})
      : (own[key] ?? `${String(text)} ${englishMark}`),
  ]);
  return { ...translation, ...(Object.fromEntries(texts) as T) };
}

/** The note on a page that may show texts without a translation. */
export function englishNote(texts: object): string | undefined {
  return JSON.stringify(texts).includes(englishMark) ? `${englishMark}: not translated.` : undefined;
}
