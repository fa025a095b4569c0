/**
 * Federated identity credentials of applications.
 * https://learn.microsoft.com/graph/api/resources/federatedidentitycredentials-overview
 */
import { randomUUID } from "node:crypto";
import type { StoredObject } from "../../cloud/model";
import { createdEntity, entity, list } from "../answers";
import { addLink, removeLink } from "../directory";
import { badRequest, notFound, sameKey } from "../graphErrors";
import { navigations } from "../expand";
import { complete, update } from "../objects";
import { permissions } from "../permissions";
import { type Call, callBody, done, parameter, route, type Route, type RouteAnswer } from "../route";
import { checkCreate, checkUpdate } from "../validate";
import { subject } from "./referenceRoutes";

const entitySet = "federatedIdentityCredentials";
const link = "applications.federatedIdentityCredentials";
const path = "/applications/{id}/federatedIdentityCredentials";
const most = 20;

export const federatedIdentityCredentialRoutes: readonly Route[] = [
  route("GET", path, permissions.readApplications, (call) => {
    const application = subject(call, "applications");
    return list(call, entitySet, credentialsOf(call, application), contextName(application));
  }),
  route("POST", path, permissions.writeApplication, create),
  route("GET", `${path}/{credential}`, permissions.readApplications, (call) => {
    const application = subject(call, "applications");
    return entity(call, entitySet, credentialOf(call, application), contextName(application));
  }),
  route("PATCH", `${path}/{credential}`, permissions.writeApplication, done(patch)),
  route("DELETE", `${path}/{credential}`, permissions.writeApplication, done(removeCredential)),
];

function create(call: Call): RouteAnswer {
  const application = subject(call, "applications");
  const { values } = checkCreate(entitySet, callBody(call), call.version);
  const there = credentialsOf(call, application);
  if (there.length >= most) {
    throw badRequest(`The maximum number of federated identity credentials for an application is ${most}.`);
  }
  refuseDuplicate(there, values);
  const credential = complete(entitySet, { ...values, id: randomUUID() });
  call.tenant.objects(entitySet).set(credential.id, credential);
  addLink(call.tenant, link, application.id, credential.id);
  call.cloud.changed();
  return createdEntity(call, entitySet, credential, contextName(application));
}

function patch(call: Call): void {
  const application = subject(call, "applications");
  const credential = credentialOf(call, application);
  const { values } = checkUpdate(entitySet, callBody(call), call.version, credential);
  const others = credentialsOf(call, application).filter(({ id }) => id !== credential.id);
  refuseDuplicate(others, { ...credential, ...values });
  update(entitySet, credential, values);
}

function removeCredential(call: Call): void {
  const application = subject(call, "applications");
  const credential = credentialOf(call, application);
  removeLink(call.tenant, link, application.id, credential.id);
  call.tenant.objects(entitySet).delete(credential.id);
}

function refuseDuplicate(there: readonly StoredObject[], values: Readonly<Record<string, unknown>>): void {
  if (there.some((other) => other["name"] === values["name"])) {
    throw sameKey(`FederatedIdentityCredential with name ${String(values["name"])} already exists.`);
  }
  if (there.some((other) => other["issuer"] === values["issuer"] && other["subject"] === values["subject"])) {
    throw sameKey("FederatedIdentityCredential with this combination of issuer and subject already exists.");
  }
}

function credentialsOf(call: Call, application: StoredObject): StoredObject[] {
  return (
    navigations.applications?.["federatedIdentityCredentials"]?.(call.tenant, application.id, application) ?? []
  ).map(({ object }) => object);
}

/** By ID or by name, as in the service. */
function credentialOf(call: Call, application: StoredObject): StoredObject {
  const key = parameter(call, "credential");
  const found = credentialsOf(call, application).find(({ id, name }) => id === key || name === key);
  if (found === undefined) throw notFound(key);
  return found;
}

function contextName(application: StoredObject): string {
  return `applications('${application.id}')/federatedIdentityCredentials`;
}
