// A line on stderr that says what long work is at. It appears after a second, and only where someone watches.
import type { Io } from './io.ts'
import { bar, fit } from '../report/index.ts'

const patience = 1000
const refresh = 100

export class Progress {
  readonly #started = Date.now()
  #shown = 0

  constructor(private readonly io: Io) {}

  at(done: number, total: number, what: string): void {
    const now = Date.now()
    if (!this.io.watched || now - this.#started < patience || now - this.#shown < refresh) return
    this.#shown = now
    const head = `${bar(total === 0 ? 0 : done / total, 20).padEnd(20)} ${done}/${total} `
    this.io.err(`\r\u001b[2K${head}${fit(what, this.io.errorTerminal.width - head.length - 1)}`)
  }

  done(): void {
    if (this.#shown > 0) this.io.err('\r\u001b[2K')
    this.#shown = 0
  }
}

/** Lets the process see a Ctrl-C between two pieces of long work. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
