/** The texts of every language. */
import { de } from "./de";
import { en } from "./en";
import { es } from "./es";
import { fr } from "./fr";
import { ja } from "./ja";
import type { Language, Texts } from "./texts";

const all: Readonly<Record<Language, Texts>> = { en, de, fr, es, ja };

export function textsOf(language: Language): Texts {
  return all[language];
}
