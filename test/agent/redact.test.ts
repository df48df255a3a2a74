// Secrets reach neither logs nor files nor tools.
import { describe, expect, it } from 'vitest'
import { AgentLog, defineTool, redactor } from '../../src/agent/index.ts'

const redact = redactor({
  ANTHROPIC_API_KEY: 'key-of-mine-1234',
  HF_TOKEN: 'hf_abcdefgh',
  PATH: '/usr/bin:/bin',
  SOME_KEY: 'short',
})

describe('redaction', () => {
  it('takes out what the environment calls a secret, and what looks like one', () => {
    expect(redact('x key-of-mine-1234 y hf_abcdefgh')).toBe('x [redacted] y [redacted]')
    expect(redact('sk-ant-api03-AbC_123-456')).toBe('[redacted]')
    expect(redact('short /usr/bin:/bin task-oriented-networks')).toBe('short /usr/bin:/bin task-oriented-networks')
  })

  it('covers steps, submissions, notices and answers', async () => {
    const log = new AgentLog('x', redact, () => undefined)
    const tool = log.observed(
      defineTool({ name: 't', description: '', shape: {}, answer: () => 'got key-of-mine-1234' }),
    )
    expect((await tool.run({})).text).toBe('got [redacted]')
    log.step('Read', { path: 'key-of-mine-1234' }, false)
    log.submission({ verdict: 'rejected', why: ['key-of-mine-1234'] })
    log.notice('key-of-mine-1234')
    log.gaveUp({ what: 'key-of-mine-1234', looked: ['key-of-mine-1234'] })
    expect(log.lines().join('\n')).not.toContain('key-of-mine')
  })
})
