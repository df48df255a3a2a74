// What a command may touch besides files: two streams and what they can show. Tests pass their own.
import { colourStyle, plainStyle, type Terminal } from '../report/index.ts'

export interface Io {
  /** Answers. */
  readonly out: (text: string) => void
  /** Errors, warnings, progress. */
  readonly err: (text: string) => void
  readonly terminal: Terminal
  readonly errorTerminal: Terminal
  /** Where keys and the settings of other programs come from. */
  readonly env: NodeJS.ProcessEnv
  /** Whether someone watches stderr, so that progress is worth showing. */
  readonly watched: boolean
}

/** Columns of a stream that is no terminal. */
const defaultWidth = 100

export function processIo(env: NodeJS.ProcessEnv = process.env): Io {
  // A reader that has seen enough (`| head`) closes the pipe: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    terminal: terminalOf(process.stdout, env),
    errorTerminal: terminalOf(process.stderr, env),
    env,
    watched: process.stderr.isTTY,
  }
}

function terminalOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Terminal {
  const wanted = stream.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
  return { width: stream.isTTY ? stream.columns : defaultWidth, style: wanted ? colourStyle : plainStyle }
}
