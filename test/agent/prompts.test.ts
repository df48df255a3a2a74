// Templates: nothing goes out with a hole in it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parsePrompt, renderPrompt } from '../../src/agent/index.ts'

const text = `---
name: greet
version: 2
variables:
  who: whom to greet
  what: what to say
---
Say [[what]] to [[who]], {hidden_size} and \${{a.B}}(x=1) stay.
`

describe('a prompt', () => {
  const prompt = parsePrompt(text, 'greet.md')

  it('puts values in as they are', () => {
    expect(renderPrompt(prompt, { who: '[[what]]', what: '$& $1' })).toBe(
      'Say $& $1 to [[what]], {hidden_size} and ${{a.B}}(x=1) stay.',
    )
  })

  it('refuses to miss a variable, or to be given one it lacks', () => {
    expect(() => renderPrompt(prompt, { who: 'x' })).toThrow('missing its variable what')
    expect(() => renderPrompt(prompt, { who: 'x', what: 'y', why: 'z' })).toThrow('no variable why')
  })

  it('has a header that agrees with its body', () => {
    expect(() => parsePrompt(text.replace('  who: whom to greet\n', ''), 'f')).toThrow('uses [[who]]')
    expect(() => parsePrompt(text.replace('[[who]]', 'you'), 'f')).toThrow('never uses [[who]]')
    expect(() => parsePrompt('Hello', 'f')).toThrow('no header')
    expect(() => parsePrompt(text.replace('version: 2\n', ''), 'f')).toThrow('no version')
  })
})

const folder = join(import.meta.dirname, '../../prompts')

describe('the prompts that come with the tool', () => {
  it.each(readdirSync(folder))('%s is well formed', (file) => {
    const prompt = parsePrompt(readFileSync(join(folder, file), 'utf8'), file)
    expect(`${prompt.name}.md`).toBe(file)
    expect(prompt.version).toBeGreaterThan(0)
  })
})
