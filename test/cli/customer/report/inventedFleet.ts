/** A fleet of invented customers, as data: no engine runs for it. The same number gives the same fleet. */
import type { FleetReport, FleetRow } from "../../../../cli/customer/report/fleet";

const names = [
  "Adatum",
  "Contoso",
  "Fourth Coffee",
  "Litware",
  "Margie's Travel",
  "Northwind",
  "Proseware",
  "Tailspin",
  "Wingtip",
  "Woodgrove",
];
const runs = ["unchanged", "unchanged", "unchanged", "changed", "changed", "never", "drifted", "failed"] as const;

export function inventedFleet(size: number, now: Date): FleetReport {
  const customers = Array.from({ length: size }, (_, index): FleetRow => {
    const random = (most: number, salt: number) => Math.floor(fraction(index * 7919 + salt * 104_729) * most);
    const day = (days: number) => new Date(now.getTime() + days * 24 * 60 * 60 * 1000).toISOString();
    const number = String(index + 1).padStart(4, "0");
    const isDeployed = random(25, 1) > 0;
    const lastRun = runs[random(runs.length, 2)] ?? "never";
    const secret = random(380, 3) - 4;
    return {
      stack: `customer-${number}`,
      customerName: `${names[index % names.length] ?? ""} ${number}`,
      tenantId: `c0570500-0000-4000-8000-${number.padStart(12, "0")}`,
      page: `customer-${number}.html`,
      lastRun,
      ...(lastRun === "never" ? {} : { lastRunAt: day(-random(9, 4)) }),
      state: isDeployed ? "deployed" : "notDeployed",
      ends: isDeployed
        ? {
            ...(random(5, 5) > 0 ? { clientSecret: day(secret) } : { certificate: day(random(360, 6)) }),
            ...(secret > 330 ? { previousClientSecret: day(secret - 335) } : {}),
            ...(random(3, 7) > 0 ? { refreshToken: day(random(90, 8)) } : {}),
            ...(random(4, 9) === 0 ? { access: day(random(700, 10)) } : {}),
          }
        : {},
      retirements: [],
      drift: lastRun === "drifted" ? 1 + random(3, 11) : lastRun === "never" ? "notChecked" : 0,
      manualSteps: isDeployed ? random(4, 12) : 0,
      failed: isDeployed && secret < 0 ? 1 : 0,
      warnings: isDeployed ? random(3, 13) : 0,
    };
  });
  return { msspFleetOverview: 1, writtenAt: now.toISOString(), customers };
}

/** A number from 0 to 1 that only depends on the seed. */
function fraction(seed: number): number {
  const sine = Math.sin(seed + 1) * 43_758.5453;
  return sine - Math.floor(sine);
}
