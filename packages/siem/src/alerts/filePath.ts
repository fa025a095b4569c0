import type { AlertRecord } from "@defender-mssp/microsoft";

/** A file's whole path, with its name: the services give the folder, or both. */
export function filePath(file: AlertRecord["files"][number] | undefined): string | null {
  const { name = null, path = null } = file ?? {};
  if (path === null || name === null) return path;
  if (path.toLowerCase().split(/[\\/]/).at(-1) === name.toLowerCase()) return path;
  const separator = path.includes("\\") || /^[a-z]:$/i.test(path) ? "\\" : "/";
  return /[\\/]$/.test(path) ? `${path}${name}` : `${path}${separator}${name}`;
}
