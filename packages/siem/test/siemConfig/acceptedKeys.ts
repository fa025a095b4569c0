/**
 * The keys that each product's own package accepts, with the file and the version that they were
 * read from. Names of keys only: nothing else of these files is here.
 */

/** A package of Elastic: the variables by input, and by stream of the input. */
export interface ElasticPackage {
  readonly source: string;
  readonly inputs: Readonly<
    Record<
      string,
      {
        readonly vars: readonly string[];
        /** Variables with `required: true` and without a default. */
        readonly required: readonly string[];
        readonly streams: Readonly<
          Record<string, { readonly vars: readonly string[]; readonly required: readonly string[] }>
        >;
      }
    >
  >;
}

const polled = [
  "request_url",
  "initial_interval",
  "interval",
  "batch_size",
  "http_client_timeout",
  "tags",
  "preserve_original_event",
  "preserve_duplicate_custom_fields",
  "processors",
] as const;

/**
 * elastic/integrations, `packages/m365_defender`: `manifest.yml` of 2.14.2 (commit bf3be6b), and
 * `data_stream/{alert,incident,event,log}/manifest.yml` (commits 2a0f28c, dfb34bf, 03323d8, 354b966).
 * `changelog.yml` at commit 0061d8d lists 5.12.3 as the newest version and removes none of these.
 */
export const m365Defender: ElasticPackage = {
  source: "elastic/integrations packages/m365_defender 2.14.2",
  inputs: {
    "m365_defender-httpjson": {
      vars: [
        "login_url",
        "token_endpoint",
        "enable_request_tracer",
        "client_id",
        "client_secret",
        "tenant_id",
        "proxy_url",
        "ssl",
      ],
      required: ["client_id", "client_secret", "tenant_id"],
      streams: {
        "m365_defender.alert": { vars: [...polled, "include_unknown_enum_members"], required: [] },
        "m365_defender.incident": { vars: polled, required: [] },
        "m365_defender.log": { vars: polled, required: [] },
      },
    },
    "m365_defender-azure-eventhub": {
      vars: [],
      required: [],
      streams: {
        "m365_defender.event": {
          vars: ["eventhub", "consumer_group", "connection_string", "storage_account", "storage_account_key"],
          required: ["eventhub", "storage_account"],
        },
      },
    },
  },
};

/**
 * elastic/integrations, `packages/microsoft_defender_endpoint`: `manifest.yml` of 2.24.2 (commit
 * 870a41e), `data_stream/log/manifest.yml` (commit 5d33cbc), and for `oauth_endpoint_params`, which
 * came with 4.1.0 (`changelog.yml` at commit 0061d8d, whose newest version is 4.5.2),
 * `data_stream/log/_dev/test/system/test-oauth-params-config.yml` (commit 0b97ab0).
 */
export const microsoftDefenderEndpoint: ElasticPackage = {
  source: "elastic/integrations packages/microsoft_defender_endpoint 2.24.2 and 4.1.0",
  inputs: {
    "microsoft_defender_endpoint-httpjson": {
      vars: [],
      required: [],
      streams: {
        "microsoft_defender_endpoint.log": {
          vars: [
            "client_id",
            "client_secret",
            "tenant_id",
            "enable_request_tracer",
            "interval",
            "scopes",
            "azure_resource",
            "proxy_url",
            "login_url",
            "token_url",
            "request_url",
            "oauth_endpoint_params",
            "tags",
            "preserve_original_event",
            "processors",
          ],
          required: ["client_id", "client_secret", "tenant_id"],
        },
      },
    },
  },
};

/** The settings of a Splunk stanza, and those without which the add-on does not work. */
export interface SplunkStanza {
  readonly source: string;
  readonly settings: readonly string[];
  readonly required: readonly string[];
}

/** Splunk's own settings of every input: Splunk Enterprise, `inputs.conf.spec`. */
const everyInput = ["interval", "index", "sourcetype", "source", "host", "disabled"] as const;

/**
 * `Splunk_TA_MS_Security`, in public copies: `README/inputs.conf.spec`, and the scheme in
 * `bin/microsoft_defender_endpoint_atp_alerts.py`. Of the copies one names its version, 3.0.0.
 */
export const splunkAlertsInput: SplunkStanza = {
  source: "Splunk_TA_MS_Security, README/inputs.conf.spec and the input's scheme",
  settings: ["azure_app_account", "tenant_id", "location", "start_date", "request_timeout", "lookback", ...everyInput],
  required: ["azure_app_account", "tenant_id", "location", "interval"],
};

/** The same add-on, REST handler of its accounts: the fields and which of them are required. */
export const splunkAccount: SplunkStanza = {
  source: "Splunk_TA_MS_Security, the fields of splunk_ta_ms_security_account",
  settings: ["username", "password", "tenant_id", "use_delegated_permissions", "delegated_acc_name"],
  required: ["username", "password", "tenant_id"],
};

/** The same add-on, `environment_specific_urls.py`: the locations that read Microsoft Graph. */
export const splunkGraphLocations = ["commercial-graph-api", "gcc-high-graph-api"] as const;

/** `rest_ta` (Splunkbase 1546), `README/inputs.conf.spec`. The file names no version. */
export const splunkRestInput: SplunkStanza = {
  source: "rest_ta, README/inputs.conf.spec",
  settings: [
    "endpoint",
    "http_method",
    "request_payload",
    "auth_type",
    "auth_user",
    "auth_password",
    "oauth1_client_key",
    "oauth1_client_secret",
    "oauth1_access_token",
    "oauth1_access_token_secret",
    "oauth2_token_type",
    "oauth2_access_token",
    "oauth2_refresh_token",
    "oauth2_refresh_url",
    "oauth2_refresh_props",
    "oauth2_client_id",
    "oauth2_client_secret",
    "http_header_propertys",
    "url_args",
    "response_type",
    "streaming_request",
    "http_proxy",
    "https_proxy",
    "request_timeout",
    "backoff_time",
    "polling_interval",
    "index_error_response_codes",
    "response_handler",
    "response_handler_args",
    "response_filter_pattern",
    "custom_auth_handler",
    "custom_auth_handler_args",
    "delimiter",
    "cookies",
    ...everyInput,
  ],
  required: [
    "endpoint",
    "auth_type",
    "oauth2_refresh_token",
    "oauth2_refresh_url",
    "oauth2_client_id",
    "oauth2_client_secret",
  ],
};
