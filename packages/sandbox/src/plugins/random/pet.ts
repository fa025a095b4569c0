/** Names for pets: an adverb or two, an adjective, an animal. The words are our own: only the form is the official plugin's. */
import { randomInt } from "node:crypto";

const adverbs = ["boldly", "calmly", "fairly", "gladly", "highly", "kindly", "mildly", "neatly", "openly", "truly"];
const adjectives = [
  "amber", "brave", "clever", "daring", "eager", "gentle", "happy", "jolly", "keen", "lively", "merry", "noble",
  "patient", "quick", "royal", "sunny",
]; // prettier-ignore
const animals = [
  "badger", "beaver", "crane", "dolphin", "falcon", "gecko", "heron", "ibex", "jackal", "koala", "lemur", "marten",
  "otter", "puffin", "raven", "walrus",
]; // prettier-ignore

export function petName(length: number): string[] {
  const words = [choose(animals)];
  if (length > 1) words.unshift(choose(adjectives));
  while (words.length < length) words.unshift(choose(adverbs));
  return words;
}

function choose(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? "";
}
