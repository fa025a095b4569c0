/** The errors of `@defender-mssp/errors`, under the path that extensions import them by. */
export * from "@defender-mssp/errors";
