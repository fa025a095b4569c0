/**
 * What whoever has stolen an identity of the MSSP's reaches in the customer's tenant. By use: it signs in at the sandbox
 * and tries every write route on every object, then with what that has given it, at most three steps deep.
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { defaultConnectorAccess, microsoftGraph } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import {
  assignAppRole,
  automationApplicationId,
  jsonText,
  routeTable,
  type StoredObject,
} from "@defender-mssp/testkit";
import { format } from "prettier";
import { parse } from "yaml";
import { neededPermissions, permissionsToKeep, type PrerequisiteSettings } from "../../domain/prerequisites";
import { requestedAzureRoles, requestedPermissions, type AzurePlaces } from "../../domain/requestedPermissions";
import { tenantId } from "../faults/customer";
import { readPairs } from "./pairs";
import { administration, requestToken, World } from "./world";

export const owning = ["applications", "servicePrincipals", "groups"] as const;
type Owning = (typeof owning)[number];

/** What a thief has. */
export interface ThiefIdentity {
  readonly permissions: readonly string[];
  /** Of the stack's objects. @default as `up` has left it */
  readonly owns?: readonly Owning[] | undefined;
  /** What it has beside permissions of Graph: not tried. */
  readonly beside?: readonly string[];
}

type ThiefSettings = PrerequisiteSettings & AzurePlaces;

function automation(settings: ThiefSettings): ThiefIdentity {
  return {
    permissions: neededPermissions(settings).map(({ permission }) => permission),
    beside: azureRoles(settings, "automation"),
  };
}

function azureRoles(settings: ThiefSettings, of: "automation" | "keeper"): readonly string[] {
  return requestedAzureRoles(settings)
    .filter(({ application }) => application === of)
    .map(({ role, scope }) => `the role ${role} over ${scope}`);
}

/** The MSSP's identities, by the settings of a stack. */
export const identities: Readonly<Record<string, (settings: ThiefSettings) => ThiefIdentity>> = {
  automation,
  "administrator-consent": (settings) => ({
    ...automation({ ...settings, connector: { ...defaultConnectorAccess, consent: "administrator" } }),
    owns: ["applications", "groups"],
  }),
  keeper: (settings) => {
    const kept = { ...settings, msspApplications: { keeper: { id: "" } } };
    return {
      permissions: permissionsToKeep(kept).map(({ permission }) => permission),
      owns: ["applications", "groups"],
      beside: azureRoles(kept, "keeper"),
    };
  },
  preview: (settings) => ({
    permissions: requestedPermissions([settings]).preview.map(({ permission }) => permission),
    owns: [],
  }),
};

/** @param name of `identities`, or permissions with commas between them, of an owner of the stack's objects */
export function identityOf(name: string, settings: ThiefSettings): ThiefIdentity {
  const identity = identities[name]?.(settings) ?? { permissions: name.split(","), owns: owning };
  const wrong = identity.permissions.find((one) => !/^[A-Z][\w-]*(\.\w+)+$/.test(one));
  if (wrong === undefined) return identity;
  throw new VisibleError(`--thief: "${wrong}" is none of ${Object.keys(identities).join(", ")}, and no permission.`);
}

interface Try {
  readonly does: string;
  readonly body?: unknown;
  /** Whether it can open something that was closed. */
  readonly gains?: boolean;
  /** Why it is not tried. */
  readonly untried?: string;
  /** Permissions of which one is enough, of a route that is not in Graph's table. */
  readonly permissions?: readonly string[];
}

const text = readFileSync(path.join(__dirname, "thief.yaml"), "utf8");
type Words = Readonly<Record<string, string>>;
type Rows = Readonly<Record<string, readonly Try[]>>;
const { reads, collections, intro, ...rows } = parse(text, { merge: true }) as {
  readonly intro: string;
} & Record<"reads" | "collections", Words> &
  Rows;

/** Routes of thief.yaml: `POST /groups`. */
export const triedRoutes: ReadonlySet<string> = new Set(Object.keys(rows));

const served = routeTable.routes.flatMap(
  ({ method, path: place, versions: [version = "v1.0"], permissions, needsNone }) =>
    (rows[`${method} ${place}`] ?? []).map((one) => ({
      ...one,
      method,
      place,
      version,
      needsNone: needsNone !== undefined,
      enough: [...permissions.application, ...permissions.owned],
    })),
);
const others = Object.entries(rows).flatMap(([key, list]) => {
  const [method = "", place = ""] = key.split(" ");
  const common = { method, place, version: "beta", needsNone: false };
  return list.flatMap((one) => (one.permissions === undefined ? [] : [{ ...one, ...common, enough: one.permissions }]));
});
const attempts = [...served, ...others];

/** A kind of change that the thief made. */
export interface Reached {
  readonly does: string;
  readonly step: number;
  /** Only after an administrator has consented to an application that the thief changed. */
  readonly afterConsent: boolean;
}

export interface ThiefReach {
  readonly changes: readonly Reached[];
  readonly mayRead: readonly string[];
  /** What it holds a permission for, and nobody tried, or no try succeeded: it counts as reached. */
  readonly untried: readonly string[];
}

export async function openThiefWorld(checkout: string): Promise<World> {
  const world = await World.open((await readPairs(checkout)).filter(({ name }) => name === "rbac-secret"));
  world.reset(world.pair);
  // What the customer has of its own: one of each that can be made, and one of each that is deleted.
  const { id } = principalOf(world, administration.applicationId);
  for (const { method, place, version, body } of attempts) {
    const [parameters] = parametersOf(world, place);
    const isMade = /^(POST|PUT)/.test(method) && !/\{(unbound|template)\}/.test(JSON.stringify(body ?? ""));
    if (parameters === undefined || !isMade) continue;
    await world.call(method, `/${version}${filled(place, parameters)}`, bodies(world, body, id, parameters)[0]);
  }
  for (const { method, place, version } of attempts)
    if (method === "DELETE" && /^\/(applications|groups|users)\/\{id\}$/.test(place))
      await world.call(method, `/${version}${filled(place, parametersOf(world, place).at(-1) ?? {})}`);
  return world;
}

/** The world is the same afterwards. */
export async function findReach(world: World, identity: ThiefIdentity): Promise<ThiefReach> {
  const undo = world.remember();
  const { permissions: held, beside = [] } = identity;
  const changes: Reached[] = [];
  try {
    await new Thief(world, identity, changes).run(false);
    undo();
    const reaches = (what: string) => changes.some(({ does }) => does.startsWith(what));
    if (reaches(changesWanted) && !reaches(grants)) await new Thief(world, identity, changes).run(true);
    const open = attempts.filter(({ enough, needsNone }) => needsNone || enough.some((one) => held.includes(one)));
    const unserved = held.filter((one) => !/\.Read[A-Z]?[a-z]*\./.test(one) || /Write/.test(one));
    const whole = [...unserved.filter((one) => !attempts.some(({ enough }) => enough.includes(one))), ...beside];
    const reasons = open
      .filter(({ does }) => !reaches(does))
      .map(({ does, untried = "no try succeeded" }) => `${does} (${untried})`);
    const mayRead = [...new Set(held.flatMap(readWords))];
    return { changes, mayRead, untried: [...new Set([...reasons, ...whole.map((one) => `all that ${one} gives`)])] };
  } finally {
    undo();
  }
}

/** In words, what a permission reads. */
export function readWords(permission: string): readonly string[] {
  const [first = "", ...names] = permission.split(".");
  if (!names.some((name) => name.startsWith("Read"))) return [];
  return [reads[`${first}.${names.at(-1) ?? ""}`] ?? reads[first] ?? permission];
}

const grants = "grant any application permission to any application";
const changesWanted = "change what an application asks an administrator for";

/** An identity in a sentence, where its key is none. */
const named: Readonly<Record<string, string>> = {
  "administrator-consent": "automation, where the customer's administrator grants (`connector.consent`),",
};

/** The sentence for the customer. */
export function thiefSentence(who: string, { changes, mayRead, untried }: ThiefReach): string {
  const grant = changes.find(({ does }) => does === grants);
  const own = changes.filter(({ step, afterConsent }) => !afterConsent && (step === 1 || grant === undefined));
  const everything = "everything else that an application can be permitted";
  const click = "after an administrator's next consent to an application that it has changed";
  const more = grant === undefined ? [] : [grant.afterConsent ? `${click}, ${everything}` : everything];
  const could = [...own.map(({ does }) => does), ...more].join("; ");
  const tried = could === "" ? "change nothing" : `${could}, and nothing else`;
  return [
    `If the MSSP's ${named[who] ?? who} were stolen, whoever has it could ${tried} that was tried here.`,
    `It could read ${mayRead.join("; ") || "nothing"}.`,
    `Not tried, and counted as reached: ${untried.join("; ") || "nothing"}.`,
  ].join(" ");
}

/** docs/reference/thief.md */
export function thiefPage(reaches: Readonly<Record<string, ThiefReach>>): Promise<string> {
  const lines = Object.entries(reaches).flatMap(([who, reach]) => [
    ...["", `## ${who}`, "", thiefSentence(who, reach), ""],
    ...(reach.changes.length === 0 ? [] : ["| What changed | Step |", "| --- | --- |"]),
    ...reach.changes.map((one) => `| ${one.does} | ${one.step}${one.afterConsent ? ", after her consent" : ""} |`),
  ]);
  return format([intro, ...lines].join("\n"), { parser: "markdown", printWidth: 120 });
}

type Parameters = Readonly<Record<string, string>>;

/** An application as which the thief signs in. */
type Actor = Readonly<Record<"id" | "appId" | "secret", string>>;

/** A call that opened something, of the object of its path. */
interface Gain {
  readonly subject: string;
  readonly method: string;
  readonly again: () => Promise<Answer>;
}

interface Answer {
  readonly ok: boolean;
  readonly secretText?: string;
}

const deepest = 3;
const graph = "https://graph.microsoft.com";

class Thief {
  readonly #tokens = new Map<string, string>();

  constructor(
    private readonly world: World,
    private readonly identity: ThiefIdentity,
    private readonly changes: Reached[],
  ) {}

  async run(withConsent: boolean): Promise<void> {
    const { id } = principalOf(this.world, automationApplicationId);
    this.#arrange(id);
    const actors: Actor[] = [
      { id, appId: automationApplicationId, secret: this.world.secretOf(automationApplicationId) },
    ];
    for (let step = 1; step <= deepest; step++) {
      const before = this.changes.length;
      const gains: Gain[] = [];
      for (const actor of [...actors]) gains.push(...(await this.#tryAll(actor, step, withConsent)));
      if (this.changes.length === before && (step > 1 || !withConsent)) return;
      for (const gain of gains) await this.#take(gain, actors, withConsent && step === 1);
    }
  }

  /** The thief's permissions, and what it owns, are those of the identity. */
  #arrange(thief: string): void {
    const { customer, pair, cloud } = this.world;
    const { permissions, owns } = this.identity;
    const assignments = customer.objects("appRoleAssignments");
    for (const { id, principalId } of [...assignments.values()]) if (principalId === thief) assignments.delete(id);
    const principal = principalOf(this.world, automationApplicationId);
    for (const { value } of graphRoles(this.world))
      if (permissions.includes(value)) assignAppRole(customer, principal, microsoftGraph.appId, value);
    for (const name of owns === undefined ? [] : owning)
      for (const [id, made] of Object.entries(pair.up[tenantId]?.objects[name] ?? {}))
        if (made !== null) customer.links(`${name}.owners`).set(id, owns?.includes(name) === true ? [thief] : []);
    cloud.changed(true);
  }

  async #tryAll(actor: Actor, step: number, withConsent: boolean): Promise<readonly Gain[]> {
    const { world, changes } = this;
    const gains: Gain[] = [];
    await this.#signIn(actor);
    const [undo, untouched] = [world.remember(), contentOf(world)];
    for (const { does, body, gains: isGain = false, untried, method, place, version } of attempts) {
      const isKnown = changes.some((one) => one.does === does && (one.step < step || !isGain));
      // With consent the first step is known; what it opens is not.
      if (untried !== undefined || (withConsent && step === 1 ? !isGain : isKnown)) continue;
      const found = new Set<string>();
      for (const parameters of parametersOf(world, place)) {
        const [subject = ""] = Object.values(parameters);
        const owners = world.customer.links(`${place.split("/")[1] ?? ""}.owners`).get(subject);
        const what = owners?.includes(actor.id) === true ? `${does}, of those that it owns` : does;
        for (const sent of bodies(world, body, actor.id, parameters)) {
          const again = () => this.#call(actor, method, `/${version}${filled(place, parameters)}`, sent);
          if (!(await again()).ok || contentOf(world) === untouched) continue;
          found.add(what);
          // A permission for itself shows what those for others would.
          if (isGain && (does !== grants || subject === actor.id)) gains.push({ subject, method, again });
          undo();
        }
        // One object of somebody else's shows the kind, but each can open something.
        if (!isGain && found.has(does)) break;
      }
      const [widest] = found.has(does) ? [does] : found;
      if (widest !== undefined && !changes.some((one) => [widest, does].includes(one.does)))
        changes.push({ does: widest, step, afterConsent: withConsent });
    }
    return gains;
  }

  /** Does it again: signs in with a secret; an administrator consents to what an application asks for. */
  async #take({ subject, method, again }: Gain, actors: Actor[], withConsent: boolean): Promise<void> {
    const { customer, origin } = this.world;
    const { secretText: secret } = await again();
    const object = customer.objects("applications").get(subject) ?? customer.objects("servicePrincipals").get(subject);
    const appId = jsonText(object?.["appId"]);
    const id = principalIn(this.world, appId)?.id;
    if (withConsent && method === "PATCH")
      await fetch(`${origin}/${tenantId}/adminconsent?client_id=${appId}`, { redirect: "manual" });
    if (secret === undefined || id === undefined || actors.some((one) => one.id === id)) return;
    if (await this.#signIn({ id, appId, secret })) actors.push({ id, appId, secret });
  }

  async #signIn({ id, appId, secret }: Actor): Promise<boolean> {
    const token = await requestToken(this.world.origin, { id: appId, secret }, graph);
    this.#tokens.set(id, token ?? "");
    return token !== undefined;
  }

  async #call(actor: Actor, method: string, address: string, body: unknown): Promise<Answer> {
    const response = await fetch(`${this.world.origin}${address}`, {
      method,
      headers: { authorization: `Bearer ${this.#tokens.get(actor.id) ?? ""}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.text();
    return { ...(answer.startsWith("{") ? (JSON.parse(answer) as object) : {}), ok: response.ok };
  }
}

function contentOf({ cloud }: World): string | undefined {
  return cloud
    .records()
    .find(({ id }) => id === tenantId)
    ?.text();
}

function principalIn({ customer }: World, appId: string): StoredObject | undefined {
  return [...customer.objects("servicePrincipals").values()].find((one) => one["appId"] === appId);
}

function principalOf(world: World, appId: string): StoredObject {
  const found = principalIn(world, appId);
  if (found === undefined) throw new Error(`The tenant has no application ${appId}.`);
  return found;
}

function graphRoles(world: World) {
  return principalOf(world, microsoftGraph.appId)["appRoles"] as unknown as readonly { id: string; value: string }[];
}

function filled(place: string, parameters: Parameters): string {
  return place.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(parameters[name] ?? ""));
}

/** Every object for each parameter of a path, by the collection before it. */
function parametersOf(world: World, place: string): readonly Parameters[] {
  const segments = place.split("/");
  return segments.reduce<readonly Parameters[]>(
    (all, segment, index) => {
      const [, name] = /^\{(\w+)\}$/.exec(segment) ?? [];
      if (name === undefined) return all;
      const [last = "", before = "", first = ""] = segments.slice(0, index).reverse();
      const above = before.startsWith("{") ? first : before;
      return all.flatMap((given) => idsOf(world, above, last, given).map((id) => ({ ...given, [name]: id })));
    },
    [{}],
  );
}

function idsOf({ customer }: World, above: string, name: string, given: Parameters): readonly string[] {
  const linked = customer.links(`${above}.${name}`).get(Object.values(given)[0] ?? "");
  if (linked !== undefined) return linked;
  if (name === "deletedItems") return [...customer.deleted.keys()];
  if (name === "rules") return ["Expiration_EndUser_Assignment"];
  if (name === "directoryObjects") return ["users", ...owning].flatMap((one) => [...customer.objects(one).keys()]);
  const [of] = Object.values(given);
  const side = { appRoleAssignedTo: "resourceId", appRoleAssignments: "principalId" }[name];
  const all = customer.objects(collections[`${above}/${name}`] ?? collections[name] ?? name).values();
  return [...all].filter((one) => side === undefined || one[side] === of).map(({ id }) => id);
}

let made = 100;

/** A body with its words filled in, once for each value of those that have several. */
function bodies(world: World, body: unknown, self: string, parameters: Parameters): readonly unknown[] {
  if (body === undefined) return [undefined];
  const { customer, mssp } = world;
  const all = (name: string) => [...customer.objects(name).values()];
  const idsWhere = (name: string, key: string, value: string) =>
    all(name).flatMap((one) => (one[key] === value ? [one.id] : []));
  const [guest = "", member = ""] = ["Guest", "Member"].map((type) => idsWhere("users", "userType", type)[0]);
  const [subject] = [...owning, "accessPackageAssignmentPolicies"].flatMap(
    (name) => customer.objects(name).get(parameters["id"] ?? "") ?? [],
  );
  const first = (name: string, key: string) =>
    (subject?.[name] as readonly Readonly<Record<string, string>>[] | undefined)?.[0]?.[key];
  const roles = graphRoles(world).map(({ id }) => id);
  const applications = [...all("applications"), ...mssp.objects("applications").values()];
  const several: Readonly<Record<string, readonly string[]>> = {
    principal: [self, guest, member],
    template: [...customer.objects("directoryRoleTemplates").keys()],
    group: [...customer.objects("groups").keys()],
    role: parameters["id"] === self ? roles : roles.slice(0, 1),
    unbound: applications.map(({ appId }) => jsonText(appId)).filter((one) => principalIn(world, one) === undefined),
  };
  const single: Readonly<Record<string, string | undefined>> = {
    ...parameters,
    self,
    person: guest,
    n: String(++made),
    uuid: randomUUID(),
    graph: principalOf(world, microsoftGraph.appId).id,
    ownPrincipal: idsWhere("servicePrincipals", "displayName", "Customer payroll")[0],
    firstRole: first("appRoles", "id"),
    keyId: first("passwordCredentials", "keyId"),
  };
  const text = JSON.stringify(body)
    .replace('"{wanted}"', JSON.stringify(roles.map((id) => ({ id, type: "Role" }))))
    .replaceAll(/\{(\w+)(?:\.(\w+))?\}/g, (word, name: string, property?: string) => {
      if (property === undefined) return single[name] ?? word;
      const [object] = name === "of" ? [subject] : all(name);
      return jsonText(object?.[property]);
    });
  const [word = "", name = ""] = /\{(\w+)\}/.exec(text) ?? [];
  return (several[name] ?? [""]).map((value) => JSON.parse(text.replaceAll(word, value)) as unknown);
}
