// Whether the program of the Claude Agent SDK is installed: it comes as an optional package for each platform.
import { createRequire } from 'node:module'

const resolve = createRequire(import.meta.url).resolve

export function sdkInstalled(): boolean {
  try {
    resolve(`@anthropic-ai/claude-agent-sdk-${process.platform}-${process.arch}/package.json`)
    return true
  } catch {
    return false
  }
}

export const howToInstall = 'needs the program of the Claude Agent SDK: npm ci --include=optional'
/** A run of the real program may take this long. */
export const sdkTimeout = 30_000
/** A whole command with several such runs and the engine's own between them, on a machine that does other things too. */
export const commandTimeout = 120_000
