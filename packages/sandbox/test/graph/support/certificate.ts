/** A certificate as a client would send it. */
import assert from "node:assert/strict";
import { createHash, webcrypto } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { makeTestCertificate } from "@defender-mssp/testkit";
import { SignJWT, type JWTPayload } from "jose";
import type { StoredObject } from "../../../src/cloud/model";
import { acceptCertificates } from "../../../src/graph/credentials";
import { jsonText } from "../../../src/graph/json";
import type { Body, Harness } from "./harness";

export async function testCertificate(subject: string): Promise<{ base64: string; thumbprint: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: subject,
    notBefore: new Date("2022-01-01T00:00:00Z"),
    notAfter: new Date("2035-01-01T00:00:00Z"),
    signingAlgorithm: algorithm,
    keys,
  });
  const bytes = Buffer.from(certificate.rawData);
  return {
    base64: bytes.toString("base64"),
    thumbprint: createHash("sha1").update(bytes).digest("hex").toUpperCase(),
  };
}

/** Gives an object a certificate, and makes the body of `addKey` that proves it. */
export async function provenKey(
  { cloud }: Pick<Harness, "cloud">,
  object: StoredObject | undefined,
  claims: JWTPayload = {},
): Promise<{ body: Body; keyId: string }> {
  const [certificate, next] = [await makeTestCertificate(), await makeTestCertificate()];
  assert.ok(object);
  const [keyCredential] = acceptCertificates("applications", undefined, [{ key: certificate.base64 }]);
  object["keyCredentials"] = [keyCredential ?? null];
  const nbf = Math.floor(cloud.now().getTime() / 1000);
  const jwt = new SignJWT({
    aud: "00000002-0000-0000-c000-000000000000",
    iss: object.id,
    nbf,
    exp: nbf + 600,
    ...claims,
  });
  const proof = await jwt.setProtectedHeader({ alg: "RS256" }).sign(certificate.privateKey);
  const added = { type: "AsymmetricX509Cert", usage: "Verify", key: next.base64 };
  return { body: { keyCredential: added, passwordCredential: null, proof }, keyId: jsonText(keyCredential?.["keyId"]) };
}
