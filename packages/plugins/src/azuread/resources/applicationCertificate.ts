/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationcertificate/ */
import { randomUUID } from "node:crypto";
import { hourMs } from "@defender-mssp/errors/time";
import { string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { oneOf, uuid } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import type { GraphEntity } from "../graph";
import { objectsAt, textAt } from "../mapping";
import { subResourceId } from "../subResourceId";
import { type AzureadResource, alreadyExists, segments } from "../types";
import { credentialIn, untilGone, untilSeen, validity } from "./applicationPassword";
import { applicationId } from "./applicationRegistration";

const properties: ResourceProperties = {
  applicationId: string("required", { forceNew: true, check: applicationId }),
  encoding: string("optional", { forceNew: true, default: "pem", check: oneOf("base64", "hex", "pem") }),
  keyId: string("optional or computed", { forceNew: true, check: uuid }),
  ...validity,
  type: string("optional", { forceNew: true, check: oneOf("AsymmetricX509Cert", "Symmetric") }),
  value: string("required", { forceNew: true, secret: true }),
};

export const applicationCertificate: AzureadResource = {
  name: "ApplicationCertificate",
  terraform: "azuread_application_certificate",
  properties,
  schemaVersion: 0,
  minutes: { create: 10, read: 5, update: 10, delete: 5 },
  importId: subResourceId("Certificate", "certificate"),
  async create(plan, call, created) {
    const application = segments(plan.text("applicationId")).last;
    const keyId = plan.text("keyId") || randomUUID();
    const id = `${application}/certificate/${keyId}`;
    const credential = credentialOf(plan, keyId);
    await call.locked(application, async () => {
      const existing = await call.get(`/applications/${application}`);
      if (credentialIn(existing, "keyCredentials", keyId) !== undefined) {
        throw alreadyExists("azuread_application_certificate", id);
      }
      await call.patch(`/applications/${application}`, bodyFor(application, [...keysOf(existing), credential]));
      await untilSeen(call, application, { list: "keyCredentials", keyId, name: "certificate" });
      created(id, { keyId });
    });
  },
  async read(id, call) {
    const { first: application, last: keyId } = segments(id);
    const found = await call.find(`/applications/${application}`);
    const credential = found && credentialIn(found, "keyCredentials", keyId);
    if (credential === undefined) return undefined;
    return {
      applicationId: `/applications/${application}`,
      keyId,
      type: textAt(credential, "type"),
      startDate: textAt(credential, "startDateTime"),
      endDate: textAt(credential, "endDateTime"),
    };
  },
  async delete(id, call) {
    const { first: application, last: keyId } = segments(id);
    await call.locked(application, async () => {
      const found = await call.get(`/applications/${application}`);
      const gone = credentialIn(found, "keyCredentials", keyId);
      const rest = keysOf(found).filter((credential) => credential !== gone);
      await call.patch(`/applications/${application}`, bodyFor(application, rest));
      await untilGone(call, application, { list: "keyCredentials", keyId, name: "certificate" });
    });
  },
};

function keysOf(application: GraphEntity): GraphEntity[] {
  return objectsAt(application, "keyCredentials");
}

function bodyFor(application: string, keyCredentials: readonly object[]): object {
  return { "@odata.type": odataType("applications"), id: application, keyCredentials };
}

function credentialOf(plan: Fields, keyId: string): object {
  const start = plan.text("startDate");
  const end = plan.text("endDate") || endAfter(plan.text("endDateRelative"), start);
  return {
    keyId,
    type: plan.text("type"),
    usage: "Verify",
    key: Buffer.from(pemOf(plan.text("value"), plan.text("encoding"))).toString("base64"),
    ...(start === "" ? {} : { startDateTime: start }),
    ...(end === "" ? {} : { endDateTime: end }),
  };
}

function pemOf(value: string, encoding: string): string {
  if (encoding === "pem") return value;
  const der = Buffer.from(value.trim(), encoding === "hex" ? "hex" : "base64");
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

/** From a duration such as `240h` or `2400h30m`. */
function endAfter(duration: string, start: string): string {
  if (duration === "") return "";
  const units: Readonly<Record<string, number>> = { h: hourMs, m: 60_000, s: 1000 };
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)([hms])/g)];
  if (parts.map(([part]) => part).join("") !== duration) {
    throw new Error(`Unable to parse \`end_date_relative\` ("${duration}") as a duration`);
  }
  const milliseconds = parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
  const from = start === "" ? Date.now() : Date.parse(start);
  return new Date(from + milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}
