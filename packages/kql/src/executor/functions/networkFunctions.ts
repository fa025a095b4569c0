/** Addresses, URLs and command lines. */
import { BlockList, isIPv6 } from "node:net";
import { elements, toText } from "../values/convert";
import type { KustoValue } from "../values/kustoValue";
import { plainFunctions, refused, type PlainFunction } from "./plainFunctions";

interface Ipv4 {
  readonly address: number;
  readonly prefix: number;
}

/** An address such as `10.0.0.1` or `10.0.0.0/8`; undefined if it is none. */
function parseIpv4(value: KustoValue | undefined): Ipv4 | undefined {
  const match = /^\s*(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?\s*$/.exec(toText(value ?? null));
  const parts = match?.slice(1, 5).map(Number) ?? [];
  const prefix = Number(match?.[5] ?? 32);
  if (parts.length !== 4 || parts.some((part) => part > 255) || prefix > 32) return undefined;
  return { address: parts.reduce((whole, part) => whole * 256 + part, 0), prefix };
}

function network({ address }: Ipv4, prefix: number): number {
  return prefix === 0 ? 0 : Math.floor(address / 2 ** (32 - prefix));
}

function isWithin(address: Ipv4, range: Ipv4): boolean {
  return network(address, range.prefix) === network(range, range.prefix);
}

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((range) => parseIpv4(range) as Ipv4);

const isPrivate: PlainFunction = ([value]) => {
  const address = parseIpv4(value);
  return address === undefined
    ? null
    : privateRanges.some((range) => address.prefix >= range.prefix && isWithin(address, range));
};

/** The address under the mask of its prefix. */
const maskedAddress: PlainFunction = ([value]) => {
  const address = parseIpv4(value);
  return address === undefined ? null : network(address, address.prefix) * 2 ** (32 - address.prefix);
};

/**
 * Whether a text has one of the addresses, or one that begins with a prefix such as `10.1.`, between characters that are no
 * letters and digits.
 * https://learn.microsoft.com/kusto/query/has-any-ipv4-prefix-function
 */
function hasAddress(isPrefix: boolean): PlainFunction {
  return ([source = null, ...searched]) => {
    const shaped = toText(source).match(/(?<![A-Za-z0-9])\d{1,3}(?:\.\d{1,3}){3}(?![A-Za-z0-9])/g) ?? [];
    const addresses = shaped.filter((address) => parseIpv4(address) !== undefined);
    const prefixes = searched.flatMap((value) => elements(value)).map((value) => toText(value));
    return prefixes.some((part) => {
      if (!isPrefix || !part.endsWith(".")) return addresses.includes(part);
      return /^(?:\d{1,3}\.){1,3}$/.test(part) && addresses.some((address) => address.startsWith(part));
    });
  };
}

const isInRange: PlainFunction = ([value, range]) => {
  const [address, within] = [parseIpv4(value), parseIpv4(range)];
  return address === undefined || within === undefined ? null : isWithin(address, within);
};

const isInAnyRange: PlainFunction = ([value, ...ranges]) => {
  const address = parseIpv4(value);
  if (address === undefined) return null;
  const parsed = ranges.flatMap((range) => elements(range)).map(parseIpv4);
  return parsed.some((range) => range !== undefined && isWithin(address, range));
};

/** In one of the ranges, such as `fe80::/10`. https://learn.microsoft.com/kusto/query/ipv6-is-in-range-function */
const isInIpv6Range: PlainFunction = ([value = null, ...ranges], call) => {
  const list = new BlockList();
  const texts = ranges.flatMap((range) => elements(range)).map((range) => toText(range).trim());
  const address = toText(value).trim();
  if ([address, ...texts].some((text) => parseIpv4(text) !== undefined)) throw refused(call, "of an IPv4 address");
  for (const text of texts) {
    const [, base = "", prefix = "128"] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
    if (isIPv6(base) && Number(prefix) <= 128) list.addSubnet(base, Number(prefix), "ipv6");
    else if (texts.length === 1) return null;
  }
  return isIPv6(address) ? list.check(address, "ipv6") : null;
};

/** Compares under the shortest of the prefixes: -1, 0 or 1. */
const compareIpv4: PlainFunction = ([first, second, mask = 32]) => {
  const [left, right] = [parseIpv4(first), parseIpv4(second)];
  if (left === undefined || right === undefined) return null;
  const prefix = Math.min(left.prefix, right.prefix, Number(mask));
  return Math.sign(network(left, prefix) - network(right, prefix));
};

const isMatch: PlainFunction = (args, call) => {
  const order = compareIpv4(args, call);
  return order === null ? null : order === 0;
};

/** Parts of an absolute URL. A text without scheme has empty parts. */
const parseUrl: PlainFunction = ([value]) => {
  const [, scheme = "", , user = "", password = "", host = "", port = "", path = "", query = "", fragment = ""] =
    /^([A-Za-z][\w+.-]*):\/\/(([^:@/?#]*)(?::([^@/?#]*))?@)?([^:/?#]*)(?::(\d+))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(
      toText(value ?? null),
    ) ?? [];
  return {
    Scheme: scheme,
    Host: host,
    Port: port,
    Path: path,
    Username: user,
    Password: password,
    "Query Parameters": queryParameters(query),
    Fragment: fragment,
  };
};

function queryParameters(query: string): Readonly<Record<string, string>> {
  const pairs = query.split("&").filter((pair) => pair !== "");
  return Object.fromEntries(pairs.map((pair) => [pair.split("=")[0] ?? "", pair.slice(pair.indexOf("=") + 1)]));
}

/** The arguments of a Windows command line, as Windows splits them. */
const parseCommandLine: PlainFunction = ([value, kind], call) => {
  if (toText(kind ?? null).toLowerCase() !== "windows") throw refused(call, "of another kind than windows");
  return windowsArguments(toText(value ?? null));
};

/** Quotes group; 2n backslashes before a quote are n, a further one makes the quote a character. */
function windowsArguments(line: string): string[] | null {
  const words = [
    ...line.matchAll(/(?:[^\s"\\]|\\+(?!\\*")|\\*"(?:[^"\\]|\\+(?!\\*")|(?:\\\\)*\\")*(?:(?:\\\\)*"|$)|\\+)+/g),
  ].map(([word]) => word);
  return words.length === 0 ? null : words.map(unquoted);
}

function unquoted(word: string): string {
  return word.replace(
    /(\\*)"/g,
    (_all, backslashes: string) =>
      "\\".repeat(Math.floor(backslashes.length / 2)) + (backslashes.length % 2 === 1 ? '"' : ""),
  );
}

const parsePath: PlainFunction = ([value]) => {
  const path = toText(value ?? null);
  const separator = path.includes("\\") ? "\\" : "/";
  const parts = path.split(separator);
  const file = parts.at(-1) ?? "";
  const dot = file.lastIndexOf(".");
  return {
    Scheme: "",
    RootPath: /^[A-Za-z]:/.exec(path)?.[0] ?? "",
    DirectoryPath: parts.slice(0, -1).join(separator),
    DirectoryName: parts.at(-2) ?? "",
    Filename: file,
    Extension: dot < 0 ? "" : file.slice(dot + 1),
    AlternateDataStreamName: "",
  };
};

/** Fields of a line of CSV; quotes group, two quotes are one. */
const parseCsv: PlainFunction = ([value]) => {
  const [line = ""] = toText(value ?? null).split(/\r?\n/);
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "",
  );
};

export const networkFunctions = plainFunctions({
  ipv4_is_private: isPrivate,
  ipv4_is_in_range: isInRange,
  ipv4_is_in_any_range: isInAnyRange,
  ipv6_is_in_range: isInIpv6Range,
  ipv6_is_in_any_range: isInIpv6Range,
  ipv4_is_match: isMatch,
  ipv4_compare: compareIpv4,
  parse_ipv4: maskedAddress,
  has_ipv4: hasAddress(false),
  has_any_ipv4: hasAddress(false),
  has_ipv4_prefix: hasAddress(true),
  has_any_ipv4_prefix: hasAddress(true),
  parse_url: parseUrl,
  parse_urlquery: ([value = null]) => ({ "Query Parameters": queryParameters(toText(value).replace(/^\?/, "")) }),
  parse_command_line: parseCommandLine,
  parse_path: parsePath,
  parse_csv: parseCsv,
});
