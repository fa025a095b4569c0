/** The words of the pages, in each language. */
import { de } from "./de";
import { en } from "./en";
import type { WatchTexts } from "./watchTexts";

export type WatchLanguage = "en" | "de";

const texts: Readonly<Record<WatchLanguage, WatchTexts>> = { en, de };

export function textsIn(language: WatchLanguage): WatchTexts {
  return texts[language];
}

/** Puts values in the place of their names in braces. */
export function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
