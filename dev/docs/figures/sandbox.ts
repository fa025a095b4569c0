/** The sandbox: who calls it, its services, and the tenants behind them. */
import type { Box, DrawnFigure } from "./drawing";

const folder = (name: string, lines: readonly string[], x: number, y: number, width: number): Box => ({
  title: `${name}/`,
  lines,
  place: `packages/sandbox/src/${name}`,
  x,
  y,
  width,
  height: 92,
});

const services = ["entra", "graph", "defender", "azure"] as const;

export const sandbox: DrawnFigure = {
  name: "sandbox",
  description: "The sandbox: clients call one server on loopback; four services share the tenants",
  width: 880,
  height: 560,
  boxes: [
    {
      title: "npx mssp",
      lines: ["sandbox run, alerts,", "verify …"],
      place: "cli/mssp.js",
      x: 40,
      y: 20,
      width: 170,
      height: 92,
    },
    {
      title: "Pulumi engine",
      lines: ["runs program and policy,", "starts provider plugins"],
      x: 240,
      y: 20,
      width: 200,
      height: 92,
    },
    {
      ...folder("plugins", ["stand-ins: the same calls", "as the official plugins"], 480, 20, 196),
      place: "packages/plugins/src",
    },
    {
      title: "other clients",
      lines: ["az, MSAL, browsers,", "official plugins"],
      x: 706,
      y: 20,
      width: 150,
      height: 92,
    },
    {
      title: "the sandbox",
      lines: [],
      place: "packages/sandbox/src",
      x: 20,
      y: 140,
      width: 840,
      height: 400,
      isFrame: true,
    },
    {
      ...folder(
        "server",
        [
          "one listener on loopback: routes by host and path, checks tokens, injects faults,",
          "records requests and permissions; control routes and pages",
        ],
        40,
        180,
        800,
      ),
      isCentral: true,
    },
    folder("entra", ["sign-in, tokens,", "consent"], 40, 312, 182),
    folder("graph", ["Microsoft Graph’s", "directory objects"], 246, 312, 182),
    folder("defender", ["alerts, incidents,", "hunting, settings"], 452, 312, 182),
    folder("azure", ["Resource Manager,", "Key Vault"], 658, 312, 182),
    { ...folder("cloud", ["tenants on disk, objects and links, switches, the clock"], 40, 438, 800), isCentral: true },
  ],
  arrows: [
    { from: "npx mssp", to: "server/", sides: ["bottom", "top"], at: [0.8, 136 / 800], kind: "flow" },
    { from: "Pulumi engine", to: "plugins/", sides: ["right", "left"], kind: "flow" },
    { from: "plugins/", to: "server/", sides: ["bottom", "top"], at: [0.5, 538 / 800], kind: "flow" },
    { from: "other clients", to: "server/", sides: ["bottom", "top"], at: [0.5, 741 / 800], kind: "flow" },
    ...services.flatMap((service, index): DrawnFigure["arrows"] => {
      const at = (91 + 206 * index) / 800;
      return [
        { from: "server/", to: `${service}/`, sides: ["bottom", "top"], at: [at, 0.5], kind: "import" },
        { from: `${service}/`, to: "cloud/", sides: ["bottom", "top"], at: [0.5, at], kind: "import" },
      ];
    }),
    { from: "defender/", to: "graph/", sides: ["left", "right"], kind: "import" },
  ],
};
