/** Records to a table of a Log Analytics workspace, by Azure Monitor's Logs Ingestion API. */
import { ServiceError } from "@defender-mssp/errors";
import type { Environment, TokenSource } from "@defender-mssp/microsoft";
import { isSecureAddress } from "@defender-mssp/microsoft/http";
import { deliverInCalls, deliveryError } from "./calls";
import type { Sink } from "./sink";
import { UsageError } from "@defender-mssp/terminal/usageError";
import { Option } from "commander";
import { fromEnvironment, type DestinationKind } from "./destinationKind";

export interface LogAnalyticsValues {
  readonly logAnalytics?: string;
  readonly dcr?: string;
  readonly stream?: string;
}

export const logAnalytics: DestinationKind<LogAnalyticsValues> = {
  name: "log-analytics",
  format: "json",
  options: () => [
    new Option(
      "--log-analytics <endpoint>",
      "send to Azure Monitor's logs ingestion endpoint; signs in with ARM_TENANT_ID, ARM_CLIENT_ID and its credential",
    ),
    new Option("--dcr <id>", "with --log-analytics: immutable ID of the data collection rule"),
    new Option("--stream <name>", "with --log-analytics: name of the rule's stream, such as Custom-DefenderAlerts_CL"),
  ],
  open: (url, { dcr: rule, stream }, _, { session, signal, note }) => {
    if (rule === undefined || stream === undefined)
      throw new UsageError("--log-analytics needs --set dcr=<id> stream=<name>.");
    const what = "the workspace's tenant ID";
    const tenantId = fromEnvironment(session, { option: "--log-analytics", what, variable: "ARM_TENANT_ID" });
    return logsIngestion({ url, rule, stream, tenantId, environment: session.environment, signal, note });
  },
};

export interface LogAnalyticsOptions {
  /** The logs ingestion endpoint of the data collection rule or of a data collection endpoint. */
  readonly url: string;
  /** Immutable ID of the data collection rule. */
  readonly rule: string;
  readonly stream: string;
  /** Tenant of the workspace's subscription. */
  readonly tenantId: string;
  /** Credentials of the workspace's tenant. */
  readonly environment: Environment;
  readonly signal?: AbortSignal | undefined;
  /** Gets told of a record that was too large. */
  readonly note?: (text: string) => void;
  /** For tests. */
  readonly tokens?: Pick<TokenSource, "use">;
  /** For tests. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

const name = "Azure Monitor";

/** The texts are JSON objects; each gets `TimeGenerated`. @throws VisibleError */
export function logsIngestion(options: LogAnalyticsOptions): Sink {
  checkAddress(options);
  let known = options.tokens;
  return {
    deliver: async (records) => {
      const { logsIngestionCallSize } = await import("@defender-mssp/microsoft");
      await deliverInCalls(records, {
        name,
        mostBytes: logsIngestionCallSize - 2,
        write: ({ at, text }) => `{"TimeGenerated":"${at}",${text.slice(1)}`,
        takes: async (call) => {
          known ??= await tokensOf(options);
          return upload(`[${call.map(({ text }) => text).join(",")}]`, known, options);
        },
        note: options.note,
      });
    },
  };
}

async function tokensOf({ tenantId, environment, signal }: LogAnalyticsOptions): Promise<TokenSource> {
  const { applicationTokens, clouds, discoverEndpoints } = await import("@defender-mssp/microsoft");
  const endpoints = await discoverEndpoints(environment);
  const audience = clouds[endpoints.cloud].logsIngestionResource;
  return applicationTokens(() => environment, { tenantId, audience, endpoints, signal });
}

async function upload(
  text: string,
  tokens: Pick<TokenSource, "use">,
  { url, rule, stream, signal, sleep }: LogAnalyticsOptions,
): Promise<boolean> {
  const { uploadLogs } = await import("@defender-mssp/microsoft");
  try {
    return await tokens.use((token) => uploadLogs({ endpoint: url, ruleId: rule, stream, token, text, signal, sleep }));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const hint = [401, 403].includes(error.status)
      ? " The application of ARM_CLIENT_ID needs the role Monitoring Metrics Publisher on the data collection rule."
      : "";
    throw deliveryError(name, error, hint);
  }
}

function checkAddress({ url: text, rule, stream }: LogAnalyticsOptions): void {
  const url = isSecureAddress(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== "" || url.password !== "" || url.search !== "" || url.pathname !== "/") {
    throw new UsageError(
      "--log-analytics needs the logs ingestion endpoint that the data collection rule shows: an https address without a path.",
    );
  }
  if (!/^dcr-[0-9a-f]{32}$/.test(rule)) {
    throw new UsageError("--dcr needs the immutable ID of the data collection rule: dcr- and 32 hexadecimal digits.");
  }
  if (!/^(Custom|Microsoft)-[A-Za-z][A-Za-z0-9_-]{0,98}$/.test(stream)) {
    throw new UsageError("--stream needs the name of the rule's stream, such as Custom-DefenderAlerts_CL.");
  }
}
