/**
 * A place in a stack's settings: reads the value there, and collects the problems that no single
 * validator can see.
 */
import { valueAt } from "@defender-mssp/errors/json";
import { pathText, shown, type SettingProblem } from "./problems";

/** The unchecked settings, with the keys that are encrypted. */
interface Source {
  readonly raw: Readonly<Record<string, unknown>>;
  /** Keys that are encrypted in the stack's file. */
  readonly secrets: ReadonlySet<string>;
  readonly problems: SettingProblem[];
}

export class SettingPlace {
  constructor(
    private readonly source: Source,
    private readonly path: readonly PropertyKey[] = [],
  ) {}

  /** The place below this one. */
  at(...path: readonly PropertyKey[]): SettingPlace {
    return new SettingPlace(this.source, [...this.path, ...path]);
  }

  get value(): unknown {
    return valueAt(this.source.raw, this.path);
  }

  get isSet(): boolean {
    return this.value !== undefined;
  }

  /** The string here, if it is one and not empty. */
  get text(): string | undefined {
    const { value } = this;
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  /** The whole number here, also as a string; undefined if not set, "none" for another value. */
  get wholeNumber(): number | "none" | undefined {
    const { value } = this;
    const number = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
    return number === undefined || Number.isInteger(number) ? (number as number | undefined) : "none";
  }

  /** The places of the list's items; empty if this is not a list, or a list that is too long. */
  items(most: number): readonly SettingPlace[] {
    const { value } = this;
    return Array.isArray(value) && value.length <= most ? Array.from(value, (_, index) => this.at(index)) : [];
  }

  /** The value, if it is one of these. */
  oneOf<Choice extends string>(choices: readonly Choice[], fallback?: Choice): Choice | undefined {
    const value = this.value ?? fallback;
    return choices.find((choice) => choice === value);
  }

  /** Reports the value here. `seen` is shown instead of it. */
  refuse(allowed: string, seen = shown(this.value, this.isSecret)): void {
    this.source.problems.push({ key: pathText(this.path), seen, allowed });
  }

  /** Reports all keys of a map that belong to another choice, such as another kind. */
  refuseKeysOfOthers<Choice extends string>(
    word: string,
    choice: Choice,
    keysOf: Readonly<Record<Choice, readonly string[]>>,
  ): void {
    for (const key of new Set(Object.values<readonly string[]>(keysOf).flat())) {
      if (keysOf[choice].includes(key) || !this.at(key).isSet) continue;
      const goesWith = Object.entries<readonly string[]>(keysOf).flatMap(([one, keys]) =>
        keys.includes(key) ? [one] : [],
      );
      this.at(key).refuse(`only with the ${word} ${goesWith.join(" or ")}`);
    }
  }

  /**
   * Reports duplicates: all places but the first with the same string, ignoring case.
   * @param fallbacks texts of places that are not set.
   * @param normalize returns the value to compare.
   */
  static refuseRepeated(
    places: readonly SettingPlace[],
    allowed: (first: number) => string,
    fallbacks: readonly string[] = [],
    normalize: (text: string) => string = (text) => text,
  ): void {
    const seenAt = new Map<string, number>();
    for (const [index, place] of places.entries()) {
      const text = place.text ?? fallbacks[index];
      if (text === undefined) continue;
      const compared = normalize(text).toLowerCase();
      const first = seenAt.get(compared);
      if (first === undefined) seenAt.set(compared, index);
      else place.refuse(allowed(first), shown(text, place.isSecret));
    }
  }

  private get isSecret(): boolean {
    const [key] = this.path;
    return this.source.secrets.has(String(key)) || this.path.includes("certificate");
  }
}
