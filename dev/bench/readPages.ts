/**
 * What `mssp alerts` is compared with: reads the pages of alerts_v2 that its first argument begins
 * with, parses them, and does nothing else. The token is in MSSP_BENCH_TOKEN. Prints how many
 * alerts there were.
 */
async function main(): Promise<void> {
  const headers = { authorization: `Bearer ${process.env.MSSP_BENCH_TOKEN ?? ""}` };
  let count = 0;
  let next = process.argv[2];
  while (next !== undefined) {
    const response = await fetch(next, { headers });
    const page = JSON.parse(await response.text()) as { value: unknown[]; "@odata.nextLink"?: string };
    count += page.value.length;
    next = page["@odata.nextLink"];
  }
  process.stdout.write(`${count}\n`);
}

void main();
