/** Values on command lines that several commands take. */
import { isUuid } from "@defender-mssp/microsoft/uuid";
import { InvalidArgumentError } from "commander";

/** Parses a UUID into lower case. @param what such as `An application ID`. */
export function uuidArgument(what: string): (text: string) => string {
  return (text) => {
    if (isUuid(text)) return text.toLowerCase();
    throw new InvalidArgumentError(`${what} is a UUID.`);
  };
}

/** A day, as 2027-03-31. */
export function dayArgument(text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError("A date is written as 2027-03-31.");
}

/** A repository of GitHub. */
export function repositoryArgument(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9_.-]{1,100}$/.test(text)) return text;
  throw new InvalidArgumentError("A repository is <owner>/<name>.");
}
