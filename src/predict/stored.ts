// How wide the weights of each module are where a checkpoint stores them quantised, and in what format they are multiplied.
import { combinations, starred } from '../text/index.ts'
import type { StoredWeights } from '../trace/formats.ts'

export interface StoredFormat {
  readonly format: string
  readonly elements: number
  readonly bytes: number
}

interface Sum {
  elements: number
  bytes: number
  multiplied: string | undefined
}

/** Averages over the modules that a path with stars stands for: what such modules read together is exact. */
export class WeightWidths {
  readonly bytes: number
  /** All formats, the one with most elements first. */
  readonly formats: readonly StoredFormat[]
  readonly #modules = new Map<string, Sum>()

  /**
   * @param modelDtype the name of the format that weights have which are not quantised
   * @param width its bytes
   */
  constructor(stored: readonly StoredWeights[], modelDtype: string, width: number) {
    const formats = new Map<string, { format: string; elements: number; bytes: number }>()
    for (const { name, at, format, ...weight } of stored) {
      const count = combinations(at)
      const elements = count * weight.elements
      const bytes = format === modelDtype ? elements * width : count * weight.bytes
      const sum = formats.get(format) ?? { format, elements: 0, bytes: 0 }
      formats.set(format, sum)
      sum.elements += elements
      sum.bytes += bytes
      for (let end = name.lastIndexOf('.'); end > 0; end = name.lastIndexOf('.', end - 1))
        this.#add(name.slice(0, end), { elements, bytes, multiplied: weight.multiplied })
    }
    this.formats = [...formats.values()].sort((a, b) => b.elements - a.elements)
    this.bytes = this.formats.reduce((sum, f) => sum + f.bytes, 0)
  }

  #add(path: string, { elements, bytes, multiplied }: Sum): void {
    const sum = this.#modules.get(path) ?? { elements: 0, bytes: 0, multiplied: undefined }
    this.#modules.set(path, sum)
    sum.elements += elements
    sum.bytes += bytes
    sum.multiplied ??= multiplied
  }

  /** Bytes of an element of the weights below a module; undefined where none is. */
  of(path: string): number | undefined {
    const sum = this.#modules.get(starred(path))
    return sum === undefined ? undefined : sum.bytes / sum.elements
  }

  /** The format in which a module's weights and what they are multiplied with meet, where it isn't the model's. */
  multiplied(path: string): string | undefined {
    return this.#modules.get(starred(path))?.multiplied
  }

  get widths(): readonly number[] {
    return [...this.#modules.values()].map((s) => s.bytes / s.elements)
  }
}
