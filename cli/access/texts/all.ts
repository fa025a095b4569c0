/** The texts of every language. */
import { de } from "./de";
import { en } from "./en";
import { es } from "./es";
import { fr } from "./fr";
import { ja } from "./ja";
import type { Language, Texts } from "./texts";
import { translated } from "./translated";

const translations = { de, fr, es, ja } as const;

export function textsOf(language: Language): Texts {
  return language === "en" ? en : translated(en, translations[language]);
}

/** Puts values in the places of a text. */
export type Fill = (text: string) => string;

export function filled(values: Readonly<Record<string, string>>): Fill {
  return (text) => text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
