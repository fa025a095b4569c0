import { InvalidArgumentError } from "commander";

/**
 * Parses the values of an option that takes several `<key>=<value>`.
 * @param keys the allowed ones. Default: any.
 */
export function assignments<Key extends string = string>(keys?: readonly Key[]) {
  return (text: string, before?: Readonly<Partial<Record<Key, string>>>): Partial<Record<Key, string>> => {
    const [, key, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (key === undefined || value === undefined) throw new InvalidArgumentError("Write it as <key>=<value>.");
    if (keys !== undefined && !keys.some((known) => known === key))
      throw new InvalidArgumentError(`Allowed: ${keys.join(", ")}.`);
    return { ...before, [key as Key]: value };
  };
}
