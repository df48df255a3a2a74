// The environment of an agent's program in a test: made from nothing, with everything below a fresh folder, so that no
// settings, no key and no address of the machine it runs on gets in.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const testKey = 'test-key-0123456789'

export interface Sandbox {
  readonly home: string
  readonly env: Readonly<Record<string, string>>
  readonly remove: () => void
}

export function sandbox(url: string): Sandbox {
  if (new URL(url).hostname !== '127.0.0.1') throw new Error(`${url} is not this machine`)
  const home = mkdtempSync(join(tmpdir(), 'lm-predictor-agent-'))
  for (const folder of ['tmp', 'config']) mkdirSync(join(home, folder))
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    TMPDIR: join(home, 'tmp'),
    CLAUDE_CONFIG_DIR: join(home, 'config'),
    ANTHROPIC_API_KEY: testKey,
    ANTHROPIC_BASE_URL: url,
    NO_PROXY: '127.0.0.1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_MAX_RETRIES: '1',
    CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK: '1',
    API_TIMEOUT_MS: '15000',
    CLAUDE_ENABLE_BYTE_WATCHDOG: '1',
    CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS: '10000',
  }
  return { home, env, remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 30 }) }
}
