/**
 * Helpers of this package's tests that the product's tests use too:
 * `@defender-mssp/siem/testing`, from the sources only.
 */
export { parseCef, parseSyslog, SyslogFrames } from "./alerts/parsers";
export { parsedOptions } from "./connector/parsedOptions";
export { readSplunkConf } from "./siemConfig/parsers";
