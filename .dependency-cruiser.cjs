// The floors of the project: an import goes down, never up, and no module imports itself around a
// corner. Type-only imports count. `npm run boundaries` checks them; it is part of `npm run lint`.
"use strict";

/** This repository's own modules. */
const ours =
  "^(?!.*/node_modules/)(index\\.ts$|launcher\\.js$|(program|domain|settings|components|policy|extensions|cli|plugin|packages|dev|test|examples)/)";

const errors = "packages/errors";
const terminal = "packages/terminal";
const microsoft = "packages/microsoft";
const engine = "packages/engine";
const pages = "packages/pages";
const sandbox = "packages/sandbox";
const plugins = "packages/plugins";
const testkit = "packages/testkit";
const tenant = "packages/tenant";
const watch = "packages/watch";
const siem = "packages/siem";
const kql = "packages/kql";
const detections = "packages/detections";

/** What the program and the commands know of customers, tenants and errors. */
const facts = ["domain", tenant, microsoft, errors];
/** What every command may use. */
const commandBase = ["cli/base", "settings", terminal, ...facts];

/** The rooms from the ground up: each imports its own files and the rooms that it names. */
const rooms = {
  [errors]: [],
  [pages]: [],
  [terminal]: [errors],
  [microsoft]: [errors],
  [tenant]: [microsoft, errors],
  [watch]: [tenant, pages, terminal, microsoft, errors],
  [kql]: [errors],
  [siem]: [microsoft, terminal, errors],
  [detections]: [microsoft, errors],
  [engine]: [errors],
  [sandbox]: [microsoft, pages, errors],
  [plugins]: [sandbox, microsoft, errors],
  [testkit]: [plugins, sandbox, microsoft, engine, errors],
  program: facts,
  domain: [tenant, microsoft, errors],
  settings: facts,
  components: ["program", detections, ...facts],
  policy: ["program", "components", "settings", ...facts],
  extensions: ["components", "settings", ...facts],
  plugin: ["program", "components", "settings", ...facts],
  "cli/base": [terminal, microsoft, errors],
  "cli/stack": [siem, ...commandBase],
  "cli/selection": ["cli/stack", siem, ...commandBase],
  "cli/newCustomer": ["cli/stack", ...commandBase],
  "cli/siem": ["cli/access", "cli/tenant", "cli/selection", "cli/stack", siem, ...commandBase],
  "cli/tenant": ["cli/stack", ...commandBase],
  "cli/planned": ["program", "components", "settings", "domain", microsoft, errors],
  "cli/access": ["cli/planned", "cli/tenant", "cli/selection", "cli/stack", siem, pages, ...commandBase],
  "cli/findings": ["cli/detections", "cli/access", "cli/tenant", "cli/stack", detections, siem, ...commandBase],
  "cli/customer": [
    "cli/findings",
    "cli/detections",
    "cli/access",
    "cli/planned",
    "cli/tenant",
    "cli/newCustomer",
    "cli/selection",
    "cli/stack",
    siem,
    detections,
    pages,
    ...commandBase,
  ],
  "cli/fleet": ["program", "cli/detections", "cli/tenant", "cli/selection", "cli/stack", pages, ...commandBase],
  "cli/ci": ["cli/tenant", "cli/selection", "cli/stack", ...commandBase],
  "cli/detections": ["cli/tenant", "cli/stack", siem, detections, kql, pages, ...commandBase],
  "cli/sandbox": ["cli/access", "cli/tenant", "cli/stack", siem, plugins, sandbox, engine, ...commandBase],
};

const floors = Object.entries(rooms).map(([room, below]) => {
  const folder = `^${room}/${room.startsWith("packages/") ? "src/" : ""}`;
  return {
    name: room,
    severity: "error",
    comment: below.length === 0 ? "Imports no other room." : `Imports only ${below.join(", ")}.`,
    from: { path: folder },
    to: { path: ours, pathNot: [folder, ...below.map((name) => `^${name}/`)] },
  };
});

const microsoftParts = {
  errors: [],
  identifiers: [],
  clouds: [],
  requestLimiter: [],
  stackMark: [],
  uuid: [],
  uuidV5: [],
  lastSegment: [],
  consentName: ["identifiers"],
  http: ["requestLimiter"],
  limiter: ["http", "requestLimiter"],
  endpoints: ["clouds", "http"],
  clock: ["endpoints", "http"],
  entra: ["endpoints", "http", "clouds", "identifiers"],
  graph: ["entra", "clock", "endpoints", "http", "identifiers", "stackMark", "lastSegment"],
  defender: ["graph", "endpoints", "http", "identifiers"],
  azure: ["graph", "entra", "endpoints", "http", "clouds", "uuidV5", "lastSegment"],
  providers: ["defender", "graph", "entra", "clock", "endpoints", "http", "clouds", "uuid"],
  changes: ["defender", "clouds", "clock"],
};

/** Inside a large room: each folder of it, some files, and which others of these it may import. */
const insideRooms = {
  "cli/access": {
    actor: [],
    state: [],
    objects: ["state"],
    texts: ["objects", "signed"],
    ends: ["objects"],
    permissions: [],
    connector: [],
    examination: [],
    signed: [],
    evidence: ["signed"],
    governance: ["actor"],
    inventory: ["governance"],
    report: ["state", "objects", "ends", "permissions", "governance"],
    waiting: ["actor", "state", "connector", "examination", "governance"],
  },
  "cli/findings": {
    finding: [],
    endLevel: [],
    read: ["facts", "accessFacts"],
    facts: [],
    accessFacts: ["facts"],
    rules: ["finding", "facts", "endLevel"],
    findings: ["finding", "facts", "rules"],
    accessReport: ["accessFacts", "finding", "findings"],
  },
  "cli/tenant": {
    tenantEndpoints: [],
    signInToTenant: ["tenantEndpoints"],
    openTenant: ["signInToTenant"],
    additions: ["openTenant", "signInToTenant"],
    orphans: [],
  },
  [`${siem}/src`]: {
    manual: [],
    docs: ["manual"],
    connector: [],
    sinks: [],
    signed: ["connector"],
    retirements: ["connector"],
    tokens: ["connector"],
    pull: ["connector", "sinks"],
    siemConfig: ["connector", "retirements", "tokens"],
    deliveryCount: ["connector", "pull"],
    hunt: ["connector", "sinks", "pull", "retirements", "tokens"],
    alerts: ["connector", "sinks", "pull", "retirements", "tokens", "deliveryCount"],
    verify: ["connector", "pull", "retirements", "tokens", "deliveryCount"],
    tickets: ["sinks", "pull", "tokens"],
    incidents: ["connector", "sinks", "pull", "tokens", "alerts", "tickets"],
  },
  [`${watch}/src`]: {
    texts: [],
    access: [],
    application: ["access"],
    look: ["access"],
    since: ["access", "look"],
    gone: ["access", "look", "since"],
    page: ["access", "look", "since", "gone", "texts"],
    commands: ["access", "application", "look", "since", "gone", "page", "texts"],
  },
  [`${detections}/src`]: {
    ruleFile: [],
    compose: ["ruleFile"],
    import: ["ruleFile"],
    judge: ["ruleFile", "compose"],
    ruleTests: ["ruleFile", "compose"],
  },
  [`${sandbox}/src`]: {
    cloud: [],
    graph: ["cloud"],
    azure: ["cloud"],
    proxy: ["cloud"],
    entra: ["graph", "cloud"],
    defender: ["graph", "cloud"],
    seed: ["graph", "azure", "cloud"],
    server: ["seed", "defender", "entra", "azure", "graph", "proxy", "cloud"],
    rehearsal: ["server", "seed", "graph", "cloud"],
  },
  [`${kql}/src`]: {
    bounds: [],
    schema: [],
    parser: ["schema"],
    executor: ["parser", "schema", "bounds"],
    judge: ["executor", "parser", "schema", "bounds"],
  },
  [`${kql}/src/executor`]: {
    values: [],
    functions: ["values"],
    expressions: ["functions", "values"],
    operators: ["expressions", "functions", "values"],
  },
  [`${microsoft}/src`]: { ...microsoftParts, index: Object.keys(microsoftParts) },
};

const insideFloors = Object.entries(insideRooms).flatMap(([room, parts]) => {
  const place = (part) => `^${room}/${part}(/|\\.ts$)`;
  return [
    ...Object.entries(parts).map(([part, below]) => ({
      name: `${room}/${part}`,
      severity: "error",
      comment: `In ${room}: imports ${below.join(", ") || "no other part"}.`,
      from: { path: place(part) },
      to: { path: [`^${room}/[^/]+/`, ...Object.keys(parts).map(place)], pathNot: [part, ...below].map(place) },
    })),
    {
      name: `parts-of-${room}`,
      severity: "error",
      comment: "A folder of the room has a row above.",
      from: {},
      to: { path: `^${room}/[^/]+/`, pathNot: Object.keys(parts).map(place) },
    },
  ];
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    ...floors,
    ...insideFloors,
    {
      name: "commands-apart",
      severity: "error",
      comment: "A command of a customer's life imports no other command: what both need stands on a lower floor.",
      from: { path: "^cli/customer/([^/]+)/" },
      to: { path: "^cli/customer/", pathNot: "^cli/customer/$1/" },
    },
    {
      name: "examples",
      severity: "error",
      comment: "Examples import what the package exports, by its name.",
      from: { path: "^examples/" },
      to: { path: ours, pathNot: ["^examples/", "^components/(azure/)?index\\.ts$"] },
    },
    {
      name: "packages-without-product",
      severity: "error",
      comment: "A package, its tests included, could leave this repository.",
      from: { path: "^packages/" },
      to: { path: ours, pathNot: "^packages/" },
    },
    {
      name: "testkit-for-tests",
      severity: "error",
      comment: "No customer has it: only tests and dev/ import it.",
      from: { pathNot: `^(dev|test|packages/[^/]+/test|${testkit})/` },
      to: { path: `^${testkit}/` },
    },
    {
      name: "sandbox-internals",
      severity: "error",
      comment: "The published sandbox doesn't export them: tests and dev/ get them from the testkit.",
      from: { pathNot: `^(${sandbox}|${testkit})/` },
      to: { path: `^${sandbox}/src/internals` },
    },
    {
      name: "rooms-of-cli",
      severity: "error",
      comment: "A command stands in one of the rooms above.",
      from: {},
      to: {
        path: "^cli/[^/]+/",
        pathNot:
          "^cli/(base|stack|selection|newCustomer|siem|tenant|planned|access|findings|customer|fleet|ci|detections|sandbox)/",
      },
    },
    // A package is imported by its name, through its exports; only its own files reach into it.
    byName("packages-by-name", { pathNot: "^packages/" }, "^packages/"),
    ...Object.keys(rooms)
      .filter((room) => room.startsWith("packages/"))
      .map((room) => byName(`${room}-imports-by-name`, { path: `^${room}/` }, `^packages/(?!${room.slice(9)}/)`)),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
    tsPreCompilationDeps: true,
    // The packages' names stand in the workspaces of the root's package.json.
    combinedDependencies: true,
    tsConfig: { fileName: "tsconfig.check.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "require", "node", "default", "types"],
    },
  },
};

/** Modules in `from` import those in `to` by a package's name, never by a relative path. */
function byName(name, from, to) {
  return { name, severity: "error", from, to: { path: to, dependencyTypesNot: ["aliased-workspace"] } };
}
