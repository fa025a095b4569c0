/** Options of a program that runs in this environment alone, asks nothing, and whose failure is an answer. */
export function quietProcess(folder: string, environment: NodeJS.ProcessEnv) {
  return { cwd: folder, env: environment, extendEnv: false, reject: false, stdin: "ignore" } as const;
}
