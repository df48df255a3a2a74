// Classes in dependency order, several at a time: a class starts when those that it needs are done. What turns out to be needed
// only while the work goes on is added then. Cycles have no order: their classes don't wait for each other.

export interface Schedule {
  /** What a class needs, as far as that is known before it is worked on. */
  readonly needs: (name: string) => readonly string[]
  /** Does the work; gives what else turned out to be needed. */
  readonly work: (name: string) => Promise<readonly string[]>
  readonly limit: number
}

/** Works on everything that a root needs, each once. After a failure nothing more is started; what runs is waited for. */
export async function runSchedule(root: string, { needs, work, limit }: Schedule): Promise<readonly string[]> {
  const waiting = new Map<string, ReadonlySet<string>>()
  const done = new Set<string>()
  const running = new Map<string, Promise<void>>()
  const failures: unknown[] = []

  const add = (name: string, above: ReadonlySet<string>): void => {
    if (waiting.has(name) || running.has(name) || done.has(name)) return
    const below = new Set([...above, name])
    const needed = needs(name).filter((n) => !below.has(n))
    waiting.set(name, new Set(needed))
    for (const n of needed) add(n, below)
  }

  const start = (name: string): void => {
    waiting.delete(name)
    const step = work(name).then(
      (late) => {
        done.add(name)
        for (const n of late) add(n, new Set([name]))
      },
      (error: unknown) => void failures.push(error),
    )
    running.set(
      name,
      step.finally(() => running.delete(name)),
    )
  }

  add(root, new Set())
  for (;;) {
    const ready = [...waiting].filter(([, needed]) => [...needed].every((n) => done.has(n))).map(([name]) => name)
    // Mutual needs that the walk did not see: whoever is first goes first.
    const next = ready.length === 0 && running.size === 0 ? [...waiting.keys()].slice(0, 1) : ready
    if (failures.length === 0) for (const name of next.slice(0, limit - running.size)) start(name)
    if (running.size === 0) break
    await Promise.race(running.values())
  }
  if (failures.length > 0) throw failures[0]
  return [...done]
}
