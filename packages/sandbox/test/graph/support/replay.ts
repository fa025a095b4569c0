/** Asks for recorded answers again, each in a tenant that is as the service's must have been. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Tenant } from "../../../src/cloud/model";
import { addLink } from "../../../src/graph/directory";
import type { EntitySetName } from "../../../src/graph/entities";
import { complete } from "../../../src/graph/objects";
import { everything, text, type As, type Body, type Harness } from "./harness";
import { differences, readObserved, witnessOf, type Exceptions, type Observed } from "./observed";
import { hasReference, needsReference } from "./reference";

/** How one recorded request is set up. */
export interface Replay {
  /** Method, path and status of the entry, so that a changed file is noticed. */
  request: string;
  /** Makes the tenant what it was; answers what the path's `{…}` stand for. */
  prepare?: (stage: Stage) => Segments | Promise<Segments>;
  /** The request's body, where the recording lacks it or has something fictitious in it. */
  body?: (recorded: Body | null, stage: Stage) => Body | Promise<Body>;
  as?: (stage: Stage) => As;
  headers?: Record<string, string>;
  /** The path to ask, where the recorded one is wrong. */
  path?: string;
  exceptions?: Exceptions;
}

/** Values for a path's parameters, in order. */
type Segments = readonly string[];

/** The recorded answers of a file, by their key in it. */
export interface Recording {
  readonly file: string;
  readonly replays: Readonly<Record<string, Replay>>;
  /** Entries that are not replayed, with the reason. */
  readonly notReplayed: Readonly<Record<string, string>>;
}

export function replaySequences(harness: () => Harness, { file, replays, notReplayed }: Recording): void {
  const observed = hasReference ? readObserved(file) : [];
  const keyed = observed.map((entry, index) => [entry.key ?? String(index), entry] as const);
  it(`${file}: each recorded answer is replayed or has a reason for its omission`, function () {
    needsReference(this);
    const known = [...Object.keys(replays), ...Object.keys(notReplayed)].sort();
    assert.deepEqual(known, keyed.map(([key]) => key).sort());
  });
  for (const [key, entry] of keyed) {
    const replay = replays[key];
    if (replay === undefined) continue;
    it(`${file} ${key}: ${entry.method} ${entry.path} ${entry.query ?? ""} ${entry.status} (${entry.fidelity})`, () =>
      run(harness(), file, entry, replay));
  }
}

async function run(graph: Harness, file: string, entry: Observed, replay: Replay): Promise<void> {
  assert.equal(`${entry.method} ${entry.path} ${entry.status}`, replay.request, `${file} has changed`);
  const stage = new Stage(graph, file);
  const segments = [...((await replay.prepare?.(stage)) ?? [])];
  const path = (replay.path ?? entry.path).replaceAll(/\{\w+\}/g, () => encodeURIComponent(segments.shift() ?? ""));
  const body = (await replay.body?.(entry.requestBody, stage)) ?? entry.requestBody ?? undefined;
  const answered = await graph.call(entry.method, entry.query === null ? path : `${path}?${entry.query}`, {
    ...(body === undefined ? {} : { body }),
    as: { ...(replay.as?.(stage) ?? everything), tenantId: stage.tenant.id },
    ...(replay.headers === undefined ? {} : { headers: replay.headers }),
    evidence: witnessOf(entry),
  });
  const exceptions = { ...ofFidelity[entry.fidelity], ...replay.exceptions };
  assert.deepEqual(differences(entry, answered, exceptions), []);
}

/** What entries that aren't recordings may lack. */
const ofFidelity: Readonly<Record<Observed["fidelity"], Exceptions>> = {
  recorded: {},
  reported: {
    "content-type": "reported without its parameters",
    "error.innerError": "left out or shortened in the report",
    "cache-control": "`private` in one report of 2021",
  },
  secondary: { "content-type": "a mock's" },
  documented: { order: "pages list properties as their authors like" },
  client: {},
  doc: { order: "pages list properties as their authors like" },
};

/** A tenant of its own for one recorded answer. */
export class Stage {
  readonly tenant: Tenant;

  constructor(
    readonly graph: Harness,
    private readonly file = "observed.json",
  ) {
    this.tenant = graph.cloud.tenant(randomUUID());
    const domains = this.tenant.objects("domains");
    domains.clear();
    const id = "contoso-example.onmicrosoft.com";
    domains.set(id, complete("domains", { id, isDefault: true, isInitial: true }));
  }

  /** Puts an object there, as the service answered it. */
  place(entitySet: EntitySetName, object: Body): string {
    const values = Object.fromEntries(Object.entries(object).filter(([name]) => !name.startsWith("@odata.")));
    const id = text(object, "id");
    this.tenant.objects(entitySet).set(id, complete(entitySet, { ...values, id }));
    return id;
  }

  /** Puts the object of a recorded answer there. */
  placeAnswer(entitySet: EntitySetName, index: number): string {
    const body = readObserved(this.file)[index]?.responseBody ?? {};
    const [first] = Array.isArray(body["value"]) ? (body["value"] as Body[]) : [body];
    return this.place(entitySet, first ?? {});
  }

  /** Puts every object of a recorded list there. */
  placeAnswers(entitySet: EntitySetName, index: number): string[] {
    const { value } = readObserved(this.file)[index]?.responseBody ?? {};
    return (Array.isArray(value) ? (value as Body[]) : []).map((object) => this.place(entitySet, object));
  }

  /** `placeAnswer` for an entry with a key. */
  placeNamed(entitySet: EntitySetName, key: string): string {
    return this.placeAnswer(
      entitySet,
      readObserved(this.file).findIndex((entry) => entry.key === key),
    );
  }

  application(number: number, extra: Body = {}): string {
    return this.place("applications", {
      id: numbered("aaaaaaaa", number),
      appId: numbered("a0a0a0a0", number),
      createdDateTime: "2022-01-02T03:04:05Z",
      displayName: `example-app-${number}`,
      signInAudience: "AzureADandPersonalMicrosoftAccount",
      ...extra,
    });
  }

  servicePrincipal(number: number): string {
    return this.place("servicePrincipals", {
      id: numbered("bbbbbbbb", number),
      appId: numbered("a0a0a0a0", number),
      displayName: `example-app-${number}`,
    });
  }

  group(number: number, extra: Body = {}): string {
    return this.place("groups", {
      id: numbered("dddddddd", number),
      createdDateTime: "2022-01-02T03:04:05Z",
      displayName: `example-group-${number}`,
      mailEnabled: false,
      mailNickname: `nick${number}`,
      securityEnabled: true,
      ...extra,
    });
  }

  user(number: number, extra: Body = {}): string {
    return this.place("users", {
      id: numbered("cccccccc", number),
      displayName: `user${number}`,
      userPrincipalName: `user${number}@example.com`,
      ...extra,
    });
  }

  link(name: string, from: string, to: string): void {
    addLink(this.tenant, name, from, to);
  }

  /** A request that comes before the recorded one. */
  async before(method: string, path: string, body?: Body, as: As = everything): Promise<Body> {
    const { body: answer } = await this.graph.call(method, path, {
      ...(body === undefined ? {} : { body }),
      as: { ...as, tenantId: this.tenant.id },
    });
    return answer;
  }
}

export function numbered(prefix: string, number: number): string {
  return `${prefix}-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

/** A signed-in user who may do everything: the recordings are a person's. */
export function signedIn(objectId: string): As {
  return { objectId, scopes: ["Application.ReadWrite.All", "Group.ReadWrite.All"] };
}
