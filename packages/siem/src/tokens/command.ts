/**
 * `mssp token`: gets the access and refresh tokens of a stack's connector from the customer's
 * tenant.
 */
import path from "node:path";
import { createInterface } from "node:readline";
import { Option, type Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import type { AlertApi } from "@defender-mssp/microsoft";
import { alertApiOption } from "../connector/alertApiOption";
import type { Connector } from "../connector/connector";
import { selectingOption, shownConnector } from "../connector/shownConnector";
import type { Session } from "@defender-mssp/terminal/session";
import { connectionFiles, readerBy, type ConnectionOptions } from "../connector/connectionFiles";
import type { ConnectorSource } from "../connector/connectorSource";
import type { KeptToken, TokenPlace, TokenRecord } from "../connector/refreshToken";
import { advised } from "@defender-mssp/terminal/advised";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { visibleText } from "@defender-mssp/terminal/terminalText";
import { credentialOptions, type CredentialOptions } from "../connector/credentialOptions";
import type { SignInCredential } from "./credentials";
import type { SignInRequest, Tokens } from "./signIn";

interface TokenCommandOptions extends CredentialOptions, ConnectionOptions {
  readonly deviceCode?: boolean;
  readonly clientCredentials?: boolean;
  readonly renew?: boolean;
  readonly paste?: boolean;
  readonly api?: AlertApi;
  readonly out?: string;
  readonly force?: boolean;
  readonly showSecrets?: boolean;
  readonly json?: boolean;
}

/** How long a sign-in in the browser may take, in seconds. */
const browserPatience = 600;

const openAddress = "Open this address in a browser and sign in as a user of the customer who may read alerts:";

export function define(token: Command, session: Session, source: ConnectorSource = connectionFiles): void {
  const command = credentialOptions(source.addOptions(token, "one"))
    .addOption(new Option("--device-code", "sign in on another device").conflicts(["clientCredentials", "renew"]))
    .addOption(
      new Option("--client-credentials", "get a token of the application itself, without a sign-in").conflicts([
        "renew",
        "out",
      ]),
    )
    .option("--renew", "exchange the kept refresh token for a new one; the old one remains valid until its own end")
    .option("--paste", "paste the address where the browser ends, even if the stack has a loopback redirect")
    .addOption(alertApiOption("API of the access token (default: the first one of the connector)"))
    .option(
      "--out <place>",
      "keep the refresh token in a file that only you can read, or in a key vault: https://<vault>, with or without " +
        "/secrets/<name> (default name: <stack>-refresh-token)",
    )
    .option("--force", "replace an existing file")
    .option("--show-secrets", "print the tokens")
    .option("--json", "print the result as one JSON object")
    .action(async (options: TokenCommandOptions) => {
      try {
        await (options.clientCredentials === true
          ? applicationToken(options, session, source)
          : personsTokens(options, session, source));
      } catch (error) {
        const { adviceFor } = await import("../connector/entraAdvice.js");
        throw advised(error, ({ serviceCode }) => adviceFor(serviceCode, readerBy(options)));
      }
    });
  describeCommand(command, {
    notes: [
      "A refresh token is valid for 90 days; --renew renews it. `verify` shows its end. Only the legacy alert API needs one.",
    ],
    reads: `${source.reads}, and with --renew the kept refresh token.`,
    changes:
      "Stores the refresh token where --out says. Default with --connection: a file that only " +
      "you can read, in $STATE_DIRECTORY, $XDG_STATE_HOME/defender-mssp or ~/.local/state/defender-mssp. Default " +
      "with --stack: encrypted in the stack's configuration (mssp:refreshToken). With --client-credentials, nothing.",
    exitCodes: { 0: "the token was received, and stored", 1: "the sign-in, the connector or the place failed" },
    examples: [
      `${source.program} token ${source.example}`,
      `${source.program} token ${source.example} --out refresh-token`,
      `${source.program} token ${source.example} --renew`,
      `${source.program} token ${source.example} --client-credentials`,
    ],
  });
}

async function applicationToken(
  options: TokenCommandOptions,
  session: Session,
  source: ConnectorSource,
): Promise<void> {
  const { requestApplicationToken } = await import("./applicationToken.js");
  const { stack, api, accessToken, expiresOn } = await requestApplicationToken(
    await source.one(options, session).read(),
    options,
    session.environment,
  );
  show(session, options, {
    stack,
    api,
    accessToken: {
      expiresOn: expiresOn.toISOString(),
      ...(options.showSecrets === true ? { value: accessToken } : {}),
    },
  });
}

async function personsTokens(options: TokenCommandOptions, session: Session, source: ConnectorSource): Promise<void> {
  const { credentialOf, endpointsOf } = await import("./credentials.js");
  const { checkPlace, placeText } = await import("../connector/refreshToken.js");
  const { environment } = session;
  const customer = source.one(options, session);
  const connector = await customer.read();
  if (connector.kind === "msspApp") {
    throw new VisibleError(
      `The connector of ${shownConnector(connector)} is the MSSP's own application, which reads alerts without a ` +
        "signed-in user. Use --client-credentials.",
    );
  }
  const kept = await customer.keptToken(connector);
  const known = await kept.record();
  const place = await placeFor(connector, options, kept, known);
  await checkPlace(place, known, options.force === true);
  const endpoints = await endpointsOf(connector, environment);
  const api = apiFor(connector, options.api);
  const request = { connector, endpoints, api };
  const credential = options.deviceCode === true ? undefined : await credentialOf(connector, options, environment);
  const { renew, signInByDevice } = await import("./signIn.js");
  // From the start of the sign-in: a warning that is minutes early does no harm.
  const issuedOn = session.now();
  let tokens: Tokens;
  if (options.renew === true) {
    if (known === undefined) throw new VisibleError(nothingToRenew(connector, source));
    tokens = await renew(request, credential, await kept.read(known));
  } else if (credential === undefined) {
    tokens = await signInByDevice(request, (text) => session.err.line(text));
  } else tokens = await byBrowser(request, credential, options, session);
  const record = await kept.keep(tokens.refreshToken, place, issuedOn, (text) => session.err.line(text));
  show(session, options, {
    stack: connector.stack,
    api,
    ...(tokens.account === undefined ? {} : { account: tokens.account }),
    accessToken: {
      expiresOn: tokens.accessTokenExpiresOn?.toISOString() ?? null,
      ...(options.showSecrets === true ? { value: tokens.accessToken } : {}),
    },
    refreshToken: {
      keptIn: placeText(record.place),
      issuedOn: record.issuedOn.toISOString(),
      expiresOn: record.expiresOn.toISOString(),
      ...(options.showSecrets === true ? { value: tokens.refreshToken } : {}),
    },
  });
}

async function byBrowser(
  request: SignInRequest,
  credential: SignInCredential,
  { paste }: TokenCommandOptions,
  session: Session,
): Promise<Tokens> {
  const { signInByCode } = await import("./signIn.js");
  const { checkRedirect } = await import("./redirect.js");
  const { LoopbackRedirect } = await import("@defender-mssp/terminal/loopbackRedirect");
  const { redirectUri, loopbackRedirectUri } = request.connector;
  const viaLoopback = loopbackRedirectUri !== undefined && paste !== true;
  const target = viaLoopback ? loopbackRedirectUri : redirectUri;
  if (target === undefined) throw new VisibleError(noRedirect(request.connector));
  const unchecked = await checkRedirect(request.connector, target, request.endpoints, session.environment);
  if (unchecked !== undefined) session.err.line(unchecked);
  if (!viaLoopback) return signInByCode(request, credential, target, (url) => pastedAddress(url, target, session));
  const loopback = await LoopbackRedirect.listen(target);
  try {
    return await signInByCode(request, credential, target, (url, state) => {
      session.err.line(`${openAddress}\n\n${url}\n`);
      return loopback.receive(state, browserPatience);
    });
  } finally {
    loopback.close();
  }
}

/** Shows where to sign in, and reads the address where the browser ended. */
async function pastedAddress(signInUrl: string, redirectUri: string, { ask, err, input }: Session): Promise<string> {
  err.line(
    `${openAddress}\n\n${signInUrl}\n\n` +
      `The browser ends at ${redirectUri}?code=… (the page need not load). Paste the whole address here:`,
  );
  // A terminal is read key by key: the kernel's own line buffer ends at 4,096 characters.
  const address = ask.isPossible ? await ask.text("Address") : await firstLine(input);
  if (address !== undefined && address.trim() !== "") return address;
  throw new VisibleError("No address was pasted. Run the command again, and paste the address where the browser ends.");
}

/** The first line that is not empty. */
async function firstLine(input: NodeJS.ReadableStream): Promise<string | undefined> {
  const lines = createInterface({ input });
  try {
    for await (const line of lines) if (line.trim() !== "") return line;
    return undefined;
  } finally {
    lines.close();
  }
}

async function placeFor(
  { stack }: Connector,
  options: TokenCommandOptions,
  kept: KeptToken,
  known: TokenRecord | undefined,
): Promise<TokenPlace> {
  const { out } = options;
  if (out !== undefined) {
    if (!/^https?:/.test(out)) return { kind: "file", file: path.resolve(out) };
    const { vaultAddress } = await import("@defender-mssp/microsoft/azure/vaultAddress");
    const address = vaultAddress(out);
    if (address !== undefined) return { kind: "keyVault", name: `${stack}-refresh-token`, ...address };
    throw new VisibleError(
      `--out ${out} is not the address of a key vault, or of a secret without a version: ` +
        "https://<vault>.vault.azure.net/secrets/<name>.",
    );
  }
  return options.renew === true && known !== undefined ? known.place : kept.defaultPlace();
}

/** A user reads the legacy API with `Alert.Read`; the application itself reads Microsoft Graph. */
function apiFor(connector: Connector, asked: AlertApi | undefined): AlertApi {
  const [first] = connector.alertApis;
  const api = asked ?? (connector.alertApis.includes("legacySiem") ? "legacySiem" : first);
  if (api !== undefined && connector.alertApis.includes(api)) return api;
  throw new VisibleError(
    `The connector of ${shownConnector(connector)} can't access ${api ?? "any alert API"}. ` +
      `Setting connector.alertApis: ${connector.alertApis.join(", ") || "empty"}.`,
  );
}

function noRedirect(connector: Connector): string {
  const { stack, connection } = connector;
  return connection === undefined
    ? `Stack "${stack}" has no redirect URI. Run \`npx pulumi up --stack ${stack}\`.`
    : `The connection file ${connection.file} has no redirect URI: write it again with \`npx mssp connection\`.`;
}

function nothingToRenew(connector: Connector, { program }: ConnectorSource): string {
  return (
    `No refresh token is kept for ${shownConnector(connector)}. ` +
    `Get one first: ${program} token ${selectingOption(connector)}`
  );
}

interface Result {
  readonly stack: string;
  readonly api: AlertApi;
  readonly account?: string;
  readonly accessToken: { readonly expiresOn: string | null; readonly value?: string };
  readonly refreshToken?: {
    readonly keptIn: string;
    readonly issuedOn: string;
    readonly expiresOn: string;
    readonly value?: string;
  };
}

function show({ out }: Session, { json }: TokenCommandOptions, result: Result): void {
  if (json === true) {
    writeJson(out, "token", result);
    return;
  }
  const { account, accessToken, refreshToken } = result;
  const lines = [
    ...(account === undefined ? [] : [`Signed in: ${visibleText(account)}`]),
    `Access token for ${result.api}: valid until ${accessToken.expiresOn ?? "an unknown time"}`,
    ...(accessToken.value === undefined ? [] : [accessToken.value]),
    ...(refreshToken === undefined
      ? []
      : [`Refresh token: kept in ${refreshToken.keptIn}, valid until ${refreshToken.expiresOn}`]),
    ...(refreshToken?.value === undefined ? [] : [refreshToken.value]),
  ];
  out.write(`${lines.join("\n")}\n`);
}
