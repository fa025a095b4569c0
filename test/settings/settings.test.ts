import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import { parse } from "yaml";
import { VisibleError } from "@defender-mssp/errors";
import { checkSettings, parseSettings, settingKeys, type SettingProblem } from "../../settings";
import { requiredSettings } from "./required";

const root = path.resolve(__dirname, "..", "..");
const tenantId = "c0570500-0000-4000-8000-00000000000a";
const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";
const ana = { email: "ana@fabrikam.example", displayName: "Ana" };

const good: Readonly<Record<string, string>> = { ...requiredSettings, analysts: JSON.stringify([ana]) };

function problemsOf(
  changed: Record<string, unknown>,
  secretKeys: string[] = [],
  environment: Record<string, string> = {},
): readonly SettingProblem[] {
  const result = checkSettings({ ...good, ...changed }, secretKeys, environment);
  return "problems" in result ? result.problems : [];
}

/** `key: seen` of everything that is wrong. */
function wrong(...input: Parameters<typeof problemsOf>): string[] {
  return problemsOf(...input).map(({ key, seen }) => `${key}: ${seen}`);
}

const withAnalysts = (...analysts: unknown[]) => ({ analysts: JSON.stringify(analysts) });

describe("settings", () => {
  it("parsed settings are typed, normalized and frozen", () => {
    const settings = parseSettings(
      { ...good, tenantId: tenantId.toUpperCase(), ...withAnalysts({ ...ana, email: "Ana@Fabrikam.example" }) },
      [],
      {},
    );
    assert.deepEqual(settings, {
      ...requiredSettings,
      cloud: "public",
      analysts: [{ ...ana, tier: "tier1" }],
      portalAccess: {
        model: "rbac",
        tiers: {
          tier1: { name: "Tier 1 Analyst" },
          tier2: { name: "Tier 2 Analyst" },
          approvers: { name: "MSSP Analyst Approvers" },
        },
      },
      notificationRules: [],
      connector: {
        kind: "customerApp",
        alertApis: ["graph"],
        credential: { type: "secret", days: 365, rotateBeforeDays: 30, overlapDays: 7 },
      },
      defenderCalls: { mode: "manual" },
    });
    assert.ok([settings, settings.analysts, settings.analysts[0], settings.defenderCalls].every(Object.isFrozen));
  });

  it("the settings of the sandbox's stack are valid", () => {
    const file = parse(readFileSync(path.join(root, "Pulumi.dev.yaml"), "utf8")) as { config: Record<string, unknown> };
    const values = Object.entries(file.config).map(([key, value]): [string, string] => [
      key.replace("defender-mssp:", ""),
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    assert.deepEqual(checkSettings(Object.fromEntries(values), [], {}), {
      settings: parseSettings(Object.fromEntries(values), [], {}),
    });
  });

  describe("settings and Pulumi.yaml", () => {
    const project = parse(readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) as {
      name: string;
      config: Record<string, { description?: string; default?: unknown; type?: unknown }>;
    };

    it("Pulumi.yaml has the same keys", () => {
      assert.equal(project.name, "defender-mssp");
      assert.deepEqual(Object.keys(project.config), settingKeys, "Pulumi.yaml is generated: run `npm run docs`");
    });

    it("Pulumi.yaml describes each key and declares no type that the engine would check", () => {
      for (const [key, { description, default: initial, type }] of Object.entries(project.config)) {
        assert.ok((description ?? "").length > 20, `${key} has no description`);
        assert.equal(initial, "", `without a default the engine refuses a stack without ${key} by itself`);
        assert.equal(type, undefined, `with a type the engine refuses the first wrong value by itself`);
      }
    });

    it("Pulumi.yaml requires the same keys", () => {
      const defaults = Object.fromEntries(Object.entries(project.config).map(([key, one]) => [key, one.default]));
      const result = checkSettings(defaults, [], {});
      const missing = "problems" in result ? result.problems.map(({ key }) => key) : [];
      const required = settingKeys.filter((key) => project.config[key]?.description?.includes("Required"));
      assert.deepEqual(missing, required, "Pulumi.yaml is generated: run `npm run docs`");
    });
  });

  describe("wrong settings", () => {
    it("wrong settings are listed together, each with key, value and allowed values", () =>
      assert.throws(
        () =>
          parseSettings(
            {
              ...good,
              tenantId: "contoso",
              customerDomain: "https://contoso.com/",
              ...withAnalysts({ email: "ana", displayName: "Ana" }, { ...ana, phone: "1" }),
            },
            [],
            {},
          ),
        (error: unknown) => {
          assert.ok(error instanceof VisibleError);
          assert.equal(
            error.message,
            [
              "4 settings are wrong; nothing was changed.",
              '  tenantId: "contoso"',
              "    allowed: the ID of the customer's tenant: a UUID such as 11111111-2222-3333-4444-555555555555 (Entra admin center, Overview, Tenant ID)",
              '  customerDomain: "https://contoso.com/"',
              "    allowed: a domain name alone, in lower case, such as contoso.com: no scheme, port, path, underscore or dot " +
                "at the end; other scripts in their xn-- form; at most 230 characters",
              '  analysts[0].email: "ana"',
              "    allowed: an e-mail address with a domain, such as ana@mssp.example",
              '  analysts[1].phone: "1"',
              "    unknown: the keys here are email, displayName, tier, accessEndsOn, objectId",
              "A setting that this version does not know may be of a newer version of defender-mssp: `npx mssp --version`.",
              "Settings are in Pulumi.<stack>.yaml under config, each key with the project's name in front (pulumi config set KEY VALUE).",
            ].join("\n"),
          );
          return true;
        },
      ));

    it("without configuration each required setting is listed", () => {
      const result = checkSettings({}, [], {});
      assert.deepEqual("problems" in result && result.problems.map(({ key, seen }) => `${key} ${seen}`), [
        "customerName (not set)",
        "tenantId (not set)",
        "customerDomain (not set)",
        "msspName (not set)",
        "msspTenantId (not set)",
        "analysts (not set)",
      ]);
    });

    it("an unknown key is listed with the nearest existing one", () => {
      assertEach(problemsOf({ tenantID: "x", analyst: "y" }), ({ key, allowed }) => `${key}: ${allowed}`, [
        "tenantID: no such setting; did you mean tenantId?",
        "analyst: no such setting; did you mean analysts?",
      ]);
      const hostile = JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, string>;
      assert.deepEqual(wrong(hostile), ['__proto__: "x"', 'constructor: "y"']);
    });

    it("a list or map in place of a string is wrong, and a string in place of a list", () => {
      assert.deepEqual(wrong({ customerName: '["a","b"]', tenantId: '{"a":"b"}', analysts: "ana@fabrikam.example" }), [
        'customerName: ["a","b"]',
        'tenantId: {"a":"b"}',
        'analysts: "ana@fabrikam.example"',
      ]);
      assert.deepEqual(wrong({ customerName: "[Contoso]" }), []);
    });

    it("wrong environment variables are listed, too", () => {
      const environment = {
        ARM_TENANT_ID: "99999999-0000-4000-8000-000000000009",
        AZURE_TENANT_ID: msspTenantId.toUpperCase(),
        ARM_USE_MSI: "true",
        MSSP_DEFENDER_ENDPOINT: "http://gateway.example",
      };
      assert.deepEqual(wrong({}, [], environment), [
        'MSSP_DEFENDER_ENDPOINT (environment): "http://gateway.example"',
        'ARM_USE_MSI (environment): "true"',
        'ARM_TENANT_ID (environment): "99999999-0000-4000-8000-000000000009"',
      ]);
      const right = { ARM_TENANT_ID: tenantId.toUpperCase(), AZURE_TENANT_ID: "", ARM_USE_MSI: "false" };
      assert.deepEqual(wrong({}, [], right), []);
    });
  });

  describe("secret settings", () => {
    it("a secret setting is refused without its value, which the state would show", () => {
      const problems = problemsOf(
        { tenantId: "hunter2", ...withAnalysts({ email: "hunter2", displayName: "hunter2\n" }) },
        ["tenantId", "analysts", "unknown"],
      );
      assert.doesNotMatch(JSON.stringify(problems), /hunter2/);
      assertEach(problems, ({ key, seen }) => `${key}: ${seen}`, [
        "tenantId: [secret]",
        "analysts[0].email: [secret]",
        "analysts[0].displayName: [secret]",
        "tenantId: [secret]",
        "analysts: [secret]",
      ]);
      assert.deepEqual(wrong({ unknown: "hunter2" }, ["unknown"]), ["unknown: [secret]"]);
    });

    it("a secret under a wrong key or in a URL is hidden", () =>
      assert.deepEqual(
        wrong({
          clientSecret: "hunter2",
          nested: '{"password":"hunter2"}',
          defenderEndpoint: "https://user:hunter2@gateway.example/?sig=hunter2",
          ...withAnalysts({ ...ana, token: "hunter2" }),
        }),
        [
          "analysts[0].token: [secret]",
          'defenderEndpoint: "https://[secret]@gateway.example/?[secret]"',
          "clientSecret: [secret]",
          'nested: {"password":"[secret]"}',
        ],
      ));
  });

  describe("each setting", () => {
    const accepted: readonly [string, readonly string[]][] = [
      ["tenantId", [tenantId, "FFFFFFFF-0000-1000-8000-00000000000A"]],
      [
        "customerDomain",
        ["contoso.com", "a.b-c.co", "xn--bcher-kva.example", "4.example", `${"a".repeat(63)}.example`],
      ],
      ["customerName", ["C", "x".repeat(100), "Bücher & Söhne", "株式会社", "О'Нил", "نمی‌خواهم", "👩‍💻"]],
      ["msspName", ["x".repeat(242)]],
      ["invitationMessage", ["Welcome.\n\n\tSee you", "x".repeat(1000), ""]],
      ["extension", ["auditLog", "x".repeat(64), ""]],
      ["invitationLanguage", ["de", "de-DE", "zh-Hans-CN", ""]],
      ["defenderEndpoint", ["https://gateway.example", "https://gateway.example:8443/a/b/", "http://127.0.0.1:1", ""]],
    ];
    for (const [key, values] of accepted) {
      for (const value of values) {
        it(`${key}: ${JSON.stringify(value.slice(0, 40))} is accepted`, () =>
          assert.deepEqual(wrong({ [key]: value }), []));
      }
    }

    const refused: readonly [string, readonly string[]][] = [
      ["tenantId", ["x", `{${tenantId}}`, ` ${tenantId}`, `${tenantId}\n`, "00000000-0000-0000-0000-000000000000"]],
      [
        "customerDomain",
        [
          ...[
            "https://contoso.com",
            "contoso.com/x",
            "contoso.com:443",
            "Contoso.com",
            "contoso.com.",
            "contoso",
            ".com",
          ],
          ...[
            "con_toso.com",
            "contoso..com",
            "-a.com",
            "a-.com",
            "10.0.0.1",
            "bücher.example",
            "*.contoso.com",
            "a b.com",
          ],
          ...["contoso.com\n", "u@contoso.com", `${"a".repeat(64)}.example`, `${"a.".repeat(115)}example`],
        ],
      ],
      [
        "customerName",
        [
          "x".repeat(101),
          "x".repeat(300),
          " Contoso",
          "Contoso ",
          "a\u0007",
          "a\nb",
          "a\u202eb",
          "a\u2028",
          "\ud800",
          " ",
        ],
      ],
      ["msspName", ["x".repeat(243)]],
      ["invitationMessage", ["x".repeat(1001), "a\u0000", "a\r\nb", " "]],
      ["extension", ["../index", "a/b", "a.ts", "1a", " ", "x".repeat(65), "__proto__"]],
      ["invitationLanguage", ["english please", "d", "de_DE", "-"]],
      [
        "defenderEndpoint",
        [
          "gateway.example",
          "http://gateway.example",
          "ftp://gateway.example",
          "https://g.example/?a",
          "https://g.example#a",
        ],
      ],
    ];
    for (const [key, values] of refused) {
      for (const value of values) {
        it(`${key}: ${JSON.stringify(value.slice(0, 40))} is refused`, () =>
          assertEach(problemsOf({ [key]: value }), (problem) => problem.key, [key]));
      }
    }

    for (const email of [
      "ana",
      "ana@",
      "@fabrikam.example",
      "ana@fabrikam",
      "a b@fabrikam.example",
      "ana@fabrikam.example,",
      "ana@b@c.example",
      `${"a".repeat(65)}@fabrikam.example`,
      "ana@fabrikam.example\n",
    ]) {
      it(`analysts: the address ${JSON.stringify(email.slice(0, 40))} is refused`, () =>
        assertEach(problemsOf(withAnalysts({ email, displayName: "Ana" })), ({ key }) => key, ["analysts[0].email"]));
    }

    it("customer and MSSP cannot have the same tenant", () =>
      assert.deepEqual(wrong({ msspTenantId: tenantId.toUpperCase() }), [`msspTenantId: "${tenantId.toUpperCase()}"`]));

    it("the keeper as the automation or the preview application", () => {
      const [one, two] = [{ id: tenantId }, { id: msspTenantId }];
      const problems = [`msspApplications.keeper.id: "${tenantId}"`];
      assert.deepEqual(wrong({ msspApplications: { automation: one, keeper: one } }), problems);
      assert.deepEqual(wrong({ msspApplications: { automation: two, preview: one, keeper: one } }), problems);
      assert.deepEqual(wrong({ msspApplications: { automation: two, keeper: one } }), []);
    });

    it("an invitation has either its own text or a language", () =>
      assert.deepEqual(wrong({ invitationMessage: "Hi", invitationLanguage: "de" }), ['invitationLanguage: "de"']));

    it("a duplicate analyst is refused, also in capital letters and beside another error", () =>
      assert.deepEqual(wrong(withAnalysts(ana, { email: "ben" }, { ...ana, email: "ANA@fabrikam.example" })), [
        'analysts[1].email: "ben"',
        "analysts[1].displayName: (not set)",
        'analysts[2].email: "ANA@fabrikam.example"',
      ]));

    it("analysts: from none to 1000", () => {
      const team = (size: number) =>
        Array.from({ length: size }, (_, index) => ({ ...ana, email: `a${index}@f.example` }));
      assert.deepEqual(wrong(withAnalysts()), []);
      assert.deepEqual(wrong(withAnalysts(...team(1000))), []);
      assertEach(problemsOf(withAnalysts(...team(1001))), ({ key }) => key, ["analysts"]);
    });

    it("an analyst's access ends on the earlier of two days", () => {
      const ends = (analyst: object, values = {}) =>
        parseSettings({ ...good, ...withAnalysts({ ...ana, ...analyst }), ...values }, [], {}).analysts[0]
          ?.accessEndsOn;
      assert.equal(ends({}), undefined);
      assert.equal(ends({ accessEndsOn: "2027-03-31" }), "2027-03-31");
      assert.equal(ends({ accessEndsOn: "2027-03-31" }, { accessEndsOn: "2027-01-01" }), "2027-01-01");
      assert.equal(ends({ accessEndsOn: "2026-12-31" }, { accessEndsOn: "2027-01-01" }), "2026-12-31");
      assert.equal(ends({ accessEndsOn: "2027-03-31 00:00:00 +0000 UTC" }), "2027-03-31");
      assert.deepEqual(wrong({ accessEndsOn: "2027-02-30" }), ['accessEndsOn: "2027-02-30"']);
    });

    it("analysts: only from the listed domains", () => {
      const domains = (...list: string[]) => ({ analystDomains: JSON.stringify(list) });
      assert.deepEqual(wrong(domains("fabrikam.example")), []);
      assert.deepEqual(wrong(domains("other.example")), ['analysts[0].email: "ana@fabrikam.example"']);
      assert.deepEqual(wrong(domains("Fabrikam.example")), ['analystDomains[0]: "Fabrikam.example"']);
    });

    describe("portalAccess", () => {
      const access = (value: unknown) => ({ portalAccess: typeof value === "string" ? value : JSON.stringify(value) });
      const parsed = (value: unknown, more = {}) => parseSettings({ ...good, ...access(value), ...more }, [], {});

      it("portalAccess: a model, or a map with the model", () => {
        assert.deepEqual(parsed("rbac").portalAccess, parseSettings(good, [], {}).portalAccess);
        assert.deepEqual(parsed("basic").portalAccess, { model: "basic", role: "Security Reader", assignTo: "group" });
        assert.deepEqual(parsed({ model: "basic", role: "Security Administrator", assignTo: "guests" }).portalAccess, {
          model: "basic",
          role: "Security Administrator",
          assignTo: "guests",
        });
      });

      it("portalAccess entitlement, default: the MSSP's tenant requests, one year, yearly review, no guests", () => {
        const { analysts, ...others } = good;
        const entitlement = { model: "entitlement", approvers: ["cto@contoso.com"] };
        const settings = parseSettings({ ...others, ...access(entitlement) }, [], {});
        const { tiers, ...rest } = settings.portalAccess as { tiers?: unknown };
        assert.deepEqual(settings.analysts, []);
        assert.deepEqual(rest, {
          ...entitlement,
          expiresAfterDays: 365,
          reviewEvery: "year",
          identitySource: { tenantId: msspTenantId },
        });
        const domain = { ...entitlement, identitySource: { domain: "mssp.example" } };
        const { portalAccess } = parseSettings({ ...others, ...access(domain) }, [], {});
        assert.deepEqual("identitySource" in portalAccess && portalAccess.identitySource, { domain: "mssp.example" });
      });

      it("portalAccess.activation: standing by default, justInTime, or a map with hours and who approves", () => {
        const activation = (value: unknown, more = {}) => {
          const { portalAccess } = parsed({ model: "rbac", activation: value }, more);
          return "activation" in portalAccess ? portalAccess.activation : undefined;
        };
        assert.equal(activation("standing"), undefined);
        assert.deepEqual(parsed({ model: "rbac", activation: "standing" }), parsed("rbac"));
        assert.deepEqual(activation("justInTime"), { hours: 8 });
        assert.deepEqual(activation({ hours: 1, tier2Approval: "approvers" }), {
          hours: 1,
          tier2Approval: "approvers",
        });
        assert.deepEqual(activation({ tier2Approval: ["cto@contoso.com"] }), {
          hours: 8,
          tier2Approval: "customer",
          approvers: ["cto@contoso.com"],
        });
        for (const [key, value] of [
          ["activation", "sometimes"],
          ["activation.hours", { hours: 9 }],
          ["activation.hours", { hours: 0 }],
          ["activation.tier2Approval", { tier2Approval: [] }],
          ["activation.minutes", { minutes: 30 }],
        ] as const) {
          const problems = problemsOf(access({ model: "rbac", activation: value }));
          assert.ok(problems.length > 0, JSON.stringify(value));
          for (const problem of problems) assert.ok(`portalAccess.${key}`.startsWith(problem.key), problem.key);
        }
      });

      it("portalAccess.activation: refused with entitlement, with guests, and for adopted groups, each with one error", () => {
        const one = (value: object, more: Record<string, string> = {}) => {
          const [problem, ...others] = problemsOf({ ...access(value), ...more });
          assert.deepEqual(others, []);
          return problem!;
        };
        const entitlement = { model: "entitlement", approvers: ["cto@contoso.com"], activation: "justInTime" };
        assert.match(one(entitlement, { analysts: "[]" }).allowed, /^only with the model basic or rbac$/);
        const guests = one({ model: "basic", assignTo: "guests", activation: "justInTime" });
        assert.deepEqual(
          [guests.key, guests.allowed.slice(0, 24)],
          ["portalAccess.activation", "only with assignTo group"],
        );
        const basic = one({ model: "basic", activation: { tier2Approval: "approvers" } });
        assert.match(basic.allowed, /only with the model rbac/);
        const id = "90000000-0000-4000-8000-000000000001";
        const object = { resource: "customer-access-tier2-group", id, onDestroy: "keep" };
        const adopted = { adopted: JSON.stringify({ objects: [object] }) };
        assert.match(one({ model: "rbac", activation: "justInTime" }, adopted).seen, /tier2-group is adopted/);
        assert.deepEqual(wrong({ ...access({ model: "basic", activation: "justInTime" }), ...adopted }), []);
        const omit = { adopted: JSON.stringify({ omit: ["approvers"] }) };
        assert.match(
          one({ model: "rbac", activation: { tier2Approval: "approvers" } }, omit).allowed,
          /^people of the customer/,
        );
      });

      it("portalAccess: keys that exclude each other are reported with their place", () => {
        assert.deepEqual(wrong(access("admin")), ['portalAccess.model: "admin"']);
        assert.deepEqual(wrong(access({ model: "rbac", role: "Security Reader" })), [
          'portalAccess.role: "Security Reader"',
        ]);
        assert.deepEqual(wrong(access({ model: "basic", role: "Global Administrator" })), [
          'portalAccess.role: "Global Administrator"',
        ]);
        assert.deepEqual(wrong(access("entitlement")), [
          "portalAccess.approvers: (not set)",
          'analysts: [{"email":"ana@fabrikam.example","displayName":"Ana"}]',
        ]);
        assert.deepEqual(wrong(access({ model: "rbac", tiers: { tier2: { name: "tier 1 analyst" } } })), [
          'portalAccess.tiers.tier2.name: "tier 1 analyst"',
        ]);
        const [unknown] = problemsOf(access({ model: "rbac", tiers: { tier3: {} } }));
        assert.equal(unknown?.key, "portalAccess.tiers.tier3");
        assert.match(unknown.allowed, /did you mean tier[12]\?/);
      });
    });

    describe("notificationRules", () => {
      const rule = { name: "High", severities: ["High"], recipients: ["soc@mssp.example"] };
      const rules = (...list: unknown[]) => ({ notificationRules: JSON.stringify(list) });

      it("notificationRules, default: the organization's name and its portal link", () => {
        const [one, two] = parseSettings(
          {
            ...good,
            ...rules(rule, { ...rule, name: "All", includeOrganizationName: false, deviceGroups: ["Servers"] }),
          },
          [],
          {},
        ).notificationRules;
        const on = { includeOrganizationName: true, includeTenantPortalLink: true, includeDeviceInformation: true };
        assert.deepEqual(one, { ...rule, ...on });
        assert.deepEqual(two, {
          ...rule,
          ...on,
          name: "All",
          includeOrganizationName: false,
          deviceGroups: ["Servers"],
        });
      });

      it("notificationRules: unique name, severities and recipients", () => {
        assert.deepEqual(wrong(rules(rule, { ...rule, name: "HIGH" })), ['notificationRules[1].name: "HIGH"']);
        assert.deepEqual(wrong(rules({ ...rule, severities: [], recipients: ["soc"] })), [
          "notificationRules[0].severities: []",
          'notificationRules[0].recipients[0]: "soc"',
        ]);
      });
    });

    it("defenderEndpoint: the setting precedes the environment's endpoint", () => {
      const mode = (values: Record<string, string>, environment: Record<string, string>) =>
        parseSettings({ ...good, ...values }, [], environment).defenderCalls;
      const environment = { MSSP_DEFENDER_ENDPOINT: "https://127.0.0.1:1" };
      const endpoint = "https://gateway.example";
      assert.deepEqual(mode({}, {}), { mode: "manual" });
      assert.deepEqual(mode({}, environment), { mode: "endpoint" });
      assert.deepEqual(mode({ defenderEndpoint: `${endpoint}/` }, environment), { mode: "endpoint", endpoint });
    });
  });

  describe("any input", function () {
    /**
     * What reads as another name, ends a line or a quote, or means something to a shell, a path, a
     * query, a log or a template.
     */
    const hostileText = fc.oneof(
      fc.constantFrom(
        ...[
          "Cоntoso",
          "ｃontoso.com",
          "contoso.com\u202e",
          "a\u200bb",
          "\ufeffContoso",
          "e\u0301".repeat(200),
          "\ud800",
        ],
        ...["x\r\nX-Injected: 1", "x\nbcc: evil@evil.example", "a\0b", "\u001b[2J", "\u2028", "a\tb"],
        ...[
          "__proto__",
          "constructor",
          "toString",
          "' or 1 eq 1 or '",
          "'; drop",
          '"; rm -rf / #',
          "$(id)",
          "`id`",
          "-v",
        ],
        ...["../../etc/passwd", "..", ".", "C:\\x", "%2e%2e%2f", "a/b", "?$filter=x", "#", "${env:HOME}", "{{secret}}"],
        ...[
          "::set-output name=a::b",
          "##vso[task.setvariable variable=a]b",
          "##[error]x",
          "</details><script>",
          "@octocat",
        ],
        ...["=cmd|' /C calc'!A0", "| a | b |", "x".repeat(70_000), " ", "\u00a0", ""],
      ),
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.string({ unit: "grapheme", maxLength: 300 }),
    );
    const hostileKey = fc.oneof(
      hostileText,
      fc.constantFrom("name", "model", "kind", "credential", "tier1", "email", "type"),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.oneof(hostileText, fc.double(), fc.boolean(), fc.constant(null), fc.maxSafeInteger()),
        fc.array(tie("tree"), { maxLength: 6 }),
        fc.dictionary(hostileKey, tie("tree"), { maxKeys: 6, noNullPrototype: true }),
      ),
    }));
    /** What every setting may be, somewhere replaced by what it may not. */
    const structures = [
      [{ email: "ana@fabrikam.example", displayName: "Ana", tier: "tier1", accessEndsOn: "2030-01-31" }],
      ["fabrikam.example"],
      { model: "rbac", tiers: { tier1: { name: "One", permissions: ["microsoft.xdr/secops/securitydata/read"] } } },
      { model: "basic", role: "Security Reader", assignTo: "group" },
      {
        model: "entitlement",
        approvers: ["cto@contoso.com"],
        reviewEvery: "year",
        identitySource: { domain: "m.example" },
      },
      [{ name: "High", severities: ["High"], recipients: ["soc@mssp.example"], deviceGroups: ["Servers"] }],
      {
        kind: "customerApp",
        alertApis: ["graph"],
        credential: { type: "secret", days: 200 },
        loopbackRedirectPort: 8400,
      },
      { kind: "customerApp", credential: { type: "federated", issuer: "https://token.example", subject: "siem" } },
      { kind: "msspApp", applicationId: good.tenantId },
      { subscriptionId: good.tenantId, location: "westeurope", secretName: "siem", readerObjectId: good.tenantId },
      { subscriptionId: good.tenantId, groupObjectId: good.tenantId, groupName: "SOC", roles: ["Reader"] },
    ];
    const spoiled = fc
      .tuple(fc.constantFrom(...structures), tree, fc.nat())
      .map(([structure, replacement, place]) => withReplaced(structure, replacement, place));
    const hugeList = fc
      .tuple(fc.constantFrom(...structures), fc.integer({ min: 1, max: 5000 }))
      .map(([structure, length]) =>
        Array.from({ length }, () => (Array.isArray(structure) ? structure[0] : structure)),
      );

    /** Anything, or something near to right. */
    const value = fc.oneof(
      hostileText,
      fc.oneof(tree, spoiled, hugeList).map((one) => JSON.stringify(one)),
      fc.anything({ withBigInt: true, withSparseArray: true, withNullPrototype: true }),
      fc.string({ unit: "binary", maxLength: 400 }),
      fc.json(),
      fc.constantFrom(...Object.values(good), "", "[".repeat(50_000), `[${"[".repeat(5000)}${"]".repeat(5000)}]`),
      fc
        .array(fc.record({ email: fc.emailAddress(), displayName: fc.string({ unit: "binary" }) }))
        .map((x) => JSON.stringify(x)),
      fc.array(fc.dictionary(fc.string(), fc.anything())).map((x) => {
        try {
          return JSON.stringify(x);
        } catch {
          return "";
        }
      }),
    );
    const key = fc.oneof(fc.constantFrom(...settingKeys), fc.string(), hostileText);
    const values = fc
      .array(fc.tuple(key, value))
      .map((entries) => Object.fromEntries([...Object.entries(good), ...entries]));

    it("any settings give a checked object or one VisibleError", () =>
      assertProperty(
        600,
        values,
        fc.array(key),
        fc.dictionary(fc.constantFrom("ARM_TENANT_ID", "MSSP_DEFENDER_ENDPOINT"), fc.string()),
        (given, secretKeys, environment) => {
          try {
            const settings = parseSettings(given, secretKeys, environment);
            assert.match(settings.tenantId, /^[0-9a-f-]{36}$/);
            assert.match(settings.customerDomain, /^[a-z0-9.-]+$/);
            assert.ok(settings.customerName.length <= 100);
            for (const name of textsIn(settings)) {
              assert.doesNotMatch(name, /[^\P{Cc}\n\t]|[\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]/u);
            }
            for (const { name } of settings.notificationRules) assert.doesNotMatch(name, /^\.{0,2}$|\n/);
            const addresses = settings.analysts.map(({ email }) => email);
            assert.equal(new Set(addresses).size, addresses.length);
          } catch (error) {
            if (!(error instanceof VisibleError)) throw error;
            assert.match(error.message, /^(1 setting is|\d+ settings are) wrong; nothing was changed\.\n {2}\S/);
            assert.doesNotMatch(error.message.replaceAll("\n", ""), /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
            assert.ok(error.message.length < 100_000);
            for (const line of error.message.split("\n")) assert.doesNotMatch(line, /^\s*::|##\[|##vso\[/);
            assert.deepEqual(Object.keys(Object.prototype), []);
          }
        },
      ));

    it("a key of blanks or of a CI command is shown in quotes", () => {
      assert.deepEqual(wrong({ " ": "x" }), ['" ": "x"']);
      assert.deepEqual(wrong({ "::set-output name=a::b": "##vso[task.setvariable variable=a]b" }), [
        '"::set-output name=a::b": "#\\u{23}vso[task.setvariable variable=a]b"',
      ]);
    });

    it("no error contains a secret's value", () =>
      assertProperty(200, fc.constantFrom(...settingKeys), fc.string({ minLength: 4 }), (secretKey, text) => {
        const value = `hunter2${text}hunter2`;
        for (const given of [value, JSON.stringify([value]), JSON.stringify([{ email: value, [value]: "x" }])]) {
          const problems = problemsOf({ [secretKey]: given }, [secretKey]).map(({ seen }) => seen);
          assert.doesNotMatch(problems.join(), /hunter2/);
        }
      }));

    it("100,000 wrong settings give a bounded message within the test's time", () => {
      const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, "x".repeat(20)]));
      assert.throws(
        () => parseSettings({ ...good, ...many }, [], {}),
        (error: Error) => error.message.length < 20_000 && error.message.includes("and 99900 more"),
      );
      const slow = "://".repeat(300_000);
      assert.equal(
        problemsOf({ customerName: slow, defenderEndpoint: slow, analysts: slow, msspName: `${slow}?` }).length,
        4,
      );
    }).timeout(60_000);
  });
});

/** A copy with one of its parts replaced, whichever `place` falls on. */
function withReplaced(structure: unknown, replacement: unknown, place: number): unknown {
  const copy = structuredClone(structure);
  const parts: { readonly holder: Record<string, unknown>; readonly key: string }[] = [];
  const collect = (holder: unknown): void => {
    if (typeof holder !== "object" || holder === null) return;
    for (const [key, inner] of Object.entries(holder)) {
      parts.push({ holder: holder as Record<string, unknown>, key });
      collect(inner);
    }
  };
  collect(copy);
  const part = parts[place % parts.length];
  if (part !== undefined) part.holder[part.key] = replacement;
  return copy;
}

/** Every text in a value, but multi-line certificates. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
