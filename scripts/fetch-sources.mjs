// Fetches the sources that tests run on, by the user's own pip, unpacked into .cache/: the transformers wheel that the recorded
// traces were made from, and an old one. Run again it finds them there. What is unpacked appears at once, by a rename, or not at all.
//
//     node scripts/fetch-sources.mjs        prints the folders
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const pinned = JSON.parse(readFileSync(new URL('pinned-sources.json', import.meta.url), 'utf8'))
const cache = fileURLToPath(new URL('../.cache', import.meta.url))

const pythons = ['python3', 'python', 'py']

/** Returns the folder that holds the package's folder, where tests look, fetching what is missing. */
function fetchSources(pinned) {
  const unpackedFolder = join(cache, `${pinned.name}-${pinned.version}`)
  if (existsSync(unpackedFolder)) return unpackedFolder
  const python = pythonWithPip(pinned)
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(cache, 'fetch-'))
  try {
    download(python, pinned, work)
    const wheel = join(work, pinned.wheel)
    verify(wheel, pinned)
    const unpacked = join(work, 'unpacked')
    execFileSync(python, ['-m', 'zipfile', '-e', wheel, unpacked])
    settle(unpacked, unpackedFolder)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return unpackedFolder
}

function pythonWithPip(pinned) {
  for (const python of pythons) {
    try {
      execFileSync(python, ['-m', 'pip', '--version'], { stdio: 'ignore' })
      return python
    } catch {
      continue
    }
  }
  throw new Error(`no Python with pip found (tried ${pythons.join(', ')}): it downloads ${pinned.wheel}`)
}

/** The wheel is pure Python: any interpreter may fetch it, whatever version it is of itself. */
function download(python, pinned, folder) {
  const wanted = `${pinned.name}==${pinned.version}`
  const options = ['--no-deps', '--only-binary', ':all:', '--python-version', '3.11', '--disable-pip-version-check']
  try {
    execFileSync(python, ['-m', 'pip', 'download', wanted, '--quiet', '--dest', folder, ...options], { stdio: 'pipe' })
  } catch (error) {
    throw new Error(`pip could not download ${wanted}:\n${String(error.stderr ?? error.message).trim()}`, {
      cause: error,
    })
  }
}

function verify(wheel, pinned) {
  const found = createHash('sha256').update(readFileSync(wheel)).digest('hex')
  if (found !== pinned.sha256) throw new Error(`${pinned.wheel} has sha256 ${found}, not ${pinned.sha256}`)
}

/** Two runs at a time may both get here; the later one finds its work done. */
function settle(unpacked, unpackedFolder) {
  try {
    renameSync(unpacked, unpackedFolder)
  } catch (error) {
    if (!existsSync(unpackedFolder)) throw error
  }
}

try {
  for (const wheel of pinned) console.log(fetchSources(wheel))
} catch (error) {
  console.error(`error source-not-found: ${error.message}`)
  process.exitCode = 3
}
