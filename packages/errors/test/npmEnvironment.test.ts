import assert from "node:assert/strict";
import { npmEnvironment } from "@defender-mssp/errors/npmEnvironment";

describe("the environment of npm", () => {
  it("has the user's registries, credentials, proxies and cache", () => {
    const kept = {
      PATH: "/bin",
      HTTPS_PROXY: "http://proxy:8080",
      NODE_AUTH_TOKEN: "token",
      npm_config_registry: "https://registry.test/",
      "npm_config_@contoso:registry": "https://contoso.test/",
      "npm_config_//registry.test/:_authToken": "token",
      NPM_CONFIG_USERCONFIG: "/run/npmrc",
      "npm_config_https-proxy": "http://proxy:8080",
      npm_config_noproxy: "localhost",
      npm_config_cafile: "/ca.pem",
      "npm_config_strict-ssl": "true",
      npm_config_cache: "/cache",
      npm_config_fetch_retries: "0",
      npm_config_offline: "true",
    };
    assert.deepEqual(npmEnvironment(kept), { ...kept, npm_config_loglevel: "error" });
  });

  it("has no setting that an npm that started the command hands on", () => {
    const handedOn = {
      npm_config_loglevel: "silent",
      NPM_CONFIG_LOGLEVEL: "silent",
      npm_config_json: "true",
      npm_config_global: "true",
      npm_config_dry_run: "true",
      npm_config_omit: "dev",
      npm_config_workspace: "packages/siem",
      npm_config_package_lock: "false",
      npm_config_prefix: "/usr",
      npm_config_local_prefix: "/checkout",
      npm_lifecycle_event: "test",
      npm_package_json: "/checkout/package.json",
      npm_command: "run-script",
      npm_execpath: "/npm-cli.js",
    };
    assert.deepEqual(npmEnvironment(handedOn), { npm_config_loglevel: "error" });
  });
});
