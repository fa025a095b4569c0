/**
 * Random programs, judged by every mandatory rule as the engine has them judged: each resource before it is made, and
 * the stack at the end. What passes gives nobody a right whom the settings don't name, whatever an extension or a
 * changed component declares.
 */
import assert from "node:assert/strict";
import { assertAsyncProperty, assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import { directoryRoleTemplates, microsoftGraph } from "@defender-mssp/microsoft";
import * as protocol from "@pulumi/pulumi/proto/analyzer_pb";
import * as server from "@pulumi/policy/server";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { azuread, dynamic } from "../../domain/resourceTypes";
import { rules } from "../../policy/rules";
import type { PolicySettings } from "../../policy/policySettings";
import { everything, grants, programOf, replaced, type Grant } from "./grants";
import { contoso, judge, judgeStack, unknownValue, type Sample } from "./support";

const analysts = ["ana", "ben"].map((name) => ({
  email: `${name}@fabrikam.example`,
  displayName: name,
  tier: "tier1" as const,
}));
const settings: PolicySettings = {
  ...contoso,
  analysts,
  portalAccess: { model: "basic", role: "Security Reader" } as PolicySettings["portalAccess"],
};
const analystsGroup = "Fabrikam Security MSSP Analysts";
const idOf = (name: string) => `id-of-${name}`;
const stranger = "0f0f0f0f-0000-4000-8000-0000000000ff";

/** What the settings name; `isNew`: a preview does not know the IDs. */
function named(isNew: boolean): Sample[] {
  const id = (name: string) => (isNew ? unknownValue : idOf(name));
  return [
    ...analysts.map(({ email, displayName }) => ({
      type: dynamic("Guest"),
      name: displayName,
      properties: { tenantId: contoso.tenantId, email, objectId: id(displayName) },
    })),
    {
      type: azuread("ApplicationRegistration"),
      name: "app",
      properties: {
        displayName: "Contoso SIEM MSSP Connector",
        signInAudience: "AzureADMyOrg",
        clientId: id("client"),
        objectId: id("app"),
      },
    },
    {
      type: azuread("ServicePrincipal"),
      name: "sp",
      properties: { clientId: id("client"), objectId: id("sp") },
      sources: { clientId: ["app"] },
    },
  ];
}

interface Recipient {
  readonly id: string;
  readonly source?: string;
}
const recipients: readonly Recipient[] = [
  ...["ana", "ben", "analysts", "sp"].map((name) => ({ id: idOf(name), source: name })),
  { id: stranger },
  { id: "id-of-eve", source: "eve" },
];
const eve: Sample = {
  type: azuread("User"),
  name: "eve",
  properties: { objectId: "id-of-eve", userPrincipalName: "eve@contoso.com", displayName: "Eve" },
};

/** A grant of each form, with the kinds of recipients that the settings let have it. */
const forms: readonly {
  readonly type: string;
  readonly property: string;
  readonly others: Readonly<Record<string, unknown>>;
  readonly may: readonly string[];
}[] = [
  {
    type: azuread("DirectoryRoleAssignment"),
    property: "principalObjectId",
    others: { roleId: directoryRoleTemplates["Security Reader"] },
    may: ["ana", "ben", "analysts"],
  },
  {
    type: azuread("AppRoleAssignment"),
    property: "principalObjectId",
    others: { appRoleId: microsoftGraph.appRoles["SecurityAlert.Read.All"], resourceObjectId: "graph" },
    may: ["sp"],
  },
  {
    type: azuread("GroupMember"),
    property: "memberObjectId",
    others: { groupObjectId: idOf("analysts") },
    may: ["ana", "ben"],
  },
];

const recipient = fc.constantFrom(...recipients);
const grant = fc.tuple(
  fc.constantFrom(...forms),
  recipient,
  fc.boolean(),
  fc.subarray(["ana", "ben", "sp", "analysts"]),
);
const members = fc.array(recipient, { maxLength: 3 });

describe("policy: random programs", function () {
  this.timeout(600_000);

  it("what passes in `up` gives no right to anybody whom the settings do not name", () => {
    let passed = 0;
    assertProperty(1500, fc.array(grant, { maxLength: 2 }), members, (grants, list) => {
      const samples = program(false, list, grants);
      if (problemsOf(samples).length > 0) return;
      passed++;
      for (const { id } of list) assert.ok([idOf("ana"), idOf("ben")].includes(id), `${id} is a member`);
      for (const [form, { id }] of grants) assert.ok(form.may.map(idOf).includes(id), `${form.type} goes to ${id}`);
    });
    assert.ok(passed > 30, `${passed} programs passed`);
  });

  it("what passes in a preview shows no more known strangers than sources without an unknown of their own", () => {
    const shown = fc.tuple(
      fc.array(fc.constantFrom("unknown", stranger, "id-of-eve"), { maxLength: 4 }),
      fc.subarray(["ana", "ben"]),
    );
    let passed = 0;
    assertProperty(500, shown, ([values, sources]) => {
      const group = {
        ...groupSample(values.map((one) => (one === "unknown" ? unknownValue : one))),
        sources: { members: sources },
      };
      if (problemsOf([...named(true), group]).length > 0) return;
      passed++;
      const known = values.filter((one) => one !== "unknown").length;
      assert.ok(known <= Math.max(0, sources.length - (values.length - known)), JSON.stringify([values, sources]));
    });
    assert.ok(passed > 5, `${passed} programs passed`);
  });

  it("what passes by the pack's protocol has no value that the settings do not name, of any type", async () => {
    let passed = 0;
    await assertAsyncProperty(numRuns, programs, async (program) => {
      const settings = customers[program.customer] ?? everything;
      const right = await refusals(declared(program, false), settings);
      if (!right.some((line) => line.includes(" urn:grant"))) passed++;
      const news = (await refusals(declared(program, true), settings)).filter((line) => !right.includes(line));
      for (const [index, { type, wrong }] of program.list.entries()) {
        const isRefused = news.some((line) => line.includes(` urn:grant${index} `));
        assert.ok(isRefused || Object.keys(wrong).length === 0, `grant${index}: ${type}: ${JSON.stringify(wrong)}`);
      }
    });
    assert.ok(passed > numRuns / 10, `${passed} programs pass as the settings ask for them`);
  });
});

function groupSample(list: readonly unknown[]): Sample {
  return {
    type: azuread("Group"),
    name: "analysts",
    properties: { displayName: analystsGroup, securityEnabled: true, objectId: idOf("analysts"), members: list },
  };
}

function program(
  isNew: boolean,
  list: readonly Recipient[],
  grants: readonly (readonly [(typeof forms)[number], Recipient, boolean, readonly string[]])[],
): Sample[] {
  const group = {
    ...groupSample(list.map(({ id }) => id)),
    sources: { members: list.flatMap(({ source }) => source ?? []) },
  };
  return [
    ...named(isNew),
    eve,
    group,
    ...grants.map(([{ type, property, others }, { id, source }, hasSource, more], index) => ({
      type,
      name: `grant${index}`,
      properties: { ...others, [property]: id },
      // Code may make a value depend on any resource.
      sources: { [property]: [...(hasSource && source !== undefined ? [source] : []), ...more] },
    })),
  ];
}

/** Of the mandatory rules about who gets something: others refuse more. */
function problemsOf(samples: readonly Sample[]): string[] {
  const given = { settings };
  return rules
    .filter(({ name }) => /^(named-|group-members|directory-roles|api-permissions)/.test(name))
    .flatMap((rule) =>
      rule.types === undefined
        ? judgeStack(rule, samples, given)
        : samples.flatMap(({ type, properties = {} }) => judge(rule, type, properties, given)),
    );
}

type Answer = protocol.AnalyzeResponse;
type Asked = (call: { request: unknown }, answer: (error: Error | null | undefined, answer: Answer) => void) => void;
type Maker = (pack: string, version: string, level: string, policies: readonly unknown[]) => Asked;
// Its types leave out what it exports.
const { makeAnalyzeRpcFun, makeAnalyzeStackRpcFun } = server as unknown as Record<
  "makeAnalyzeRpcFun" | "makeAnalyzeStackRpcFun",
  Maker
>;

/** How many programs; `npm run search -- --programs N` asks for more. */
const numRuns = Number(process.env["SEARCH_RUNS"] ?? 100);
const secretSignature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

/** A resource as code may change it: by a transformation, or by its options. */
interface Declared extends Sample {
  readonly aliases?: readonly string[];
}

/** What the mandatory rules say: each resource before it is made, then the stack. */
async function refusals(samples: readonly Declared[], settings: PolicySettings): Promise<string[]> {
  const policies = rules.filter(({ level }) => level === "mandatory").map((rule) => rule.policy(() => settings));
  const asked = async (make: Maker, request: unknown, urn = ""): Promise<string[]> => {
    const answer = await new Promise<Answer>((resolve, reject) => {
      make(
        "defender-mssp",
        "1",
        "mandatory",
        policies,
      )({ request }, (error, said) => (error ? reject(error) : resolve(said)));
    });
    return answer
      .getDiagnosticsList()
      .map((one) => `${one.getPolicyname()} ${one.getUrn() || urn} ${one.getMessage()}`);
  };
  const each: string[] = [];
  for (const sample of samples)
    each.push(
      ...(await asked(makeAnalyzeRpcFun, filled(new protocol.AnalyzeRequest(), sample), `urn:${sample.name ?? ""}`)),
    );
  const request = new protocol.AnalyzeStackRequest();
  request.setResourcesList(samples.map((sample) => filled(new protocol.AnalyzerResource(), sample)));
  return [...each, ...(await asked(makeAnalyzeStackRpcFun, request))];
}

function filled<Message extends protocol.AnalyzeRequest | protocol.AnalyzerResource>(
  message: Message,
  { type, name = type, properties = {}, sources = {}, aliases = [] }: Declared,
): Message {
  message.setType(type);
  message.setName(name);
  message.setUrn(`urn:${name}`);
  message.setProperties(
    Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Record<string, JavaScriptValue>),
  );
  const options = new protocol.AnalyzerResourceOptions();
  options.setAliasesList([...aliases]);
  message.setOptions(options);
  if (message instanceof protocol.AnalyzerResource) {
    for (const [property, names] of Object.entries(sources)) {
      const from = new protocol.AnalyzerPropertyDependencies();
      from.setUrnsList(names.map((one) => `urn:${one}`));
      message.getPropertydependenciesMap().set(property, from);
    }
  }
  return message;
}

const rows = Object.entries(grants);

const names = programOf(everything).map(({ name = "" }) => name);
/** A value that comes from a principal whom nothing names there is refused for that. */
const others = names.filter((name) => !["ana", "tier1", "tier2", "app", "sp"].includes(name));

/** One resource as the settings ask for it, with values that they do not name. */
const drawn = ([type, grant]: readonly [string, Grant]) =>
  fc.record({
    type: fc.constant(type),
    // One or none: another one hides that it passes.
    wrong: fc
      .subarray(Object.keys(grant.wrong), { maxLength: 1 })
      .chain((names) =>
        fc.record(Object.fromEntries(names.map((name) => [name, grant.wrong[name] ?? fc.constant(0)]))),
      ),
    unknown: fc.subarray(Object.keys(grant.properties)),
    from: fc.oneof(fc.constant(others), fc.subarray(names)),
    isSecret: fc.boolean(),
    aliases: fc.subarray(["urn:pulumi:other::other::azuread:index/group:Group::tier1", "urn:ana"]),
  });

const customers = [...new Set(rows.map(([, { settings = everything }]) => settings))];

/** Programs of one customer's settings. Types that the program does not have: grantingProperties.test.ts. */
const programs = fc.nat(customers.length - 1).chain((customer) =>
  fc.record({
    customer: fc.constant(customer),
    list: fc.array(
      fc.constantFrom(...rows.filter(([, { settings = everything }]) => settings === customers[customer])).chain(drawn),
      { minLength: 1, maxLength: 4 },
    ),
    isNew: fc.boolean(),
  }),
);

type Drawn = typeof programs extends fc.Arbitrary<infer Program> ? Program : never;

/** In a preview, outputs of what a new stack refers to are unknown; of its principals: the property above. */
function asNew(sample: Sample): Sample {
  const { id, found, ...properties } = sample.properties ?? {};
  const hidden = id === undefined ? (found === undefined ? {} : { found: unknownValue }) : { id: unknownValue };
  return { ...sample, properties: { ...properties, ...hidden } };
}

function declared({ customer, list, isNew }: Drawn, isWrong: boolean): Declared[] {
  const resources = list.map(({ type, wrong, unknown, from, isSecret, aliases }, index): Declared => {
    const grant = grants[type] as Grant;
    let { properties } = grant;
    const changed = isWrong ? Object.entries(wrong) : [];
    for (const [property, value] of changed) properties = replaced(properties, property.split("."), value);
    const tops = changed.map(([property]) => property.split(".")[0] ?? "");
    // Whether an extension needs an approval, only the approval says.
    const needed = tops.includes("extensionEnabled") ? [...tops, "approvalSettings"] : tops;
    for (const property of unknown.filter((name) => !needed.includes(name)))
      properties = { ...properties, [property]: unknownValue };
    if (isSecret)
      for (const property of tops.filter((one) => properties[one] !== undefined))
        properties = { ...properties, [property]: { ...secretSignature, value: properties[property] } };
    return {
      type,
      name: `grant${index}`,
      properties,
      sources: { ...grant.sources, ...Object.fromEntries(tops.map((property) => [property, from])) },
      aliases,
    };
  });
  const program = programOf(customers[customer] ?? everything);
  return [...(isNew ? program.map(asNew) : program), ...resources];
}
