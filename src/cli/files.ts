// Files are written whole or not at all: to a temporary name beside the target, then renamed. An interrupt removes what
// was temporary, so that every file a user finds is complete.
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { raise } from '../text/index.ts'

/** Temporary paths to remove when the process is interrupted. */
const temporary = new Set<string>()

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EFBIG: 'the file is larger than allowed',
  EROFS: 'the file system is read-only',
  ENOENT: 'the folder does not exist',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
}

/** A device or a pipe: there is no whole file to put in its place. */
function isStream(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found !== undefined && !found.isFile() && !found.isDirectory()
}

/** The file that a link leads to. */
function linked(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

export function writeFileWhole(path: string, text: string | Uint8Array): void {
  const target = linked(path)
  const temp = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`)
  temporary.add(temp)
  try {
    if (isStream(path)) {
      writeFileSync(path, text)
      return
    }
    const file = openSync(temp, 'w')
    try {
      const bytes = typeof text === 'string' ? Buffer.from(text) : text
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temp, target)
  } catch (error) {
    remove(temp)
    raise('write-failed', `${path}: ${reasonOf(error)}`)
  } finally {
    temporary.delete(temp)
  }
}

/** Makes a folder for results, with those above it. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    raise('write-failed', `${path}: ${reasonOf(error)}`)
  }
}

/** Runs `fill` on a fresh folder beside `path` and gives it that name when it is complete. */
export function writeFolderWhole<T>(path: string, fill: (folder: string) => T): T {
  makeFolder(dirname(path))
  const temp = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  temporary.add(temp)
  try {
    makeFolder(temp)
    const result = fill(temp)
    rmSync(path, { recursive: true, force: true })
    renameSync(temp, path)
    return result
  } finally {
    remove(temp)
    temporary.delete(temp)
  }
}

/** The text of a file that the user named. */
export function readGiven(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    return raise('bad-file', `${path}: ${reasonOf(error, { ENOENT: 'there is no such file' })}`)
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // It could not be made either; the failure that led here is the one to report.
  }
}

/** Why a file operation failed, in words. */
export function reasonOf(error: unknown, wording: Readonly<Record<string, string>> = {}): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return wording[code] ?? reasons[code] ?? (error instanceof Error ? error.message : String(error))
}

/** What else is to be ended when the process is interrupted. */
const endings: (() => void)[] = []

export function whenInterrupted(end: () => void): void {
  endings.push(end)
}

/** Ends with 130, after removing what was only half written. */
export function interrupted(): never {
  for (const end of endings) end()
  for (const path of temporary) remove(path)
  process.exit(130)
}

export function exitWholeOnInterrupt(): void {
  process.once('SIGINT', interrupted)
}
