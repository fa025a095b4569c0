/** The texts of the hand-out and the certificate for a customer, one file for each language. Each has all of them. */
import type { en } from "./en";

export const languages = ["en", "de", "fr", "es", "ja"] as const;
export type Language = (typeof languages)[number];

/** All texts, as the English file has them: the compiler checks the other languages against it. */
export type Texts = typeof en;
