// Runs the command line inside the test's process.
import { run } from '../../src/cli/run.ts'
import { plainStyle } from '../../src/report/index.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export function cli(...argv: readonly string[]): Promise<Ran> {
  return cliIn(process.env, ...argv)
}

/** With an environment of its own, for what it starts. */
export async function cliIn(env: NodeJS.ProcessEnv, ...argv: readonly string[]): Promise<Ran> {
  let out = ''
  let err = ''
  const terminal = { width: 100, style: plainStyle }
  const code = await run(argv, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    terminal,
    errorTerminal: terminal,
    env,
    watched: false,
  })
  return { code, out, err }
}
