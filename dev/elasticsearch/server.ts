/** A real server on this machine: a node of Elasticsearch or OpenSearch, from the libraries of Maven Central. */
import { access, cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { execa, type ResultPromise } from "execa";

const checkout = path.resolve(__dirname, "..", "..", "..");
const sources = path.join(checkout, "dev", "elasticsearch");

/** Java programs beside this file, each with its libraries in a `.pom.xml`. */
export const products = { elasticsearch: "ElasticsearchNode.java", opensearch: "OpenSearchNode.java" } as const;
export type Product = keyof typeof products;

const mavenPlugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
const readyWithinSeconds = 180;

const settings = [
  ...["discovery.type=single-node", "network.host=127.0.0.1", "transport.port=0"],
  "cluster.routing.allocation.disk.threshold_enabled=false",
];

export interface ElasticsearchAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The folder with the libraries: downloaded once. */
export async function libraries(product: Product, say: (line: string) => void): Promise<string> {
  const folder = path.join(checkout, "node_modules", ".cache", "elasticsearch", product);
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  if (isThere) return folder;
  say(`Downloading the libraries of ${product} from Maven Central, once.`);
  await mkdir(path.dirname(folder), { recursive: true });
  const part = await mkdtemp(`${folder}-`);
  // Maven writes into a project's folder: not into this one.
  const project = path.join(part, "pom.xml");
  await cp(path.join(sources, `${product}.pom.xml`), project);
  const options = ["-B", "-q", "-Dstyle.color=never", "-DincludeScope=runtime", `-DoutputDirectory=${part}`];
  await execa("mvn", [...options, "-f", project, mavenPlugin], { stdin: "ignore" });
  await rename(part, folder);
  return folder;
}

export class Server {
  #process: ResultPromise | undefined;

  private constructor(
    private readonly product: Product,
    private readonly libraries: string,
    /** With its data; deleted at the end. */
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async start(product: Product, libraries: string): Promise<Server> {
    const folder = await mkdtemp(path.join(tmpdir(), "mssp-elasticsearch-"));
    const server = new Server(product, libraries, folder, await freePort());
    try {
      await server.start();
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** @param more settings as name=value */
  async start(more: readonly string[] = []): Promise<void> {
    const program = path.join(sources, products[this.product]);
    const own = [`path.home=${this.folder}`, `http.port=${this.port}`];
    this.#process = execa(
      "java",
      ["-Xmx512m", "-cp", path.join(this.libraries, "*"), program, ...settings, ...own, ...more],
      { cwd: this.folder, reject: false, stdin: "ignore", stdout: "ignore", stderr: "pipe" },
    );
    for (let tries = 0; tries < readyWithinSeconds; tries++) {
      if (this.#process.exitCode !== null) {
        const { stderr } = await this.#process;
        throw new Error(`the server did not start: ${String(stderr)}`);
      }
      // The data of an earlier start is there again, too.
      const health = await this.get("/_cluster/health?wait_for_status=yellow&timeout=1s").catch(() => undefined);
      if (health?.status === 200) return;
      await wait(1000);
    }
    throw new Error("the server does not become ready");
  }

  /** Ends it as a power failure does. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process;
  }

  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  get(route: string): Promise<ElasticsearchAnswer> {
    return this.send("GET", route);
  }

  send(method: "GET" | "POST" | "PUT", route: string, body?: object): Promise<ElasticsearchAnswer> {
    return new Promise((resolve, reject) => {
      const request = http.request(
        `${this.url}${route}`,
        { method, headers: { "content-type": "application/json" } },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => (text += chunk));
          response.on("end", () => {
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as unknown });
          });
          response.on("error", reject);
        },
      );
      request.on("error", reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
