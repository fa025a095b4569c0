/** Checks of single values, with the official plugins' messages. */
import { isUuid } from "@defender-mssp/microsoft";
import type { ValueCheck } from "./property";
import type { Value } from "../protocol/values";

export const uuid: ValueCheck = ofText((value, name) =>
  isUuid(value) ? undefined : `expected "${name}" to be a valid UUID, got ${value}`,
);

export const notEmpty: ValueCheck = ofText((value, name) =>
  value === "" ? `expected "${name}" to not be an empty string, got ` : undefined,
);

/** Length in bytes of UTF-8, as Go counts it. */
export function lengthBetween(minimum: number, maximum: number): ValueCheck {
  return ofText((value, name) => {
    const length = Buffer.byteLength(value);
    if (length >= minimum && length <= maximum) return undefined;
    return `expected length of ${name} to be in the range (${minimum} - ${maximum}), got ${value}`;
  });
}

export function oneOf(...allowed: readonly string[]): ValueCheck {
  const quoted = allowed.map((one) => JSON.stringify(one)).join(" ");
  return ofText((value, name) =>
    allowed.includes(value) ? undefined : `expected ${name} to be one of [${quoted}], got ${value}`,
  );
}

/** As `oneOf`, where upper and lower case are the same. */
export function oneOfInAnyCase(...allowed: readonly string[]): ValueCheck {
  const exactly = oneOf(...allowed);
  return ofText((value, name) => {
    const known = allowed.find((one) => one.toLowerCase() === value.toLowerCase());
    return exactly(known ?? value, name);
  });
}

export function integerBetween(minimum: number, maximum: number): ValueCheck {
  return (value, name) => {
    if (typeof value !== "number" || (value >= minimum && value <= maximum)) return undefined;
    return `expected ${name} to be in the range (${minimum} - ${maximum}), got ${value}`;
  };
}

export function integerAtLeast(minimum: number): ValueCheck {
  return (value, name) => {
    if (typeof value !== "number" || value >= minimum) return undefined;
    return `expected ${name} to be at least (${minimum}), got ${value}`;
  };
}

/** An RFC 3339 date with time and offset. */
export const dateTime: ValueCheck = ofText((value, name) => {
  const isDate = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(value);
  if (isDate && !Number.isNaN(Date.parse(value))) return undefined;
  const layout = "2006-01-02T15:04:05Z07:00";
  return (
    `expected "${name}" to be a valid RFC3339 date, got "${value}": ` +
    `parsing time "${value}" as "${layout}": cannot parse "${value}" as "2006"`
  );
});

/** A redirect URI of any scheme, or a name such as `urn:ietf:wg:oauth:2.0:oob`. */
export const redirectUri: ValueCheck = ofText((value, name) => {
  const problem = uriProblem(value, name);
  if (problem !== undefined) return problem;
  return Buffer.byteLength(value) > 256 ? `URI must be 256 characters or less for "${name}"` : undefined;
});

function uriProblem(value: string, name: string): string | undefined {
  if (value === "") return `URI must not be empty for "${name}"`;
  if (/^urn:[^:]*:/.test(value)) return undefined;
  // Scheme and authority as Go's net/url splits them.
  const [, host = ""] = /^(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?(?:\/\/([^/?#]*))?/.exec(value) ?? [];

  if (/[\u0000-\u001f\u007f]/.test(value) || /%(?![0-9a-fA-F]{2})/.test(value)) {
    return `URI is in an invalid format for "${name}"`;
  }
  return host === "" ? `URI has no host for "${name}"` : undefined;
}

/**
 * The ID of an object as the official plugin writes it, such as `/applications/{applicationId}`:
 * segments in braces are the object's own.
 */
export function resourceId(kind: string, pattern: string): ValueCheck {
  const expected = pattern.split("/").slice(1);
  return ofText((value) => {
    if (value === "") return `parsing "": cannot parse an empty string`;
    const given = value.replace(/^\//, "").split("/");
    if (given.length < expected.length) return `parsing ${JSON.stringify(value)}: ${tooShort(kind, expected, value)}`;
    for (const [index, segment] of expected.entries()) {
      if (!segment.startsWith("{") && given[index] !== segment) {
        return (
          `parsing ${JSON.stringify(value)}: parsing segment "${segment}": parsing the ${kind} ID: ` +
          `the segment at position ${index} didn't match\n\nExpected a ${kind} ID that matched:\n\n> ${example(expected)}\n\n` +
          `However this value was provided:\n\n> ${value}\n\nThe parsed Resource ID was missing a value for the segment at position ` +
          `${index}\n(which should be the literal value "${segment}").\n\n`
        );
      }
    }
    const rest = given.slice(expected.length).join("/");
    if (rest === "") return undefined;
    return `parsing ${JSON.stringify(value)}: unexpected segment "${rest}" present at the end of the URI (input "${value}")`;
  });
}

function tooShort(kind: string, expected: readonly string[], value: string): string {
  const descriptions = expected.map((segment, index) => {
    const name = segment.slice(1, -1);
    return segment.startsWith("{")
      ? `* Segment ${index} - this should be the user specified value for this ${name} [for example "${name}"]`
      : `* Segment ${index} - this should be the literal value "${segment}"`;
  });
  return [
    `parsing the ${kind} ID: the number of segments didn't match`,
    `Expected a ${kind} ID that matched (containing ${expected.length} segments):`,
    `> ${example(expected)}`,
    "However this value was provided (which was parsed into 0 segments):",
    `> ${value}`,
    "The following Segments are expected:",
    descriptions.join("\n"),
    "The following Segments were parsed:",
    expected.map((_, index) => `* Segment ${index} - not found`).join("\n") + "\n",
  ].join("\n\n");
}

function example(segments: readonly string[]): string {
  return `/${segments.map((segment) => segment.replace(/[{}]/g, "")).join("/")}`;
}

function ofText(check: (value: string, name: string) => string | undefined): ValueCheck {
  return (value: Value, name) => (typeof value === "string" ? check(value, name) : undefined);
}
