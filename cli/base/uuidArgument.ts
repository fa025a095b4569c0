/** UUIDs on command lines. */
import { isUuid } from "@defender-mssp/microsoft/uuid";
import { InvalidArgumentError } from "commander";

/** Parses a UUID into lower case. @param what such as `An application ID`. */
export function uuidArgument(what: string): (text: string) => string {
  return (text) => {
    if (isUuid(text)) return text.toLowerCase();
    throw new InvalidArgumentError(`${what} is a UUID.`);
  };
}
