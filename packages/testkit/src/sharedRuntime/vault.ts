/**
 * HashiCorp Vault's transit engine with one key, as Pulumi's secrets provider `hashivault` calls
 * it. With the provider `passphrase` each command derives a key for 0.13 s of CPU time.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** A stack's key: how its file and its state name it. */
export interface StackKey {
  readonly url: string;
  /** Base64. */
  readonly encryptedkey: string;
}

const cipher = "aes-256-gcm";
const tagLength = 16;

export class Vault {
  readonly #dataKey = randomBytes(32);
  readonly #token = randomBytes(16).toString("hex");
  readonly #wrapped = `vault:v1:${randomBytes(32).toString("base64")}`;
  // It closes no idle connection: Go does not repeat a PUT on one that was just closed.
  readonly #server = http.createServer({ keepAliveTimeout: 0 }, (request, response) => {
    void this.#answer(request, response);
  });

  private constructor() {}

  /** Listens on 127.0.0.1. It does not keep the process alive. */
  static async start(): Promise<Vault> {
    const vault = new Vault();
    await new Promise<void>((resolve) => vault.#server.listen(0, "127.0.0.1", resolve));
    vault.#server.unref();
    return vault;
  }

  /** What a command of the engine needs in order to reach it. */
  get variables(): Readonly<Record<string, string>> {
    const { port } = this.#server.address() as AddressInfo;
    return { VAULT_SERVER_URL: `http://127.0.0.1:${port}`, VAULT_SERVER_TOKEN: this.#token };
  }

  get key(): StackKey {
    return { url: "hashivault://stacks", encryptedkey: Buffer.from(this.#wrapped).toString("base64") };
  }

  /** A value as the engine encrypts it in a state: `v1:<nonce>:<ciphertext with its tag>`. */
  encrypt(plaintext: string): string {
    const nonce = randomBytes(12);
    const encrypting = createCipheriv(cipher, this.#dataKey, nonce);
    const parts = [encrypting.update(plaintext, "utf8"), encrypting.final(), encrypting.getAuthTag()];
    return `v1:${nonce.toString("base64")}:${Buffer.concat(parts).toString("base64")}`;
  }

  /** @throws Error if another key encrypted it, or it was changed. */
  decrypt(ciphertext: string): string {
    const [, nonce = "", text = ""] = ciphertext.split(":");
    const bytes = Buffer.from(text, "base64");
    const decrypting = createDecipheriv(cipher, this.#dataKey, Buffer.from(nonce, "base64"));
    decrypting.setAuthTag(bytes.subarray(-tagLength));
    return decrypting.update(bytes.subarray(0, -tagLength), undefined, "utf8") + decrypting.final("utf8");
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += String(chunk);
    const isDecrypt = request.url === "/v1/transit/decrypt/stacks";
    const isAllowed = request.headers["x-vault-token"] === this.#token;
    if (!isDecrypt || !isAllowed || !body.includes(JSON.stringify(this.#wrapped))) {
      response.writeHead(isAllowed ? 400 : 403).end(JSON.stringify({ errors: ["not this key's"] }));
      return;
    }
    const data = { plaintext: this.#dataKey.toString("base64") };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ data }));
  }
}
