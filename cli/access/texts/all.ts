/** The texts of every language. */
import de from "./de.json";
import { en } from "./en";
import es from "./es.json";
import fr from "./fr.json";
import ja from "./ja.json";
import type { Language, Texts } from "./texts";

const translations: Readonly<Record<Language, Texts>> = { en, de, fr, es, ja };

export function textsOf(language: Language): Texts {
  return translations[language];
}

/** Puts values in the places of a text. */
export type Fill = (text: string) => string;

export function filled(values: Readonly<Record<string, string>>): Fill {
  return (text) => text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
